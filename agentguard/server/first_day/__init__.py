"""The first day: how far an endpoint is set up, and the sheet of teams that it begins with."""
