"""The whole system as containers, built and run for real where nothing but Debian's packages can be had."""
