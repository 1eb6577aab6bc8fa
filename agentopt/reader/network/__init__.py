"""The learned reader: an encoder over anonymised words with structured heads, in plain numpy."""
