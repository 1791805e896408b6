"""The shape of the code in figures, the same for every checkout, so that two can be compared."""
