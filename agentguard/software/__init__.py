"""What an installed program is, which release line it is of, and whether its maker keeps it up.

Identified by rules with examples, never by likeness; what no rule names is unknown.
"""
