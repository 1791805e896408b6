"""The desks: enrolled, known by key, kept, gone silent."""
