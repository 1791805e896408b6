"""The kinds of personal data: a new one is a file here and a vector file."""
