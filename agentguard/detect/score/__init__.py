"""Whose number a candidate is: one sum of evidence for all kinds."""
