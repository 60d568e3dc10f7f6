"""Bugs that this link must not have, planted in a copy one by one, to see that a test catches each."""
