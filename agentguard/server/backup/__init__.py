"""Backups of the endpoint: every row and every key, encrypted, read back before they count."""
