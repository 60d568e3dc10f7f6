"""What a person has to do when the write database is not the one that it was: the verbs, on a whole system."""
