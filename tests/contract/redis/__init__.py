"""One Redis between two sides: who may do what there."""
