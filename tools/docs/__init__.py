"""Builds the documentation site and the manual pages from the pages, the parsers and the policy."""
