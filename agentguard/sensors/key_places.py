"""Where this computer's keys lie; one that lies in a file moves as soon as its place opens."""

from __future__ import annotations

from collections.abc import Callable

from agentguard.base.errors import AgentGuardError
from agentguard.model.own_health import KeysSeen
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import Turns, alone

EVERY = 60.0
"""Seconds between two looks; a keyring that was just unlocked takes a key within this time."""


class KeysSensor:
    """Tells the places of the keys when they change.

    `device` and `vault` settle a key and give its place's id, empty where there is no key; they may
    take seconds.
    """

    name = "keys"

    def __init__(self, device: Callable[[], str], vault: Callable[[], str], clock: Clock) -> None:
        self._device = device
        self._vault = vault
        self._clock = clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look until `stop` is set."""
        alone(self.turns(submit, stop), self._clock, stop)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Look where the keys lie."""
        told: tuple[str, str] | None = None
        while True:
            seen = (_asked(self._device), _asked(self._vault))
            if seen != told:
                device, vault = told = seen
                submit(KeysSeen(at=self._clock.now(), device=device, vault=vault))
            yield EVERY


def _asked(place: Callable[[], str]) -> str:
    """Return a key's place; of one that cannot be read its owner tells."""
    try:
        return place()
    except AgentGuardError:
        return ""
