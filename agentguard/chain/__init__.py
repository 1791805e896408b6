"""The rules of a chain of entries, which desk, endpoint and auditor share: pure, but for a file."""
