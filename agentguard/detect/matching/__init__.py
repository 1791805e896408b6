"""Candidates and the evidence around them: patterns, labels, judgement, counting."""
