"""The five elements as typed data, their expression language, checks, units, binding and rendering."""
