"""The demonstration: orders through their whole life, one of them followed through all four processes."""
