"""Which control bears on which requirement: the claims that a pack's sums are about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

from agentguard.base import requirements
from agentguard.server.evidence.base import Claim

CHECK = "check"


def frameworks() -> tuple[str, ...]:
    """Return the frameworks by name, in their order."""
    return tuple(one.id for one in requirements.load())


@cache
def every() -> tuple[Claim, ...]:
    """Return all claims by control; those of one in the order of the frameworks and numbers."""
    found = [
        Claim(
            framework=one.framework,
            requirement=one.number,
            control=bearing.id,
            relation=bearing.relation,
            lacks=bearing.lacks,
            source=framework.source,
        )
        for framework in requirements.load()
        for one in framework.requirements
        for bearing in one.bearings
        if bearing.kind == CHECK
    ]
    return tuple(sorted(found, key=lambda one: one.control))


def chosen(framework: str, requirement: str) -> tuple[Claim, ...]:
    """Return the claims on a framework or one of its requirements; empty words mean all."""
    return tuple(
        one
        for one in every()
        if framework in {"", one.framework} and requirement in {"", one.requirement}
    )


def digest(claims: Iterable[Claim]) -> str:
    """Return the SHA-256 of claims, by which two packs can be compared."""
    told = "\n".join(f"{c.framework}|{c.requirement}|{c.control}|{c.relation}" for c in claims)
    return hashlib.sha256(told.encode()).hexdigest()


def by_requirement(claims: Iterable[Claim]) -> list[Claim]:
    """Return claims as a person reads them: in the order of the frameworks and requirements."""
    places = {
        (one.framework, one.number): place
        for place, one in enumerate(
            each for framework in requirements.load() for each in framework.requirements
        )
    }
    return sorted(claims, key=lambda one: places[one.framework, one.requirement])
