"""Matches installed programs with the catalogue, and explains what it says of each."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from agentguard.model.messages import say
from agentguard.model.software import Match, State, Today
from agentguard.software.catalogue import Catalogue
from agentguard.software.identify import LOOKED_AT, NOT_JUDGED, Identifier, Identity
from agentguard.software.support import Support, judge
from agentguard.software.versions import is_distributed

KEPT = 4096
"""Programs whose identity is kept in memory: a desk's inventory is asked for again and again."""
PART = "-"
"""The product of what is a part of another program, of which no more is told."""


class Matcher:
    """A catalogue ready to be asked, in any number of threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._identify = lru_cache(maxsize=KEPT)(Identifier(catalogue).identify)

    @property
    def compiled(self) -> date:
        """The day on which the catalogue's dates were true."""
        return self.catalogue.compiled

    def match(self, name: str, version: str = "", publisher: str = "", *, now: Today) -> Match:
        """Return what a program is, and what holds of it on a day."""
        found = self._identify(name[:LOOKED_AT], version[:LOOKED_AT], publisher[:LOOKED_AT])
        part = found is not None and (found.product is None or found.kind in NOT_JUDGED)
        support = _support(found, now, part=part)
        product = found.product if found else None
        return Match(
            name=name,
            version=version,
            publisher=publisher,
            product=product.slug if product else PART if part else "",
            title=product.title if product else "",
            line=found.line if found else "",
            kind=found.kind if found else "",
            state=support.state,
            date=support.ends,
            source=support.source,
            why=support.why,
            rule=found.rule if found else "",
            part=part,
            attacks=support.attacks,
            beneath=support.beneath,
        )


def _support(found: Identity | None, now: Today, *, part: bool) -> Support:
    if found is None:
        return Support(state=State.UNKNOWN, why=say("support.no-rule"))
    if part or found.product is None:
        return Support(state=State.UNKNOWN, why=say("support.part"))
    if is_distributed(found.version):
        return Support(state=State.UNKNOWN, why=say("support.distribution"))
    return judge(found.product, found.line, found.version, now)
