"""The call recorders of named platforms: one file for each, held to what its maker publishes."""
