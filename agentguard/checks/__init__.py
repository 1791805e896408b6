"""The controls: one file, one constant CHECK each; pure, they say what is, not what to do."""
