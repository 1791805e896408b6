"""What the endpoint does by itself, on a schedule."""
