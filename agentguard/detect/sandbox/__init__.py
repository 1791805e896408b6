"""The child process that reads: its start, its limits, its talk with the parent."""
