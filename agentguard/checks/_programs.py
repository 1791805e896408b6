"""What a policy adds to the catalogue: programs that it teaches, and plans for those that ended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from agentguard.checks.base import named
from agentguard.model.facts import Software
from agentguard.model.messages import say
from agentguard.model.software import Match, ProgramMatcher, State, Today

DAY = r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
PLANNED = frozenset({State.ENDED, State.ENDING})
"""What a plan covers; a program that is being exploited is not allowed by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A program that the policy teaches, or knows better than the catalogue."""

    name: str = field(metadata={"doc": "The product, as it is to be told.", "pattern": ".+"})
    names: tuple[str, ...] = field(
        metadata={"doc": "Its names as the system shows them, whole (* and ? as in a shell)."}
    )
    publishers: tuple[str, ...] = field(
        default=(), metadata={"doc": "Its publishers, where the system tells one (* and ?)."}
    )
    versions: tuple[str, ...] = field(
        default=(), metadata={"doc": "The versions that are meant (* and ?); without any, all."}
    )
    until: str = field(
        default="",
        metadata={
            "doc": "The last day of its maker's support, as 2027-01-31; empty when none is "
            "announced.",
            "pattern": f"(?:{DAY})?",
        },
    )
    source: str = field(default="", metadata={"doc": "Where that is said."})
    examples: tuple[str, ...] = field(
        default=(), metadata={"doc": "Names that it must know; the policy is refused otherwise."}
    )
    refused: tuple[str, ...] = field(default=(), metadata={"doc": "Names that it must not know."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A decision to go on with a program for a while, by whom and why (PCI DSS 12.3.4)."""

    product: str = field(
        metadata={
            "doc": "The catalogue's name of the product (oracle-jdk), or the program's own "
            "(* and ? as in a shell).",
            "pattern": ".+",
        }
    )
    owner: str = field(metadata={"doc": "Who sees to it that it goes.", "pattern": ".+"})
    until: str = field(metadata={"doc": "The last day of the plan, as 2027-01-31.", "pattern": DAY})
    reason: str = field(metadata={"doc": "Why it is still needed.", "pattern": ".+"})


def match(
    item: Software,
    programs: ProgramMatcher,
    taught: tuple[Taught, ...],
    plans: tuple[Plan, ...],
    now: Today,
) -> Match:
    """Return what a program is, and what holds of it by the policy and the catalogue."""
    own = next((one for one in taught if _is(item, one)), None)
    found = (
        _taught(item, own, now)
        if own is not None
        else programs.match(item.name, item.version, item.vendor, now=now)
    )
    return _planned(found, plans, now)


def _is(item: Software, one: Taught) -> bool:
    published = not one.publishers or not item.vendor or named(item.vendor, one.publishers)
    return (
        named(item.name, one.names)
        and published
        and (not one.versions or named(item.version, one.versions))
    )


def _taught(item: Software, one: Taught, now: Today) -> Match:
    ends = day(one.until)
    state = State.SUPPORTED
    if one.until and (ends is None or ends < now.day):
        state = State.ENDED
    elif ends is not None and ends - now.day <= now.warn:
        state = State.ENDING
    return Match(
        name=item.name,
        version=item.version,
        publisher=item.vendor,
        product=one.name,
        title=one.name,
        line="",
        kind="app",
        state=state,
        date=ends,
        source=one.source,
        why=say("support.taught-until", date=one.until) if one.until else say("support.taught"),
        rule=one.names[0] if one.names else "",
    )


def _planned(found: Match, plans: tuple[Plan, ...], now: Today) -> Match:
    if found.state not in PLANNED:
        return found
    for plan in plans:
        last = day(plan.until)
        wanted = (plan.product,)
        mine = named(found.product, wanted) or named(found.name, wanted)
        if mine and last is not None and now.day <= last:
            why = say("support.allowed", date=plan.until, owner=plan.owner, reason=plan.reason)
            return replace(found, state=State.ALLOWED, date=last, why=why)
    return found


def day(text: str) -> date | None:
    """Return a day of the calendar; None for an empty text and for one that is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
