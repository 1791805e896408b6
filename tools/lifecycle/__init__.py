"""Builds the software catalogue's public part from endoflife.date's files (MIT licence)."""
