"""What the keeper tells the system's own log, beside the endpoint: the ids, and who writes them.

An id never changes meaning, and none is one of the agent's (store/system_log_witness.py). A
sentence names no person, no session and no path.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from agentguard.base.errors import PlatformError
from agentguard.base.translations import Texts
from agentguard.ports.desktop import SystemLog, Weight
from agentguard.ports.session_host import KEEPER_FAILED
from agentguard.service.keeper_status import Standing
from agentguard.service.run import Told
from agentguard.service.watch import STOOD_STILL, Happening, What

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its id, its weight, and the id of its sentence."""

    event: int
    weight: Weight
    text: str


BEGUN = Line(80, Weight.INFORMATION, "system-log.keeper-begun")
STOPPED = Line(81, Weight.WARNING, "system-log.keeper-stopped")
FILES_GONE = Line(88, Weight.ERROR, "system-log.files-gone")
FAILED = Line(KEEPER_FAILED, Weight.ERROR, "keeper.failed")
"""Written where the service ends, since nothing else may work there any more."""

HAPPENED: Mapping[What, Line] = {
    What.DIED: Line(82, Weight.WARNING, "system-log.agent-ended"),
    What.STARTED: Line(83, Weight.INFORMATION, "system-log.agent-begun"),
    What.MISSING: Line(84, Weight.ERROR, "system-log.agent-missing"),
    What.BACK: Line(85, Weight.INFORMATION, "system-log.agent-back"),
    What.FAILING: Line(86, Weight.ERROR, "system-log.agent-failing"),
    What.REMOVED: Line(87, Weight.WARNING, "system-log.removed"),
}
HUNG = Line(HAPPENED[What.DIED].event, Weight.WARNING, "system-log.agent-hung")
"""An end as well, that nobody at the desk has made."""
LINES = (BEGUN, STOPPED, *HAPPENED.values(), FILES_GONE, FAILED)
"""All that the keeper writes."""


class Witness:
    """Tells the endpoint, as `told` does, and the system's log; what that refuses is its loss."""

    def __init__(self, told: Told, log: SystemLog | None, words: Texts) -> None:
        self._told = told
        self._log = log
        self._words = words
        self._gone = False

    @property
    def outcome(self) -> Standing:
        """What became of the reports."""
        return self._told.outcome

    def code(self) -> str:
        """Ask for a code for an agent."""
        return self._told.code()

    def tell(self, standing: Standing, happened: tuple[Happening, ...] = ()) -> None:
        """Tell how the desks stand, and what happened."""
        self._told.tell(standing, happened)
        for one in happened:
            hung = one.what is What.DIED and one.how == STOOD_STILL
            self.write(HUNG if hung else HAPPENED[one.what])
        if standing.gone and not self._gone:
            self.write(FILES_GONE, count=standing.gone, name=standing.lost)
        self._gone = bool(standing.gone)

    def write(self, line: Line, **params: str | int) -> None:
        """Write a line, if there is a log that takes it."""
        if self._log is None:
            return
        try:
            self._log.write(line.event, line.weight, self._words.say(line.text, **params))
        except PlatformError as error:
            LOG.warning("the system's log is not told: %s", error.title)
            self._log = None
