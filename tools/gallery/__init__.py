"""A desk with made-up data, and pictures of every window that shows it."""
