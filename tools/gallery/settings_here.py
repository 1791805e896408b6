"""Made-up settings of a computer, for pictures and tests of the windows."""

from __future__ import annotations

from agentguard.base.settings import Origin, SetHere

POLICIES, INSTALLER = r"HKLM\Software\Policies\AgentGuard", r"HKLM\Software\AgentGuard"
OWN = r"C:\Users\ann\AppData\Local\AgentGuard\settings.toml"


def set_here() -> tuple[SetHere, ...]:
    """Return settings of every origin."""
    rows = (
        ("endpoint", "https://guard.example.org:8443", Origin.MANAGED, POLICIES),
        ("team", "North 2", Origin.INSTALLED, INSTALLER),
        ("label", "PC-17, Ann's desk", Origin.OWN, OWN),
        ("auto_start", True, Origin.MANAGED, POLICIES),
        ("language", "en", Origin.OWN, OWN),
    )
    return tuple(
        SetHere(name=name, value=value, origin=origin, place=place)
        for name, value, origin, place in rows
    )
