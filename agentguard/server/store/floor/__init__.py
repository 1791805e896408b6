"""The floor as its pages show it: teams, shifts, trends."""
