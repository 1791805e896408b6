"""Reports taken in, and what they fold into: findings, incidents, lessons."""
