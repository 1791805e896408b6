"""The keeper's questions to Windows for the agents of this computer, each at its own pace.

Each is asked by a worker of its own, which a part of Windows may hold for as long as it likes: then
nobody asks again, the old answer grows too old to count, and the keeper looks after its sessions
all the while.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence

from agentguard.base.errors import AgentGuardError
from agentguard.platforms._win32 import keeper_sheet
from agentguard.platforms._win32.keeper_sheet_answers import EVERY
from agentguard.platforms._win32.probes import disks, firewall
from agentguard.ports.clock import Clock, Stop

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LOG = logging.getLogger(__name__)

Rows = Sequence[Mapping[str, object]]
QUESTIONS: Mapping[str, Callable[[], Rows]] = {
    "disks": disks.BITLOCKER.ask,
    "firewall": firewall.ACTIVE.ask,
}
LOOK = 30.0
"""Seconds between two looks whether a question is due."""


class WindowsAnswers:
    """Asks, and writes each answer down."""

    def __init__(
        self, clock: Clock, questions: Mapping[str, Callable[[], Rows]] = QUESTIONS
    ) -> None:
        self._clock = clock
        self._questions = questions
        self._due = dict.fromkeys(questions, 0.0)
        self._refused: set[str] = set()

    def run(self, stop: Stop) -> None:
        """Ask until `stop` is set; then nothing is answered any more."""
        try:
            while not stop.is_set():
                self.turn()
                self._clock.wait(stop, LOOK)
        finally:
            keeper_sheet.clear()

    def turn(self) -> None:
        """Ask what is due."""
        now = self._clock.now().boot
        for name, ask in self._questions.items():
            if now >= self._due[name]:
                self._due[name] = now + EVERY[name]
                self._ask(name, ask)

    def _ask(self, name: str, ask: Callable[[], Rows]) -> None:
        try:
            keeper_sheet.write(name, ask())
        except (AgentGuardError, OSError) as error:
            if name not in self._refused:
                LOG.warning("Windows does not tell the keeper of %s: %s", name, error)
            self._refused.add(name)
        else:
            self._refused.discard(name)
