"""The four processes and three engines, as the launcher runs them."""
