"""People behind pseudonyms, and which desk they used when."""
