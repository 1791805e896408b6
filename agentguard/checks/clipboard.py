"""Personal data on the clipboard: by rules of source and target, else by what was copied alone.

The rules, in their order; the first that fits decides:

- `sources` names the program in which it was copied, `targets` the one that is in front now, for
  that is where it would be pasted; a rule with targets holds only while one of them is in front;
- `kinds` names what is in it, and the rule holds only where all that would be a finding is of them;
- `then` says what is done: see `Settings.rules`.

What was not judged is let alone: what was too long or too slow, and what a program of
`password_managers` owns and excludes from monitors. Any program can ask that a copy be kept
nowhere, and private windows of browsers do so each time: that alone spares nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from agentguard.checks._kinds import (
    BULK_KINDS,
    KINDS,
    bulk,
    describe,
    listed,
    severity,
    with_own,
)
from agentguard.checks.base import NO_NEWS, Check, belong, by_sensor, named
from agentguard.model.actions import ActionKind
from agentguard.model.events import (
    ClipboardScanned,
    Event,
    Facts,
    SensorState,
    SessionState,
    WindowInFront,
)
from agentguard.model.hits import Hit
from agentguard.model.verdicts import Owner, Response, Severity, State, Verdict, passed, unknown

ID = "clipboard"

REMOTE = "remote"
REMOTE_PROGRAMS = (
    "rdpclip",
    "spice-vdagent",
    "vdagent",
    "vmtoolsd",
    "vncconfig",
    "xrdp-chansrv",
)
"""Programs that hand over what was copied outside of a remote session: RDP, SPICE, VMware, VNC."""


MANAGERS = ("1password", "bitwarden", "keepass", "keepassxc")
"""Password managers by the names of their programs, in lower case, without `.exe`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is done with data of some kinds, from some programs, for some programs."""

    sources: tuple[str, ...] = field(
        default=("*",),
        metadata={
            "doc": "Programs in which it was copied (* and ? as in a shell); `remote` for what "
            "came into a remote session from outside."
        },
    )
    targets: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Programs in front, where it would be pasted; none for any."},
    )
    kinds: tuple[str, ...] = field(
        default=("*",),
        metadata={"doc": "The kinds that it is about, such as PAN (* and ? as in a shell)."},
    )
    then: Literal["allow", "warn", "mask", "clear", "block"] = field(
        default="block",
        metadata={
            "doc": "allow it; warn the person; mask it where it lies; clear it after `seconds`; "
            "block it: clear it at once."
        },
    )
    seconds: int = field(
        default=30,
        metadata={"doc": "For `clear`: how long it may be pasted.", "min": 1, "max": 3600},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What may not be copied, from where and to where it may, and what is left of it."""

    kinds: tuple[str, ...] = field(
        default=KINDS,
        metadata={"doc": "Kinds of personal data of which one alone is a finding."},
    )
    bulk_kinds: tuple[str, ...] = field(
        default=BULK_KINDS,
        metadata={"doc": "Everyday kinds that are a finding only when many are copied at once."},
    )
    bulk_count: int = field(
        default=10,
        metadata={"doc": "How many of the everyday kinds are many.", "min": 1, "max": 100_000},
    )
    allowed_apps: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Programs from which anything may be copied (* and ? as in a shell)."},
    )
    password_managers: tuple[str, ...] = field(
        default=MANAGERS,
        metadata={
            "doc": "Password managers (* and ? as in a shell): what they copy and exclude from "
            "monitors is not read. What others mark so is judged."
        },
    )
    rules: tuple[Rule, ...] = field(
        default=(),
        metadata={
            "doc": "What is done by source and target; the first rule that fits decides, and "
            "without one the control's `respond`."
        },
    )
    leaving: Literal["personal-data", "everything", "nothing"] = field(
        default="personal-data",
        metadata={
            "doc": "What is taken off the clipboard at the lock, at a switch of users and at the "
            "end of the agent; what was not judged stays."
        },
    )


_RESPONSES: dict[str, tuple[ActionKind, ...]] = {
    "warn": (ActionKind.NOTIFY,),
    "mask": (ActionKind.MASK_CLIPBOARD, ActionKind.NOTIFY),
    "clear": (ActionKind.CLEAR_CLIPBOARD, ActionKind.NOTIFY),
    "block": (ActionKind.CLEAR_CLIPBOARD, ActionKind.NOTIFY),
}


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Let through what could not be judged in time: the next change is judged again."""
    match event:
        case SensorState():
            return by_sensor(event, ID, passed("clipboard.watched"))
        case ClipboardScanned(judged=True):
            return _copied(event, facts, settings)
        case ClipboardScanned():
            return unknown("clipboard.not-judged")
        case _:
            return None


def _copied(event: ClipboardScanned, facts: Facts, settings: Settings) -> Verdict:
    if is_away(facts) and left_behind(event, settings):
        return replace(NO_NEWS, response=Response(kinds=(ActionKind.CLEAR_CLIPBOARD,)))
    hits = counting(event, facts, settings)
    if not hits or named(event.app, settings.allowed_apps):
        return NO_NEWS
    verdict = Verdict(state=State.FAIL, message=describe(ID, hits), severity=severity(hits))
    rule = _rule(event, hits, facts, settings)
    if rule is None:
        return verdict
    if rule.then == "allow":
        return NO_NEWS
    after = float(rule.seconds) if rule.then == "clear" else 0.0
    return replace(verdict, response=Response(kinds=_RESPONSES[rule.then], after=after))


def counting(event: ClipboardScanned, facts: Facts, settings: Settings) -> tuple[Hit, ...]:
    """Return the hits that are a finding by their kinds and number alone."""
    everyday = with_own(settings.bulk_kinds, facts, alone=False)
    many = bulk(event.hits, everyday, settings.bulk_count)
    return (*listed(event.hits, with_own(settings.kinds, facts, alone=True)), *many)


def _rule(
    event: ClipboardScanned, hits: tuple[Hit, ...], facts: Facts, settings: Settings
) -> Rule | None:
    front = facts.get(WindowInFront)
    target = front.image if front else ""
    for rule in settings.rules:
        there = not rule.targets or named(target, rule.targets)
        about = all(named(hit.kind, rule.kinds) for hit in hits)
        if there and about and _came_from(event.app, rule.sources):
            return rule
    return None


def _came_from(app: str, sources: tuple[str, ...]) -> bool:
    return named(app, sources) or (REMOTE in sources and named(app, REMOTE_PROGRAMS))


def is_away(facts: Facts) -> bool:
    """Check whether the person is known to have left: the session is locked or not in front."""
    session = facts.get(SessionState)
    return session is not None and (session.locked is True or session.active is False)


def holds(event: ClipboardScanned) -> bool:
    """Check whether anything is there, also where no program is told that copied it."""
    return event.full or bool(event.hits or event.app)


def left_behind(event: ClipboardScanned, settings: Settings) -> bool:
    """Check whether it may not stay on the clipboard when the person leaves."""
    if not event.judged or settings.leaving == "nothing":
        return False
    return bool(event.hits) or (settings.leaving == "everything" and holds(event))


def subject(event: Event, _settings: Settings) -> str:
    """Tell selections apart, such as CLIPBOARD and PRIMARY."""
    return event.selection if isinstance(event, ClipboardScanned) else ""


CHECK = Check(
    id=ID,
    measure=4,
    severity=Severity.MEDIUM,
    on=(ClipboardScanned, SensorState),
    settings=Settings,
    judge=judge,
    subject=subject,
    lessons=("clipboard",),
    owners=belong(Owner.PERSON, "clipboard.forbidden", "clipboard.card", "clipboard.found"),
)
