"""The read models: one file each, with the columns of its table and the fold that fills them."""
