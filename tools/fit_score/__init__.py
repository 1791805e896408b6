"""Fits the weights of detection's evidence, offline, on sentences and tables of its own."""
