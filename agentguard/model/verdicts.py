"""What a check says of one event: honest states, with the reason and what they rest on.

No pass has a gap: a verdict cannot be made that passes although its coverage tells of something
that was not looked at. What was looked at only in part is `partial`, a state of its own. What was
found wrong and is not mended yet is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from agentguard.model.actions import ActionKind
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, Param, say
from agentguard.model.moments import Moment


class State(StrEnum):
    """The state of a control. `fail` needs proof, just as `pass` does.

    `partial` says that nothing is wrong with what was looked at, and that this was not all.
    """

    PASS = "pass"  # noqa: S105 - a state, not a secret
    FAIL = "fail"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    PAUSED = "paused"


class Severity(StrEnum):
    """How bad a finding is, from the lowest."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


RANK = tuple(Severity)
"""From the lowest to the highest."""


class Owner(StrEnum):
    """Who can mend what is wrong: the person at the desk, who looks after the desks, or who leads.

    In a policy `either` leaves it to each finding; no finding is ever `either`'s.
    """

    PERSON = "person"
    TEAM = "team"
    SUPERVISOR = "supervisor"
    EITHER = "either"


OTHERS = frozenset({Owner.TEAM, Owner.SUPERVISOR})
"""Whose findings ask the person at the desk for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What is done about one verdict; its hands wait `after` seconds for it to be mended."""

    kinds: tuple[ActionKind, ...]
    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a verdict rests on: `looked` things were looked at, `missed` could not be, and `why`.

    `why` holds a sentence for each reason, with counts and never with values. What was not read,
    read in part, out of time, matched by nothing or too old is such a gap.
    """

    looked: int = 0
    missed: int = 0
    why: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        """Ask for a reason with everything that was missed.

        Raises:
            ValueError: something was missed, and nothing tells why.

        """
        if self.missed and not self.why:
            raise ValueError("a gap in what was looked at needs its reason")

    @property
    def whole(self) -> bool:
        """Whether everything was looked at."""
        return not self.why

    @property
    def gaps(self) -> tuple[str, ...]:
        """The ids of the reasons, in order, each once."""
        return tuple(sorted({one.id for one in self.why}))

    def joined(self, other: Coverage) -> Coverage:
        """Return what two verdicts on the same thing rest on together."""
        return Coverage(
            looked=max(self.looked, other.looked),
            missed=max(self.missed, other.missed),
            why=(*self.why, *(one for one in other.why if one not in self.why)),
        )


WHOLE = Coverage()
"""Everything was looked at, and nothing was counted."""


def gap(id_: str, /, **params: Param) -> Coverage:
    """Return a coverage that lacks something, for this reason."""
    return Coverage(why=(say(id_, **params),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The state that one event proves, the sentence that tells why, and what it rests on.

    `subject` says whom it is about where the event alone does not tell; None asks the check.
    `response` takes the place of the policy's `respond` where a rule of the policy says so; with a
    pass it is done without a finding. `severity` takes the place of the policy's; `at_most` is the
    highest that the policy's may be for what was found. `rows` are the table behind the sentence,
    a line each.
    """

    state: State
    message: Message | None = None
    subject: str | None = None
    response: Response | None = None
    severity: Severity | None = None
    at_most: Severity | None = None
    rows: tuple[Message, ...] = ()
    coverage: Coverage = WHOLE

    def __post_init__(self) -> None:
        """Refuse a pass with a gap, and a partial verdict without one.

        Raises:
            ValueError: the state does not go with the coverage.

        """
        if self.state is State.PASS and not self.coverage.whole:
            raise ValueError("what was not looked at has not passed")
        if self.state is State.PARTIAL and self.coverage.whole:
            raise ValueError("a partial verdict tells what was not looked at")


def passed(id_: str = "", /, **params: Param) -> Verdict:
    """Say that nothing is wrong and everything was looked at; a sentence is optional."""
    return Verdict(state=State.PASS, message=say(id_, **params) if id_ else None)


def in_part(coverage: Coverage, id_: str, /, **params: Param) -> Verdict:
    """Say that nothing is wrong with what was looked at, which was not all."""
    return Verdict(state=State.PARTIAL, message=say(id_, **params), coverage=coverage)


def with_gaps(verdict: Verdict, coverage: Coverage, told: Message | None = None) -> Verdict:
    """Return the verdict as it is when this is what it rests on.

    With a gap a pass becomes partial, told by `told` or by a general sentence, since its own would
    claim too much; what was said to have no meaning here becomes unknown. What is wrong stays so.
    """
    if coverage == WHOLE and verdict.coverage.whole:
        return verdict  # as nearly always
    both = verdict.coverage.joined(coverage)
    if both.whole or verdict.state not in {State.PASS, State.NOT_APPLICABLE}:
        return replace(verdict, coverage=both)
    if verdict.state is State.NOT_APPLICABLE:
        return replace(verdict, state=State.UNKNOWN, message=both.why[0], coverage=both)
    message = told or say("coverage.part")
    return replace(verdict, state=State.PARTIAL, message=message, coverage=both)


def wrong(id_: str, /, **params: Param) -> Verdict:
    """Say what is wrong."""
    return Verdict(state=State.FAIL, message=say(id_, **params))


def unknown(id_: str, /, **params: Param) -> Verdict:
    """Say what could not be read; never shown in red."""
    message = say(id_, **params)
    return Verdict(state=State.UNKNOWN, message=message, coverage=Coverage(why=(message,)))


def not_applicable(id_: str, /, **params: Param) -> Verdict:
    """Say why the control has no meaning here."""
    return Verdict(state=State.NOT_APPLICABLE, message=say(id_, **params))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something is wrong since `since`.

    `subject` tells findings of one check apart (a path, an application group); it is empty for
    checks that judge the machine as a whole and never leaves the device as it is. `gaps` are the
    ids of what could not be looked at when it was last seen, None when an older version kept it.
    `owner` can mend it; it is told in a snapshot, by the policy of the moment. `mark` tells which
    state of a file it is about; `left` is why what the policy has done about it was not done, told
    in a snapshot.
    """

    check: str
    subject: str
    severity: Severity
    message: Message
    since: Moment
    hits: tuple[Hit, ...] = ()
    gaps: tuple[str, ...] | None = None
    owner: Owner = Owner.PERSON
    mark: str = ""
    left: Message | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same finding."""
        return (self.check, self.subject)


def file_name(subject: str) -> str:
    """Return the name of a subject that is a file's path on any system; empty for all others."""
    if not subject.startswith(("/", "\\\\")) and subject[1:3] not in {":\\", ":/"}:
        return ""
    return subject.replace("\\", "/").rstrip("/").rpartition("/")[2]
