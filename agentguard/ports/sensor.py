"""How the world becomes events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from agentguard.model.events import Event
from agentguard.model.policy import Policy
from agentguard.ports.clock import Stop

Submit = Callable[[Event], None]
"""Hands an event to the engine; never blocks and never raises."""

PolicySource = Callable[[], Policy]
"""Gives the policy that is in force now."""


class Sensor(Protocol):
    """Sees one part of the world; it never judges."""

    @property
    def name(self) -> str:
        """The id that `SensorState` and the status window use."""
        ...

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch until `stop` is set. May raise: the supervisor starts it again with backoff."""
        ...


@runtime_checkable
class OneLook(Protocol):
    """A sensor that can see all that it sees in one look, and need not watch for it."""

    def look(self, submit: Submit, stop: Stop) -> None:
        """Look once and tell, or until `stop` is set; not beside `run`. May raise as that may."""
        ...
