"""Every program is of a vendor in the register: approved for what it is for, and in date.

All that is wrong is told, not the worst alone, and of each program all that it is for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from agentguard.checks.base import DAY, NO_NEWS, Check, belong, few, named, not_read, today
from agentguard.model.events import Event, Facts
from agentguard.model.facts import Kind, LifecyclesKnown, ProgramsSeen, Software, SoftwareSeen
from agentguard.model.messages import Message, say
from agentguard.model.software import Today
from agentguard.model.vendors import (
    WARN_DAYS,
    Deadline,
    ProgramClass,
    Standing,
    Vendor,
    due,
    lapsed,
    standing,
    vendor_of,
)
from agentguard.model.verdicts import (
    Coverage,
    Owner,
    Severity,
    Verdict,
    in_part,
    not_applicable,
    passed,
    unknown,
    with_gaps,
    wrong,
)

ROWS = 60
"""Lines of the table behind the sentence."""
NONE = "\N{EN DASH}"
LINES = {
    Standing.UNAPPROVED: "vendors.row-unapproved",
    Standing.LAPSED: "vendors.row-lapsed",
    Standing.UNKNOWN: "vendors.row-unknown",
    Standing.APPROVED: "vendors.row-approved",
}
"""The line of a program, by how the company stands with its vendor."""


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
    warn_days: int = field(
        default=WARN_DAYS,
        metadata={
            "doc": "Days before a contract ends or a review is due to say so.",
            "min": 0,
            "max": 730,
            "stricter": "more",
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A program, whom it is of, how the company stands with that, and all that it is for."""

    item: Software
    vendor: Vendor | None
    standing: Standing
    classes: tuple[ProgramClass, ...]

    @property
    def whose(self) -> str:
        """The vendor's name, or the program's where the register has none."""
        return self.vendor.name if self.vendor else self.item.name

    @property
    def told(self) -> str:
        """The same with the classes that tell it apart."""
        return f"{self.whose} ({_words(self.classes)})" if self.classes else self.whose

    def over(self, day: date, deadline: Deadline) -> bool:
        """Check whether this is over: of a contract that is, no review is asked for."""
        return (
            self.standing is Standing.LAPSED
            and self.vendor is not None
            and lapsed(self.vendor, day)[0] is deadline
        )


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Judge what is installed by the register, and what runs by the vendors that it names."""
    if not settings.register:
        return not_applicable("vendors.no-register")
    match event:
        case ProgramsSeen():
            return _running(event, settings)
        case SoftwareSeen():
            return _installed(event, facts.get(LifecyclesKnown), settings)
        case _:
            return None


def subject(event: Event, _settings: Settings) -> str:
    """Return what runs apart from what is installed."""
    return "running" if isinstance(event, ProgramsSeen) else ""


def _installed(seen: SoftwareSeen, known: LifecyclesKnown | None, settings: Settings) -> Verdict:
    """Judge what is installed.

    An extension of a browser counts where the register names its vendor, or what it is for is told.
    """
    if not seen.items:
        return not_read(seen) if seen.unread else unknown("vendors.no-inventory")
    day = today(seen.at)
    every = (_owned(item, known, settings, day) for item in seen.items)
    owned = [one for one in every if one.vendor or one.classes or not _is_extension(one.item)]
    told = _wrong(owned, day, settings) or _right(owned, day, settings)
    return with_gaps(
        replace(told, rows=_rows(owned)), Coverage(why=(*seen.gaps, *_classless(known, settings)))
    )


def _classless(known: LifecyclesKnown | None, settings: Settings) -> tuple[Message, ...]:
    """Return why no class could be told, where an approval rests on one."""
    told = known is not None and known.classes is not None and known.programs is not None
    rests = any(vendor.classes for vendor in settings.register)
    return (say("vendors.no-classes"),) if rests and not told else ()


def _owned(item: Software, known: LifecyclesKnown | None, settings: Settings, day: date) -> Owned:
    vendor = vendor_of(item, settings.register)
    classes = _classes(item, known, day)
    return Owned(item=item, vendor=vendor, standing=standing(vendor, classes, day), classes=classes)


def _classes(item: Software, known: LifecyclesKnown | None, day: date) -> tuple[ProgramClass, ...]:
    if known is None or known.classes is None:
        return ()
    if _is_extension(item):
        return known.classes.of_extension(item.ident)
    if item.kind is not Kind.PROGRAM:
        return ()
    product = ""
    if known.programs is not None:
        now = Today(day=day, compiled=known.programs.compiled, warn=timedelta(0))
        product = known.programs.match(item.name, item.version, item.vendor, now=now).product
    return known.classes.of(item.name, item.vendor, product)


def _is_extension(item: Software) -> bool:
    return item.kind is Kind.EXTENSION


def _wrong(owned: list[Owned], day: date, settings: Settings) -> Verdict | None:
    """Tell all that is wrong; None where nothing is."""
    refused = [one.told for one in owned if one.standing is Standing.UNAPPROVED]
    ended = [one.told for one in owned if one.over(day, Deadline.CONTRACT)]
    review = [one.told for one in owned if one.over(day, Deadline.REVIEW)]
    strangers = [] if settings.allow_unknown else _strangers(owned)
    kinds = sum(bool(one) for one in (refused, ended, review, strangers))
    if not kinds:
        return None
    if kinds > 1:
        return wrong(
            "vendors.several",
            refused=few(refused) or NONE,
            lapsed=few(ended) or NONE,
            review=few(review) or NONE,
            programs=few(strangers) or NONE,
        )
    return _one_kind(refused, ended, review, strangers)


def _one_kind(
    refused: list[str], ended: list[str], review: list[str], strangers: list[str]
) -> Verdict:
    if refused:
        return wrong("vendors.refused", count=len(set(refused)), vendors=few(refused))
    if ended:
        return wrong("vendors.lapsed", count=len(set(ended)), vendors=few(ended))
    if review:
        return wrong("vendors.review", count=len(set(review)), vendors=few(review))
    return wrong("vendors.strangers", count=len(strangers), programs=few(strangers))


def _strangers(owned: list[Owned]) -> list[str]:
    return [one.told for one in owned if one.standing is Standing.UNKNOWN]


def _right(owned: list[Owned], day: date, settings: Settings) -> Verdict:
    """Say that nothing is wrong, and what soon will be."""
    strangers = _strangers(owned)
    if strangers:
        return in_part(
            Coverage(missed=len(strangers), why=(say("vendors.unmatched", count=len(strangers)),)),
            "vendors.counted",
            count=len(strangers),
            programs=few(strangers),
        )
    present = {one.vendor.name: one.vendor for one in owned if one.vendor}
    soon = [
        f"{vendor.name} ({min(_dates(vendor, day, settings.warn_days))})"
        for vendor in present.values()
        if due(vendor, day, settings.warn_days)
    ]
    if soon:
        return passed("vendors.soon", count=len(soon), vendors=few(soon))
    return passed("vendors.known", count=len(present))


def _dates(vendor: Vendor, day: date, warn: int) -> Iterable[str]:
    days = {Deadline.CONTRACT: vendor.contract_until, Deadline.REVIEW: vendor.review_by}
    return (days[one] for one in due(vendor, day, warn))


def _rows(owned: list[Owned]) -> tuple[Message, ...]:
    """Return a line for each program that is not approved or has a class, the worst first."""
    order = list(Standing)
    shown = [one for one in owned if one.classes or one.standing is not Standing.APPROVED]
    shown.sort(key=lambda one: (order.index(one.standing), one.item.name.casefold()))
    rows = tuple(_row(one) for one in shown[:ROWS])
    rest = len(shown) - len(rows)
    return (*rows, say("vendors.more-rows", count=rest)) if rest > 0 else rows


def _row(one: Owned) -> Message:
    return say(
        LINES[one.standing],
        program=one.item.name,
        vendor=one.vendor.name if one.vendor else NONE,
        classes=_words(one.classes) or NONE,
    )


def _words(classes: tuple[ProgramClass, ...]) -> str:
    return ", ".join(one.value.replace("-", " ") for one in classes)


def _running(event: ProgramsSeen, settings: Settings) -> Verdict:
    """Find what runs of a vendor that is not approved or not in date."""
    if event.unread or not event.images:
        return not_read(event) if event.unread else unknown("vendors.no-programs")
    day = today(event.at)
    bad = [v for v in settings.register if standing(v, (), day) is not Standing.APPROVED]
    found = [f"{image} ({v.name})" for v in bad for image in _images(event, v)]
    if found:
        return wrong("vendors.running", count=len(found), programs=few(found))
    return NO_NEWS


def _images(event: ProgramsSeen, vendor: Vendor) -> set[str]:
    by_name = {image for image in event.images if named(image, vendor.processes)}
    return by_name | {image for image, by in event.signed if named(by, vendor.signers)}


CHECK = Check(
    id="vendors",
    measure=6,
    severity=Severity.MEDIUM,
    on=(SoftwareSeen, ProgramsSeen),
    settings=Settings,
    judge=judge,
    subject=subject,
    fresh=2 * DAY,
    needs=(ProgramsSeen,),
    lessons=("free-tools",),
    owner=Owner.TEAM,
    owners={
        **belong(Owner.SUPERVISOR, "vendors.lapsed", "vendors.review"),
        **belong(
            Owner.TEAM, "vendors.refused", "vendors.strangers", "vendors.several", "vendors.running"
        ),
    },
)
