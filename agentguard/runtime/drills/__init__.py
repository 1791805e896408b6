"""Drills: each control of the desk is shown to work with made-up trouble, one drill a file."""
