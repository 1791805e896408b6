"""AgentGuard: guards the desks of a contact centre."""

__version__ = "0.1.0"
