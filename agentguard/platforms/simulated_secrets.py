"""A place of secrets in memory, which can be locked, mute, wiped or lying at will."""

from __future__ import annotations

from agentguard.base.errors import SecretError
from agentguard.ports.secrets import Slot


class SimulatedPlace:
    """A place that keeps by id; `closed` is the reason why it is closed, empty while it is open.

    `forgetful` takes everything and keeps nothing; `asked` counts the questions.
    """

    def __init__(self, name: str = "simulated", *, closed: str = "") -> None:
        self.name = name
        self.closed = closed
        self.forgetful = False
        self.kept: dict[str, bytes] = {}
        self.asked = 0

    def load(self, slot: Slot, *, sure: bool = False) -> bytes | None:
        """Return the secret. Raises SecretError while it is closed."""
        del sure
        self._ask()
        return self.kept.get(slot.id)

    def save(self, slot: Slot, secret: bytes) -> None:
        """Keep the secret. Raises SecretError while it is closed."""
        self._ask()
        if not self.forgetful:
            self.kept[slot.id] = secret

    def forget(self, slot: Slot) -> None:
        """Remove the secret. Raises SecretError while it is closed."""
        self._ask()
        self.kept.pop(slot.id, None)

    def _ask(self) -> None:
        self.asked += 1
        if self.closed:
            raise SecretError(self.closed, self.name)
