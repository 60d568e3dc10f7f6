"""The link as a document: an AsyncAPI 3.1 description made from the models, and a page made from that."""
