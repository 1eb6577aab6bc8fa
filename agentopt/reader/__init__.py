"""The built-in reader: words to a formulation without a language model."""
