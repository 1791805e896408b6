"""Playbooks: what is done about an incident, step by step; each is one file."""
