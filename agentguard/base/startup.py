"""What an agent starts from: of each part's sources the first that works, and why no better one.

An agent always starts. Where a source fails, the next one is taken, and what failed is noted as a
sentence; the last source never fails. What was noted is told once the engine is there: it opens a
finding, is shown, journaled and reported like any other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from agentguard.base.errors import AgentGuardError
from agentguard.model.messages import Message, say

if TYPE_CHECKING:
    from agentguard.model.moments import Moment
    from agentguard.model.own_health import PartBegan

LOG = logging.getLogger(__name__)

T = TypeVar("T")
U = TypeVar("U")

SETTINGS, POLICY_FILE, JOURNAL = "settings", "policy-file", "journal-at-start"
LOGS, FOLDER, DISPLAY, OTHER_AGENT = "log-files", "data-folder", "display", "other-agent"
"""The parts that an agent begins with, beside its rooms (sensors, hands and actors)."""
ROOM = "room/"
"""What the ids of rooms begin with."""


class Starting:
    """The parts of one start, and what was wrong with them; only in the main thread."""

    def __init__(self) -> None:
        self._faults: dict[str, Message] = {}

    @property
    def faults(self) -> dict[str, Message]:
        """What is wrong, by part; the first word on a part counts."""
        return dict(self._faults)

    def note(self, part: str, *faults: Message) -> None:
        """Note what is wrong with a part; without a fault nothing is."""
        for fault in faults[:1]:
            self._faults.setdefault(part, fault)

    def again(self) -> Starting:
        """Return another start of the same program, with what it does not look at again."""
        made = Starting()
        if FOLDER in self._faults:
            made.note(FOLDER, self._faults[FOLDER])
        return made

    def first_of(
        self, part: str, *sources: Callable[[], T], why: Callable[[Exception], Message], last: T
    ) -> T:
        """Return what the first source gives that does not fail, else `last`.

        `why` turns what a source raised into the sentence that is told.
        """
        for source in sources:
            try:
                return source()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next source is tried
                _log(f"a source of {part} failed", error)
                self.note(part, why(error))
        return last

    def room(self, name: str, make: Callable[[], T], instead: Callable[[Message], U]) -> T | U:
        """Return a room of the agent; where making it fails, what stands in for it.

        `instead` is given the sentence that says that the room is absent.
        """
        try:
            return make()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other rooms guard
            _log(f"{name} could not be made", error)
            fault = say("starting.room", name=name, error=type(error).__name__)
            self.note(f"{ROOM}{name}", fault)
            return instead(fault)

    def told(self, at: Moment, open_before: Iterable[str]) -> tuple[PartBegan, ...]:
        """Return the news of this start.

        What is wrong, and which of `open_before` is right again.
        """
        from agentguard.model.own_health import PartBegan  # noqa: PLC0415 - after a first icon

        for part, fault in self._faults.items():
            LOG.error("at the start, %s: %s", part, fault.id)
        wrong = tuple(PartBegan(at=at, part=p, fault=f) for p, f in self._faults.items())
        right = (part for part in open_before if part and part not in self._faults)
        return (*(PartBegan(at=at, part=part) for part in right), *wrong)


def _log(what: str, error: Exception) -> None:
    """Log where it came from, once there is a log that leaves out the error's own words."""
    where = error if logging.getLogger().handlers else None
    LOG.error("%s at the start: %s", what, type(error).__name__, exc_info=where)


def why_of(error: Exception) -> str:
    """Return the cause in a word or two: the system's own, else the kind.

    Never the error's text.
    """
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    cause = error.__cause__ if isinstance(error, AgentGuardError) else None
    if isinstance(cause, OSError):
        return cause.strerror or type(cause).__name__
    return type(cause or error).__name__
