"""Personal data in text and files: content in, hits and coverage out."""
