"""What a policy grants to programs past their support: plans, and days of grace."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from agentguard.checks.base import named
from agentguard.model.messages import say
from agentguard.model.software import Attack, Match, State
from agentguard.model.verdicts import Severity

DAY = r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
SAID = r"[\s\S]*\S[\s\S]*"
"""A text that says something."""
PLANNED = frozenset({State.ENDED, State.ENDING})
"""What every plan covers; what has a known exploited fault, only a plan that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A decision to go on with a program for a while, by whom and why (PCI DSS 12.3.4)."""

    product: str = field(
        metadata={
            "doc": "The catalogue's name of the product (oracle-jdk), or what is shown of it, such "
            "as Oracle JDK 8 or the name of an operating system (* and ? as in a shell).",
            "pattern": ".+",
        }
    )
    owner: str = field(
        metadata={"doc": "Who sees to it that it goes.", "pattern": SAID, "stricter": "any"}
    )
    until: str = field(
        metadata={
            "doc": "The last day of the plan, as 2027-01-31.",
            "pattern": DAY,
            "stricter": "less",
        }
    )
    reason: str = field(
        metadata={"doc": "Why it is still needed.", "pattern": SAID, "stricter": "any"}
    )
    covers_attacked: bool = field(
        default=False,
        metadata={
            "doc": "true: the plan goes on while attackers are known to use a fault of the "
            "product, which it then names without * and ?.",
            "stricter": "less",
        },
    )

    @property
    def last(self) -> date | None:
        """The last day on which it holds; None where the calendar has no such day."""
        return day(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a policy grants: plans, and days of grace for what has no plan.

    `ended` days are counted from the last day of support; `attacked` and `critical` from the day
    on which CISA listed the attack. An attack whose severity no record tells counts as critical.
    `no_grace` names products that have none.
    """

    plans: tuple[Plan, ...] = ()
    ended: int = 0
    attacked: int = 0
    critical: int = 0
    no_grace: tuple[str, ...] = ()


def granted(found: Match, terms: Terms, today: date) -> Match:
    """Return what holds of a program with what the policy grants it on a day.

    The grants only ever end: on the day after a plan or a grace the program is what it was.
    """
    for plan in terms.plans:
        if plan.last is not None and today <= plan.last and _covers(plan, found):
            word = "support.allowed"
            if found.state is State.EXPLOITED:
                word = "support.allowed-attacked"
            why = say(word, date=plan.until, owner=plan.owner, reason=plan.reason)
            return replace(found, state=State.ALLOWED, date=plan.last, why=why)
    last = _grace(found, terms)
    return found if last is None or last < today else replace(found, grace=last)


def _covers(plan: Plan, found: Match) -> bool:
    covered = found.state in PLANNED or (found.state is State.EXPLOITED and plan.covers_attacked)
    return covered and _is(found, (plan.product,))


def _is(found: Match, products: tuple[str, ...]) -> bool:
    told = {found.product, found.name, found.title, found.shown}
    return any(named(one, products) for one in told)


def _grace(found: Match, terms: Terms) -> date | None:
    """Return the last day of grace: the first of those of each attack and of the end."""
    lasts: list[date | None] = []
    if found.state is State.EXPLOITED:
        lasts += [_after(one.listed, _days(one, terms)) for one in found.attacks]
    if State.ENDED in {found.state, found.beneath}:
        lasts.append(_after(found.date, terms.ended))
    known = [last for last in lasts if last is not None]
    if not lasts or len(known) < len(lasts) or _is(found, terms.no_grace):
        return None
    return min(known)


def _days(attack: Attack, terms: Terms) -> int:
    told = attack.severity in set(Severity) - {Severity.CRITICAL}
    return terms.attacked if told else min(terms.attacked, terms.critical)


def _after(begun: date | None, days: int) -> date | None:
    return begun + timedelta(days=days) if begun is not None and days else None


def day(text: str) -> date | None:
    """Return a day of the calendar; None for an empty text and for one that is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
