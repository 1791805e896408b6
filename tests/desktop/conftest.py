"""Real desktops for the tests of this folder; see fixtures.py for what each one gives."""

from __future__ import annotations

from tests.desktop.fixtures import fresh_session, lockable, logind, x_session

__all__ = ["fresh_session", "lockable", "logind", "x_session"]
