"""The watched files are as their baseline says.

PCI DSS 4.0.1, 11.5.2: changes of critical files are detected, by a comparison at least once a week.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import DAY, Check, belong, few, not_read
from agentguard.model.events import Facts
from agentguard.model.machine import ChangesSeen
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    unknown,
    wrong,
)

WEEK = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which files are watched, and which of their states are known to be good."""

    files: tuple[str, ...] = field(
        default=(
            "/etc/hosts",
            "/etc/nsswitch.conf",
            "C:/Windows/System32/drivers/etc/hosts",
        ),
        metadata={
            "doc": "Files, or patterns of them (* and ? as in a shell); ~ is the user's home. "
            "AgentGuard's own files are always watched."
        },
    )
    accepted: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "SHA-256 of contents that are known to be good, in hex, in capitals or not.",
            "pattern": "[0-9A-Fa-f]{64}",
        },
    )


def judge(event: ChangesSeen, _facts: Facts, _settings: Settings) -> Verdict:
    """Name what changed by its file name; the journal has the path and when it was seen."""
    if event.unread:
        return not_read(event)
    if not event.watched:
        return not_applicable("watched-files.none")
    if event.changed:
        names = few(one.path.replace("\\", "/").rpartition("/")[2] for one in event.changed)
        return wrong("watched-files.changed", count=len(event.changed), files=names)
    if event.first:
        return unknown("watched-files.first", count=event.watched)
    return passed("watched-files.same", count=event.watched)


CHECK = Check(
    id="watched-files",
    measure=5,
    severity=Severity.HIGH,
    on=(ChangesSeen,),
    settings=Settings,
    judge=judge,
    fresh=WEEK,
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "watched-files.changed"),
)
