"""The programs of the fleet: taken in by desk, judged by version, counted as they come and go."""
