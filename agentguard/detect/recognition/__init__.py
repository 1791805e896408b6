"""The recognisers together: the scanner, a site's own kinds, and masked names."""
