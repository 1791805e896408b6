"""Personal data in files that are not encrypted, and whether all watched files were looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from agentguard.checks._kinds import (
    BULK_KINDS,
    KINDS,
    at_most,
    bulk,
    describe,
    listed,
    severity,
    with_own,
)
from agentguard.checks.base import MINUTE, NO_NEWS, Check, belong
from agentguard.model.events import (
    UNREAD_FILE,
    Event,
    Facts,
    FileScanned,
    PolicyInForce,
    SweepFinished,
    Tick,
)
from agentguard.model.messages import Message, say
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Watch
from agentguard.model.verdicts import (
    Coverage,
    Owner,
    Severity,
    State,
    Verdict,
    in_part,
    not_applicable,
    passed,
    unknown,
    with_gaps,
)

ID = "pii-files"
MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What counts in a file."""

    kinds: tuple[str, ...] = field(
        default=KINDS,
        metadata={"doc": "Kinds of personal data of which one alone is a finding."},
    )
    bulk_kinds: tuple[str, ...] = field(
        default=BULK_KINDS,
        metadata={"doc": "Everyday kinds that are a finding only when there are many in one file."},
    )
    bulk_count: int = field(
        default=25,
        metadata={"doc": "How many of the everyday kinds are many.", "min": 1, "max": 100_000},
    )
    contact_severity: Literal["low", "medium", "high", "critical"] = field(
        default="medium",
        metadata={
            "doc": "At most so bad is a file with nothing but many e-mail addresses and telephone "
            "numbers; up to medium it asks for attention and does not fail the desk."
        },
    )
    other_severity: Literal["low", "medium", "high", "critical"] = field(
        default="high",
        metadata={
            "doc": "At most so bad is a file with national numbers, bank data or birthdays and no "
            "card data. Card numbers are as bad as the control's severity says."
        },
    )


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Judge a file by what it holds, the folders by their sweeps."""
    match event:
        case FileScanned():
            return _file(event, facts, settings)
        case SweepFinished():
            return _sweep(event)
        case _:
            return _since(event, facts)


def _file(event: FileScanned, facts: Facts, settings: Settings) -> Verdict | None:
    if event.outcome is FileOutcome.UNREADABLE:
        return unknown(event.reason or "unread.denied")
    if event.outcome is not FileOutcome.READ:
        return NO_NEWS
    everyday = with_own(settings.bulk_kinds, facts, alone=False)
    many = bulk(event.hits, everyday, settings.bulk_count)
    hits = (*listed(event.hits, with_own(settings.kinds, facts, alone=True)), *many)
    if not hits:
        return with_gaps(NO_NEWS, Coverage(why=event.gaps))
    most = at_most(hits, Severity(settings.contact_severity), Severity(settings.other_severity))
    found = Verdict(
        state=State.FAIL, message=describe(ID, hits), severity=severity(hits), at_most=most
    )
    return with_gaps(found, Coverage(why=event.gaps))


def _sweep(event: SweepFinished) -> Verdict:
    """Take no look at nothing for proof: empty folders are no pass, and no folders are unknown."""
    if not event.folders:
        return not_applicable("pii-files.none-watched")
    if event.absent >= event.folders:
        return unknown("pii-files.no-folder", count=event.folders)
    if not event.files:
        return with_gaps(not_applicable("pii-files.nothing"), Coverage(why=event.gaps))
    if event.unread >= event.files:
        return unknown("pii-files.none-read", files=event.files)
    missed = event.unread + event.part + event.sealed
    coverage = Coverage(looked=event.files, missed=missed, why=event.gaps)
    if not coverage.whole:
        told = in_part(coverage, "pii-files.in-part", files=event.files, missed=missed)
        return replace(told, rows=(*event.why, *_besides(event)))
    return replace(passed("pii-files.swept", files=event.files), rows=tuple(_besides(event)))


def _besides(event: SweepFinished) -> Iterator[Message]:
    """Yield what else is to be known: absent folders, what waits for its turn, test numbers."""
    if event.absent:
        yield say("pii-files.absent", count=event.absent, folders=event.folders)
    if event.waiting:
        left, size = (-(-count // MIB) for count in (event.waiting, event.waiting_of))
        yield say("pii-files.not-yet", count=left, size=size)
    if event.test_cards:
        yield say("pii-files.test-cards", count=event.test_cards)


def _since(event: Event, facts: Facts) -> Verdict | None:
    """Believe a sweep until it is old, or a file came that was not read in full."""
    swept, unread = facts.get(SweepFinished), facts.get(FileScanned, UNREAD_FILE)
    if swept is None:
        return None
    if (old := _overdue(event, facts, swept)) is not None:
        return old
    if unread is None or swept.gaps or unread.at.since(swept.at) <= 0:
        return None
    return in_part(Coverage(missed=1, why=(say(unread.reason),)), "pii-files.since")


def _overdue(event: Event, facts: Facts, swept: SweepFinished) -> Verdict | None:
    """Believe a sweep for two intervals of the policy in force."""
    policy = facts.get(PolicyInForce)
    minutes = (policy.policy.watch if policy else Watch()).sweep_minutes
    if event.at.since(swept.at) <= 2 * minutes * MINUTE:
        return None
    return unknown("pii-files.overdue", minutes=2 * minutes)


def subject(event: Event, _settings: Settings) -> str:
    """Tell files apart by path."""
    return event.path if isinstance(event, FileScanned) else ""


CHECK = Check(
    id=ID,
    measure=1,
    severity=Severity.HIGH,
    on=(FileScanned, SweepFinished, Tick),
    settings=Settings,
    judge=judge,
    subject=subject,
    lessons=("card-data",),
    owners=belong(Owner.PERSON, "pii-files.forbidden", "pii-files.card", "pii-files.found"),
)
