"""Images as far as they can be had without containers: the text they are made of, and what it installs."""
