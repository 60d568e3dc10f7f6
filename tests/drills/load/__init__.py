"""Clients who order all the time and write down everything that they are told."""
