"""Sentences on paper: which letters are drawn, by which typeface, and from which side."""
