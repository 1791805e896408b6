"""Signed policies at the endpoint: published, compared, rolled back."""
