"""The shape of a drill, and what one is given: its own place, the desk's rooms, and its time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agentguard.engine.loop import Known
from agentguard.model.drills import DrillBegan, OpenRun, commitment
from agentguard.model.hits import Hit
from agentguard.model.policy import Policy
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Backend
from agentguard.ports.exceptions import ExceptionBook, Lived
from agentguard.ports.revival import Drilled
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal, Outbox, Remembering
from agentguard.runtime.drills._labels import Labels, Mark

STEP = 0.02  # seconds between two looks whether something has come
KNOWN = 10.0  # seconds in which the engine knows of a run


class DrillError(Exception):
    """A drill ends without having passed; `why` is a word of `drills.why` in the texts."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class FailedError(DrillError):
    """What the drill is about does not work."""


class NotPossibleError(DrillError):
    """This computer, or what it is connected to, has not what the drill needs."""


class PutOffError(DrillError):
    """Not now: a call, a locked screen, a payment, or the end of the agent came in between."""


def nobody_is_busy() -> str:
    """Know of nothing that puts a drill off."""
    return ""


class Way(Protocol):
    """What drills do to the way to the endpoint; each gives None where there is no endpoint."""

    @property
    def forge(self) -> Callable[[], bool | None]:
        """Sends a report that another key has signed; tells whether it was refused."""
        ...

    @property
    def lose_answer(self) -> Callable[[], Callable[[], bool] | None]:
        """Has the next answer lost; gives what tells whether it was."""
        ...

    @property
    def keep_answers(self) -> Callable[[], None]:
        """Has no answer lost any more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What of the agent drills use: its engine's ear and memory, its journal, its desktop.

    `report_now` has a report sent, `link` is what drills do to the way to the endpoint;
    `judge` finds personal data in a text by the policy in force;
    `keeper_drill` tells how the keeper's own drill ended, None without a keeper that has one;
    `exception_book` makes a book of exceptions as the agent's is, with a memory of its own;
    `vault_works` tells whether what is sealed comes back, None while the key's place is locked.
    """

    submit: Submit
    known: Known
    policy: Callable[[], Policy]
    journal: Journal
    outbox: Outbox
    backend: Backend
    labels: Labels
    report_now: Callable[[], None]
    link: Way
    vault_works: Callable[[], bool | None]
    judge: Callable[[str], tuple[Hit, ...]]
    keeper_drill: Callable[[], Drilled | None]
    exception_book: Callable[[Remembering, Clock, Lived], ExceptionBook]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One run of a drill. `folder` is the drills' own; `busy` tells what puts it off, if anything.

    `at_step` hears the name of each step before it is done.
    """

    run: str
    drill: str
    folder: Path
    clock: Clock
    stop: Stop
    rooms: Rooms
    busy: Callable[[], str] = nobody_is_busy
    at_step: Callable[[str], None] = field(default=lambda _name: None)

    @property
    def aside(self) -> Path:
        """The drills' folder that nobody watches, for what is no file of a person's."""
        return self.folder.with_name(f"{self.folder.name}-aside")

    def step(self, name: str) -> None:
        """Begin a step, unless the drill has to be put off.

        Raises:
            PutOffError: there is a call, a locked screen or a payment, or the agent ends.

        """
        if self.stop.is_set():
            raise PutOffError("stopped")
        if why := self.busy():
            raise PutOffError(why)
        self.at_step(name)

    def mark(self, place: str, content: bytes, number: str = "") -> None:
        """Say beforehand what will be put where, and wait until the engine has written it down."""
        nonce = secrets.token_bytes(32)
        said = commitment(nonce, content)
        one = Mark(run=self.run, place=place, nonce=nonce, commitment=said, number=number)
        self.rooms.labels.open(one)
        self._begin(place, said)

    def unmarked(self) -> None:
        """Say that the run begins, of which nothing can be seen from outside."""
        self._begin("", "")

    def noticed(self, within: float) -> OpenRun:
        """Return the run once a control has noticed what it left.

        Raises:
            FailedError: none did within so many seconds.
            PutOffError: it had to be put off.

        """
        self.until(lambda: self._known().noticed, within, "not-noticed")
        return self._known()

    def until(self, holds: Callable[[], object], within: float, why: str) -> float:
        """Wait until something holds; give the seconds that it took.

        Raises:
            FailedError: it did not within so many seconds; `why` tells what.
            PutOffError: it had to be put off.

        """
        begun = self.clock.now()
        while not holds():
            self.step("wait")
            if self.clock.now().since(begun) > within:
                raise FailedError(why)
            self.clock.wait(self.stop, STEP)
        return self.clock.now().since(begun)

    def _begin(self, place: str, said: str) -> None:
        at = self.clock.now()
        began = DrillBegan(at=at, run=self.run, drill=self.drill, place=place, commitment=said)
        self.rooms.submit(began)
        self.until(lambda: self.rooms.known.drill(self.run), KNOWN, "engine-silent")

    def _known(self) -> OpenRun:
        known = self.rooms.known.drill(self.run)
        if known is None:
            raise FailedError("engine-silent")
        return known


def leave_nothing(_bench: Bench) -> None:
    """Mend nothing: the drill puts nothing anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One drill; its file's name is its id, with hyphens, and never changes its meaning.

    `run` gives the seconds until it was noticed, or raises a DrillError. `restore` takes away what
    a run may have left, in any state that a kill leaves, and is called after each run and at the
    next start. `proves` names the checks that it shows to work. Its words are the table
    `drill.<id>` of `resources/text/en/drills.toml`.
    """

    id: str
    proves: tuple[str, ...]
    run: Callable[[Bench], float]
    restore: Callable[[Bench], None] = leave_nothing
