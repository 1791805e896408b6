"""One source to hits: opened, found encrypted or not, read by its format."""
