"""Bytes to a policy in force: read, judged with every problem at once, kept, and explained."""
