"""Second factors and whatever else opens a desk, with their limits."""
