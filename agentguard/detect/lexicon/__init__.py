"""The words that tell whose number it is, by language."""
