"""Shifts that never were: a day at a desk, through the real engine, in seconds."""
