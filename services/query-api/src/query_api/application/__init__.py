"""The questions, and what they need in order to be answered."""
