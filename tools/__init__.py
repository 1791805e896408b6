"""Programs for those who work on AgentGuard; none is part of the product."""
