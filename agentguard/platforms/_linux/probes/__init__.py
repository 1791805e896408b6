"""One file for each fact of the machine: a pure reading of recorded words, and one PROBE."""
