"""Content to bytes, one room for each family of formats."""
