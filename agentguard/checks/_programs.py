"""What a policy adds to the catalogue: programs that it teaches, and what it grants to others."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks._plans import DAY, Terms, day, granted
from agentguard.checks.base import named
from agentguard.model.facts import Kind, Software
from agentguard.model.messages import say
from agentguard.model.software import Match, ProgramMatcher, State, Today, as_extension


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


def match(
    item: Software,
    programs: ProgramMatcher,
    taught: tuple[Taught, ...],
    terms: Terms,
    now: Today,
) -> Match:
    """Return what a program is, and what holds of it by the policy and the catalogue.

    What the policy teaches is believed, except that nothing is attacked.
    """
    own = next((one for one in taught if _is(item, one)), None)
    found = programs.match(item.name, item.version, item.vendor, now=now)
    if item.kind is Kind.EXTENSION:
        found = as_extension(found)
    if own is not None and found.state is not State.EXPLOITED:
        found = _taught(item, own, now)
    return granted(found, terms, now.day)


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
