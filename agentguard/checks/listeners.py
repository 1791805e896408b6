"""No program waits for other machines unless the policy allows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import HOUR, Check, belong, few, named, not_read
from agentguard.model.events import Facts
from agentguard.model.facts import Listener, ListenersSeen
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Who may listen."""

    allowed_ports: tuple[int, ...] = field(
        default=(68, 546, 5353, 5355),
        metadata={"doc": "Ports on which any program may listen (default: DHCP, mDNS, LLMNR)."},
    )
    allowed_programs: tuple[str, ...] = field(
        default=(
            "avahi-daemon",
            "chronyd",
            "cups-browsed",
            "dhclient",
            "lsass",
            "networkmanager",
            "ntpd",
            "services",
            "spoolsv",
            "svchost",
            "system",
            "systemd",
            "systemd-networkd",
            "systemd-resolved",
            "systemd-timesyncd",
            "wininit",
        ),
        metadata={
            "doc": "Programs that may listen, without .exe (* and ? as in a shell; "
            "default: parts of the system)."
        },
    )


def judge(event: ListenersSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Expect a listener by its port or by its program."""
    if event.unread:
        return not_read(event)
    strange = [one for one in event.listeners if not _expected(one, settings)]
    if strange:
        id_ = "listeners.own" if any(one.hers for one in strange) else "listeners.strange"
        return wrong(id_, count=len(strange), listeners=few(map(_name, strange)))
    return passed("listeners.expected", count=len(event.listeners))


def _expected(one: Listener, settings: Settings) -> bool:
    if one.port in settings.allowed_ports:
        return True
    program = one.program.casefold().removesuffix(".exe")
    return bool(program) and named(program, settings.allowed_programs)


def _name(one: Listener) -> str:
    return f"{one.program or '?'} {one.protocol}/{one.port}"


CHECK = Check(
    id="listeners",
    measure=5,
    severity=Severity.MEDIUM,
    on=(ListenersSeen,),
    settings=Settings,
    judge=judge,
    fresh=HOUR,
    owner=Owner.TEAM,
    owners={**belong(Owner.PERSON, "listeners.own"), **belong(Owner.TEAM, "listeners.strange")},
)
