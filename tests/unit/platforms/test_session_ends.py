"""When logind says that a session ends: a program that is ended alone is in one that goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.logind import session_ends

pytestmark = pytest.mark.posix


@dataclass
class Told:
    """A bus where logind has answered so; a session without an answer is gone."""

    stops: bool = False
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict)
    away: bool = False

    def call(self, _target: Any, method: str, *_: object) -> tuple[str]:
        assert method == "GetUser"
        return ("/user",)

    def get(self, target: Any, name: str) -> Any:
        if self.away:
            raise PlatformError("no answer")
        if name == "PreparingForShutdown":
            return self.stops
        if name == "Sessions":
            return [(path, path) for path in [*self.sessions, "/gone"]]
        if target.object_path not in self.sessions:
            raise PlatformError("gone")
        kind, state = self.sessions[target.object_path]
        return kind if name == "Type" else state


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        (Told(sessions={"/1": ("wayland", "active")}), False),
        (Told(sessions={"/1": ("x11", "online"), "/2": ("tty", "active")}), False),
        (Told(sessions={"/1": ("x11", "closing")}), True),
        (Told(sessions={"/1": ("x11", "closing"), "/2": ("x11", "active")}), False),
        (Told(sessions={"/1": ("tty", "active")}), True),
        (Told(), True),
        (Told(stops=True, sessions={"/1": ("x11", "active")}), True),
        (Told(away=True), False),
    ],
    ids=["in front", "another in front", "closing", "one of two", "no desktop", "none left",
         "shutdown", "no answer"],
)  # fmt: skip
def test_a_session_ends_when_no_desktop_of_the_user_is_left(told: Any, ends: bool) -> None:
    assert session_ends(told) is ends
