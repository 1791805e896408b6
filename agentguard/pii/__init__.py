"""Text in, hits out: the recognisers of personal data, one file for each kind."""
