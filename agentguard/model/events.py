"""What was seen at the desk: every event is a frozen value with the moment at which it was seen.

Content never stands in an event: clipboard text and file bytes have become Hits before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeVar

from agentguard.model.actions import Action, Outcome
from agentguard.model.hits import Hit
from agentguard.model.incidents import (
    NOTHING_SEEN,
    Attached,
    IncidentCategory,
    Ongoing,
    Stage,
    Where,
)
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Policy
from agentguard.model.release import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something was seen at `at`."""

    facet_field: ClassVar[str] = ""
    at: Moment

    @property
    def facet(self) -> str:
        """Name what is remembered apart within a kind (few values only); empty for nothing."""
        return str(getattr(self, self.facet_field)) if self.facet_field else ""

    @property
    def gaps(self) -> tuple[Message, ...]:
        """Return what could not be looked at, each with its reason; nothing passes with a gap."""
        return ()


E = TypeVar("E", bound=Event)
UNREAD_FILE = "unread"
"""The facet of a file of which not everything was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The last event of each kind, and of each facet of a kind: all the memory of a check."""

    last: Mapping[type[Event], Event]
    facets: Mapping[tuple[type[Event], str], Event] = field(default_factory=dict)

    def get(self, kind: type[E], facet: str = "") -> E | None:
        """Return the last event of `kind` (that had this facet), None when there was none yet."""
        event = self.facets.get((kind, facet)) if facet else self.last.get(kind)
        return event if isinstance(event, kind) else None

    def seeing(self, event: Event) -> Facts:
        """Return the facts after `event`."""
        apart = {(type(event), event.facet): event} if event.facet else {}
        return Facts(last={**self.last, type(event): event}, facets={**self.facets, **apart})

    def without(self, kind: type[Event]) -> Facts:
        """Return the facts with nothing remembered of a kind that has no facets."""
        return Facts(
            last={known: event for known, event in self.last.items() if known is not kind},
            facets=self.facets,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick(Event):
    """A second has passed; deadlines are judged on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState(Event):
    """The session: `idle` in seconds, `locked` and `active` (in front) None when not known."""

    locked: bool | None
    idle: float | None
    source: str
    active: bool | None = None

    @property
    def facet(self) -> str:  # noqa: D102 - inherited
        return "locked" if self.locked else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState(Event):
    """A call is live, by a softphone, a microphone or a local signal."""

    in_call: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipboardScanned(Event):
    """The clipboard changed and was judged; `app` is the program it was copied in, if known.

    `same` says that it is the copy of before, which was read again because a read had failed.
    """

    app: str
    selection: str
    hits: tuple[Hit, ...]
    judged: bool = True
    full: bool = False  # something is there, also where nobody tells whose (Wayland)
    same: bool = False
    facet_field = "selection"

    @property
    def is_new(self) -> bool:
        """Whether it says that something else is there now; a read that failed says nothing."""
        return not self.same and (self.judged or self.full)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScanned(Event):
    """A file was looked at; `reason` is an id of resources/text when it was not read in full.

    `mark` tells which state of the file was looked at.
    """

    path: str
    outcome: FileOutcome
    hits: tuple[Hit, ...] = ()
    reason: str = ""
    mark: str = ""

    @property
    def gaps(self) -> tuple[Message, ...]:  # noqa: D102 - inherited
        if not self.reason or self.outcome in {FileOutcome.SEALED, FileOutcome.GONE}:
            return ()  # what is encrypted or gone is no plain file any more
        return (Message(id=self.reason),)

    @property
    def facet(self) -> str:  # noqa: D102 - inherited
        return UNREAD_FILE if self.reason and self.outcome is not FileOutcome.GONE else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFinished(Event):
    """The files below the watched folders were looked at once more.

    `files` is how many there are. Of these, `unread` could not be read at all, `part` not in full,
    and `sealed` are encrypted, so that nobody can tell what they hold; `why` tells the reasons,
    with counts. Of the `folders` so many are `absent`. `test_cards` are the card numbers published
    for tests that the files hold, which are nobody's. Of large files that are read in turns,
    `waiting` bytes of `waiting_of` are not read yet.
    """

    files: int
    unread: int
    seconds: float
    part: int = 0
    sealed: int = 0
    why: tuple[Message, ...] = ()
    folders: int = 1
    absent: int = 0
    test_cards: int = 0
    waiting: int = 0
    waiting_of: int = 0

    @property
    def gaps(self) -> tuple[Message, ...]:  # noqa: D102 - inherited
        lost = (
            ("coverage.files-unread", self.unread),
            ("coverage.files-in-part", self.part),
            ("coverage.files-sealed", self.sealed),
        )
        counts = tuple(Message(id=id_, params={"count": n}) for id_, n in lost if n)
        return (*counts, *self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFocused(Event):
    """A window came to the front: program, class, the groups that its title fits; no title."""

    image: str
    window_class: str
    window: int = 0
    titled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofGiven(Event):
    """The person at the desk proved presence with a second factor."""

    group: str
    factor: str
    person: str = ""
    facet_field = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRefused(Event):
    """A second factor was wrong or could not be checked; `message` says what to do."""

    group: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptAnswered(Event):
    """A prompt was answered: `answer` is the id of the button, nothing that was typed."""

    prompt: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRead(Event):
    """An entry of the inbox was read; an empty id means all of them."""

    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonAnswered(Event):
    """A lesson was done: its questions were answered and its promise was given.

    Answers that were not right are nobody's but the person's, and no event.
    """

    lesson: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonOffered(Event):
    """The day has come on which a lesson is offered; it is to be done by `due` (wall seconds).

    `more` counts the others of which the same can be said.
    """

    lesson: str
    title: str
    due: float
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReported(Event):
    """The agent reports an incident; personal data in `note` is masked before.

    `id` is its number: what comes twice under one number is one incident.
    """

    id: str
    category: IncidentCategory
    note: str
    where: Where = Where.UNSAID
    ongoing: Ongoing = Ongoing.UNSAID
    attached: Attached = NOTHING_SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFollowed(Event):
    """The endpoint tells how far an incident has come, and who did that."""

    number: str
    stage: Stage
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalChecked(Event):
    """The agent's own journal was verified."""

    entries: int
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochBegun(Event):
    """The journal goes on in a new epoch, in which the endpoint knows of no open finding."""

    epoch: int


class Watching(StrEnum):
    """Whether a sensor sees."""

    WATCHING = "watching"
    ABSENT = "absent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorState(Event):
    """A sensor began to watch, failed, or cannot watch on this desktop."""

    sensor: str
    state: Watching
    message: Message | None = None
    facet_field = "sensor"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorsAlive(Event):
    """The sensors whose threads run; comes once a minute, so that one that is gone is missed."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce(Event):
    """A valid policy comes into force."""

    policy: Policy
    message: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStanding(Event):
    """How far the policy in force can be relied on has changed."""

    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRefused(Event):
    """A policy was refused; the one in force stays."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFinished(Event):
    """A hand did, or could not do, what was asked; `message` says why not."""

    action: Action
    outcome: Outcome
    message: Message | None = None


NOT_ENROLLED = "not-enrolled"


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkState(Event):
    """The last try to report: `problem` is empty when the endpoint gave its receipt.

    It is NOT_ENROLLED where there is no endpoint to report to.
    """

    problem: str
    waiting: int
    receipted: int
    message: Message | None = None

    @property
    def facet(self) -> str:  # noqa: D102 - inherited
        return "" if self.problem else "receipted"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsLost(Event):
    """The engine's queue was full and `count` events were not judged."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowInFront(Event):
    """A window is in front now, for however short a time; told at most ten times a second.

    What is pasted goes there; `AppFocused` tells only those that stay.
    """

    image: str
    window_class: str
