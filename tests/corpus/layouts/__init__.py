"""How values lie in a file: notes, forms, tables, logs, nested records."""
