"""The encrypted quarantine of files: put, restore, purge; a file is never lost on the way."""
