"""One file per question: the query and its handler side by side."""
