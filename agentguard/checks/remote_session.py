"""A remote session takes neither what is copied nor drives out of it.

PCI DSS 4.0.1, 3.4.2: with remote-access technologies, technical controls prevent that card numbers
are copied or moved away, but for those with a documented authorisation. What goes into the session
is judged there, as any copy is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import HOUR, Check, belong, not_read
from agentguard.model.events import Facts
from agentguard.model.machine import RemoteSessionSeen
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    unknown,
    wrong,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a site has authorised."""

    allow_clipboard: bool = field(
        default=False,
        metadata={"doc": "What is copied in the session may be pasted outside of it."},
    )
    allow_drives: bool = field(
        default=False,
        metadata={"doc": "The session may use the drives of the computer that shows it."},
    )


def judge(event: RemoteSessionSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Expect every way out closed that is not authorised; one that is not known proves nothing."""
    if event.unread:
        return not_read(event)
    if not event.protocol:
        return not_applicable("remote-session.none")
    clipboard = False if settings.allow_clipboard else event.clipboard
    drives = False if settings.allow_drives else event.drives
    if clipboard or drives:
        return _open(event.protocol, clipboard=bool(clipboard), drives=bool(drives))
    if clipboard is None or drives is None:
        return unknown("remote-session.unread", protocol=event.protocol)
    return passed("remote-session.closed", protocol=event.protocol)


def _open(protocol: str, *, clipboard: bool, drives: bool) -> Verdict:
    if clipboard and drives:
        return wrong("remote-session.both", protocol=protocol)
    if clipboard:
        return wrong("remote-session.clipboard", protocol=protocol)
    return wrong("remote-session.drives", protocol=protocol)


CHECK = Check(
    id="remote-session",
    measure=4,
    severity=Severity.HIGH,
    on=(RemoteSessionSeen,),
    settings=Settings,
    judge=judge,
    fresh=HOUR,
    lessons=("clipboard",),
    owner=Owner.TEAM,
    owners=belong(
        Owner.TEAM, "remote-session.both", "remote-session.clipboard", "remote-session.drives"
    ),
)
