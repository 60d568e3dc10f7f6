"""HTTP: what both services say of themselves, held against what they do and against what they said before."""
