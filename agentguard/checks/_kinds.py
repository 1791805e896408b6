"""Which kinds of personal data count, and the sentence for what was found."""

from __future__ import annotations

from collections.abc import Iterable

from agentguard.model.custody import FORBIDDEN
from agentguard.model.events import Facts, PolicyInForce
from agentguard.model.hits import Hit
from agentguard.model.known_kinds import KNOWN
from agentguard.model.messages import Message, say
from agentguard.model.verdicts import Severity

BULK_KINDS = ("EMAIL", "PHONE", "DOB")
"""One of these is everyday text; many of them are a list of customers."""

KINDS = tuple(kind for kind in (*KNOWN, "TRACK") if kind not in BULK_KINDS)
"""One of these is personal data by itself; an agent of one country may meet customers of all."""

CARD = "PAN"

CONTACT_KINDS = frozenset(("EMAIL", "PHONE"))
"""How to reach somebody: alone they are a matter of attention, and stand in every documentation."""


def with_own(kinds: tuple[str, ...], facts: Facts, *, alone: bool) -> tuple[str, ...]:
    """Add the kinds that the policy in force names as the site's own.

    `alone` chooses those of which one is a finding; the others count when there are many.
    """
    known = facts.get(PolicyInForce)
    own = () if known is None else known.policy.detection.recognisers
    return (*kinds, *(one.kind for one in own if one.alone is alone))


def listed(hits: Iterable[Hit], kinds: tuple[str, ...]) -> tuple[Hit, ...]:
    """Return the hits of the kinds that count."""
    return tuple(h for h in hits if h.kind in kinds and h.count > 0)


def bulk(hits: Iterable[Hit], kinds: tuple[str, ...], least: int) -> tuple[Hit, ...]:
    """Return the hits of everyday kinds when there are at least `least` of them in all."""
    found = listed(hits, kinds)
    return found if sum(h.count for h in found) >= least else ()


def describe(check: str, hits: tuple[Hit, ...]) -> Message:
    """Say what was found, worst first: card security codes, card numbers, anything else."""
    count = _count(hits, FORBIDDEN)
    if count:
        return say(f"{check}.forbidden", count=count)
    count = _count(hits, {CARD})
    if count:
        return say(f"{check}.card", count=count)
    kinds = ", ".join(sorted({h.kind for h in hits}))
    return say(f"{check}.found", count=sum(h.count for h in hits), kinds=kinds)


def severity(hits: tuple[Hit, ...]) -> Severity | None:
    """Return the highest for what may never be kept (PCI DSS 3.3.1); None for the policy's."""
    return Severity.CRITICAL if _count(hits, FORBIDDEN) else None


def at_most(hits: tuple[Hit, ...], contact: Severity, others: Severity) -> Severity | None:
    """Return the highest severity that the policy's may be.

    Card numbers are as bad as the policy says, data of a state or a bank `others`, and what only
    tells how to reach people `contact`.
    """
    kinds = {hit.kind for hit in hits}
    if kinds & {CARD, *FORBIDDEN}:
        return None
    return contact if kinds <= CONTACT_KINDS else others


def _count(hits: tuple[Hit, ...], kinds: Iterable[str]) -> int:
    return sum(h.count for h in hits if h.kind in kinds)
