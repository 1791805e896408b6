"""Content to hits, in a child process that may be killed."""
