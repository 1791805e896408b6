"""Every installed program is of a vendor in the register, approved and in date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from agentguard.checks.base import DAY, Check, few, named, today
from agentguard.model.events import Facts
from agentguard.model.facts import Software, SoftwareSeen
from agentguard.model.messages import say
from agentguard.model.proofs import supports
from agentguard.model.verdicts import (
    Coverage,
    Severity,
    Verdict,
    in_part,
    not_applicable,
    passed,
    unknown,
    with_gaps,
    wrong,
)

DATE = r"(?:20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """An entry of the vendor register."""

    name: str = field(metadata={"doc": "The vendor, as the contract names it.", "pattern": ".+"})
    publishers: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "The vendor as installed programs name it (* and ? as in a shell)."},
    )
    products: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Names of its programs, where they name no vendor (* and ?)."},
    )
    sources: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Package managers (dpkg, rpm, flatpak, snap, msi) whose programs are its own "
            "when no other entry names them, as a distribution's are."
        },
    )
    approved: bool = field(
        default=True, metadata={"doc": "Whether programs of this vendor may be installed."}
    )
    review_by: str = field(
        default="",
        metadata={"doc": "The day of the next review, as 2027-01-31.", "pattern": DATE},
    )
    contract_until: str = field(
        default="",
        metadata={"doc": "The last day of the contract, as 2027-01-31.", "pattern": DATE},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The vendor register."""

    register: tuple[Vendor, ...] = field(
        default=(), metadata={"doc": "The vendors that are known, approved or not."}
    )
    allow_unknown: bool = field(
        default=False,
        metadata={"doc": "Whether programs of vendors outside the register are only counted."},
    )


def judge(event: SoftwareSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Say the worst: not approved, contract over, review due, not in the register."""
    if not settings.register:
        return not_applicable("vendors.no-register")
    if not event.items:
        return unknown(f"unread.{event.unread}" if event.unread else "vendors.no-inventory")
    present, strangers = _match(event.items, settings.register)
    rest = _strangers(strangers, present, settings)
    return _present(present, today(event.at)) or with_gaps(rest, Coverage(why=event.gaps))


def _match(
    items: tuple[Software, ...], register: tuple[Vendor, ...]
) -> tuple[list[Vendor], list[str]]:
    """Return the vendors that are present, and the programs of those outside the register."""
    present: dict[str, Vendor] = {}
    strangers: list[str] = []
    for item in items:
        vendor = _vendor(item, register)
        if vendor is None:
            strangers.append(item.name)
        else:
            present[vendor.name] = vendor
    return list(present.values()), strangers


def _vendor(item: Software, register: tuple[Vendor, ...]) -> Vendor | None:
    """Find whom a program is of: by what it says of itself first, then by where it came from."""
    by_name = (v for v in register if _says(item, v))
    by_source = (v for v in register if named(item.source, v.sources))
    return next(by_name, None) or next(by_source, None)


def _says(item: Software, vendor: Vendor) -> bool:
    return named(item.vendor, vendor.publishers) or named(item.name, vendor.products)


def _present(present: list[Vendor], day: date) -> Verdict | None:
    refused = [v.name for v in present if not v.approved]
    if refused:
        return wrong("vendors.refused", count=len(refused), vendors=few(refused))
    lapsed = [v.name for v in present if _over(v.contract_until, day)]
    if lapsed:
        return wrong("vendors.lapsed", count=len(lapsed), vendors=few(lapsed))
    due = [v.name for v in present if _over(v.review_by, day)]
    if due:
        return wrong("vendors.review", count=len(due), vendors=few(due))
    return None


def _strangers(strangers: list[str], present: list[Vendor], settings: Settings) -> Verdict:
    if not strangers:
        return passed("vendors.known", count=len(present))
    if settings.allow_unknown:
        return in_part(
            Coverage(missed=len(strangers), why=(say("vendors.unmatched", count=len(strangers)),)),
            "vendors.counted",
            count=len(strangers),
            programs=few(strangers),
        )
    return wrong("vendors.strangers", count=len(strangers), programs=few(strangers))


def _over(last: str, day: date) -> bool:
    """Check whether a day has passed; one that is no day of the calendar counts as passed."""
    if not last:
        return False
    try:
        return date.fromisoformat(last) < day
    except ValueError:
        return True


CHECK = Check(
    id="vendors",
    measure=6,
    severity=Severity.MEDIUM,
    on=(SoftwareSeen,),
    settings=Settings,
    judge=judge,
    fresh=2 * DAY,
    proves=supports("PCI DSS 12.8.1", "ISO 27001 A.5.19", "NIST CSF GV.SC-04", "CIS 15.1"),
)
