"""Personal data on the clipboard."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks._kinds import BULK_KINDS, KINDS, bulk, describe, listed, with_own
from agentguard.checks.base import NO_NEWS, Check, by_sensor, named
from agentguard.model.events import ClipboardScanned, Event, Facts, SensorState
from agentguard.model.verdicts import Severity, State, Verdict, passed

ID = "clipboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What may not be copied, and from where it may."""

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


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Let through what could not be judged in time: the next change is judged again."""
    match event:
        case SensorState():
            return by_sensor(event, ID, passed("clipboard.watched"))
        case ClipboardScanned(judged=True):
            return _copied(event, facts, settings)
        case _:
            return None


def _copied(event: ClipboardScanned, facts: Facts, settings: Settings) -> Verdict:
    if named(event.app, settings.allowed_apps):
        return NO_NEWS
    everyday = with_own(settings.bulk_kinds, facts, alone=False)
    many = bulk(event.hits, everyday, settings.bulk_count)
    hits = (*listed(event.hits, with_own(settings.kinds, facts, alone=True)), *many)
    return Verdict(state=State.FAIL, message=describe(ID, hits)) if hits else NO_NEWS


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
    proves=("PCI DSS 3.4.2", "ISO 27001 A.8.12", "NIST CSF PR.DS-01", "CIS 3.13"),
    lessons=("clipboard",),
)
