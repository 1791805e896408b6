"""A year of a site that does not exist: its desks report through the endpoint's own functions."""
