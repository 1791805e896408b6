"""Databases opened, written to in transactions, and brought to a revision."""
