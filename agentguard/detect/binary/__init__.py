"""Containers and packings that several formats share, read byte by byte."""
