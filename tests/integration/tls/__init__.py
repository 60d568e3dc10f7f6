"""The ways to the engines encrypted, with certificates made for the moment."""
