"""Makes evidence packs, each for a scope and a period; `trust.evidence` verifies them."""
