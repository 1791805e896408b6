"""A VPN is up wherever the policy requires one.

What counts is told by kind and by name, since a private VPN protects nobody's customers. A network
names itself, so the list of offices spares people a tunnel and proves nothing of the place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import MINUTE, Check, belong, few, named, not_read
from agentguard.model.events import Facts
from agentguard.model.machine import VpnLink, VpnSeen
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
    """Whether a VPN is required, which ones count, and where none is needed."""

    required: bool = field(default=False, metadata={"doc": "true: a VPN must be up."})
    kinds: tuple[str, ...] = field(
        default=("*",),
        metadata={
            "doc": "Kinds that count, such as wireguard, openvpn, anyconnect, globalprotect, "
            "forticlient, ivanti, or windows for the VPN of Windows itself (* and ? as in a shell)."
        },
    )
    other_kinds: tuple[str, ...] = field(
        default=("ppp", "pptp", "tap", "virtual"),
        metadata={
            "doc": "Kinds that do not count all the same: what a modem or a virtual machine makes "
            "too, and what no longer protects."
        },
    )
    names: tuple[str, ...] = field(
        default=("*",),
        metadata={
            "doc": "Names that count, of connections or interfaces as the computer shows them "
            "(* and ? as in a shell). They do not leave the computer."
        },
    )
    offices: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "DNS suffixes of networks in which no VPN is needed, such as office.example "
            "(* and ? as in a shell). A network names itself, so anybody can set this up at home."
        },
    )
    grace_seconds: int = field(
        default=120,
        metadata={
            "doc": "Seconds for which it may be down, at the start, after sleep or while it "
            "connects again, before that is a finding.",
            "min": 0,
            "max": 3600,
        },
    )


def judge(event: VpnSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Pass on a VPN that counts alone; what was not read has none, and does not lack one either."""
    if not settings.required:
        return not_applicable("vpn.not-required")
    if event.unread:
        return not_read(event)
    counted = [link.kind for link in event.links if _counts(link, settings)]
    return passed("vpn.up", kinds=few(counted)) if counted else _lacking(event, settings)


def _lacking(event: VpnSeen, settings: Settings) -> Verdict:
    if any(named(domain, settings.offices) for domain in event.domains):
        return not_applicable("vpn.office")
    if event.unchanged < settings.grace_seconds:
        return unknown("vpn.connecting", seconds=settings.grace_seconds)
    if event.links:
        return wrong("vpn.other", kinds=few(link.kind for link in event.links))
    return wrong("vpn.down")


def _counts(link: VpnLink, settings: Settings) -> bool:
    kind = named(link.kind, settings.kinds) and not named(link.kind, settings.other_kinds)
    return kind and named(link.name, settings.names)


CHECK = Check(
    id="vpn",
    measure=1,
    severity=Severity.HIGH,
    on=(VpnSeen,),
    settings=Settings,
    judge=judge,
    fresh=5 * MINUTE,
    owners=belong(Owner.PERSON, "vpn.down", "vpn.other"),
)
