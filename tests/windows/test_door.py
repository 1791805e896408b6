"""Which door Windows opens, and what it says of what it does not give."""

from __future__ import annotations

from agentguard import platforms
from agentguard.base.translations import load
from agentguard.ports.desktop import Absent, Backend

CAPABILITIES = ("session", "clipboard", "foreground", "calls", "notifier")


def absent(backend: Backend) -> set[str]:
    return {name for name in CAPABILITIES if isinstance(getattr(backend, name), Absent)}


def test_what_is_watched() -> None:
    backend = platforms.load()
    assert backend.name == "windows"
    assert absent(backend) == set()
    assert backend.session.read().idle >= 0


def test_every_reason_is_a_sentence() -> None:
    backend = platforms.load()
    reasons = [getattr(backend, name).reason for name in absent(backend)]
    assert all(load().has(reason.id) for reason in reasons)
