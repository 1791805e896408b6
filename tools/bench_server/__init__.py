"""Simulated desks that put an endpoint of their own to work, on this computer alone."""
