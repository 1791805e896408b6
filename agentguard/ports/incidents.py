"""What a person at the desk does about incidents, card data that was found, and the shift."""

from __future__ import annotations

from typing import Protocol

from agentguard.model.guided import Cause
from agentguard.model.handover import Tick
from agentguard.model.incidents import Answers, Draft
from agentguard.model.messages import Message


class Incidents(Protocol):
    """Incidents and guided responses; results arrive in a snapshot unless it says otherwise."""

    def draft(self, answers: Answers) -> Draft:
        """Return the report as it will leave, with its number and what is attached."""
        ...

    def report(self, draft: Draft) -> None:
        """Report it; the same draft twice is one incident."""
        ...

    def respond(self, path: str) -> None:
        """Begin a guided response to the card data in a file. Slow."""
        ...

    def hold(self, number: str) -> Message:
        """Move the file of a response to the vault; say how it went. Slow."""
        ...

    def delete(self, number: str, code: str) -> Message:
        """Delete the file of a response for good, with proof; say how it went. Slow."""
        ...

    def look(self) -> None:
        """See which files of responses left the vault, so that none is called held. Slow."""
        ...

    def keep(self, number: str) -> None:
        """Leave the file of a response in the vault. Slow."""
        ...

    def tell_cause(self, number: str, cause: Cause) -> None:
        """Tell how the data came there."""
        ...


class Shifts(Protocol):
    """The beginning and the end of a shift."""

    def downloads(self) -> int | None:
        """Count what lies in the downloads folder; None where nobody can tell. Slow."""
        ...

    def begin(self, *, not_ready: int, unknown: int) -> None:
        """Begin a shift at a desk of which so much is not ready, or not known."""
        ...

    def hand_over(self, ticks: frozenset[Tick], downloads: int | None) -> None:
        """Hand the desk over with what is attested; it is cleared and locked."""
        ...

    def look_at_desk(self, ticks: frozenset[Tick]) -> None:
        """Attest a clean desk, as far as it is one."""
        ...
