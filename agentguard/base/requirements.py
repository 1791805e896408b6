"""The requirements of frameworks, in our own words, and what of AgentGuard bears on each.

Each framework is a file of `resources/requirements`. What bears on its requirements is told by
`mappings.toml` for controls, drills and records, and by each lesson's file. Every row says what it
does *not* prove; what that is of a control stands in `resources/catalogue.json`, with its measure.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from agentguard.base import lessons, mappings, paths
from agentguard.base.errors import CannotError
from agentguard.base.mappings import Mappings
from agentguard.model.proofs import Proof, Relation

MEASURE = "Measure"
Words = Annotated[str, msgspec.Meta(min_length=1)]


class _Framework(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Words
    version: Words
    source: Words
    requirement: dict[Words, Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """What bears on a requirement: `kind` is check, drill, lesson or record, with its id.

    `relation` is as `model.proofs.Relation` has it, `lacks` what this does not prove.
    """

    kind: str
    id: str
    relation: str
    lacks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A requirement by framework and number, in our own words, and all that bears on it."""

    framework: str
    number: str
    words: str
    bearings: tuple[Bearing, ...]

    @property
    def id(self) -> str:
        """Its name, such as `PCI DSS 8.2.8`."""
        return f"{self.framework} {self.number}"

    @property
    def checks(self) -> tuple[str, ...]:
        """The controls among what bears on it."""
        return tuple(one.id for one in self.bearings if one.kind == "check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A framework with its version, where numbers and relations come from, and requirements."""

    id: str
    version: str
    source: str
    requirements: tuple[Requirement, ...]

    @property
    def slug(self) -> str:
        """Its name in an address."""
        return self.id.lower().replace(" ", "-")


@cache
def load() -> tuple[Framework, ...]:
    """Return the shipped frameworks, in the order of their files.

    Raises:
        CannotError: a file is missing or damaged.

    """
    return read(paths.resources())


def read(folder: Path) -> tuple[Framework, ...]:
    """Read the frameworks of a folder of resources.

    Raises:
        CannotError: a file is missing or damaged, or names a requirement that is in none.

    """
    try:
        files = sorted((folder / "requirements").glob("[0-9]*.toml"))
        raw = [msgspec.convert(_toml(file), _Framework) for file in files]
        found_mappings = mappings.read(folder)
        catalogue = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise CannotError(f"The requirements: {error}", "Install the program again.") from error
    found: dict[str, list[Bearing]] = {}
    for number, bearing in _bearings(catalogue, found_mappings):
        found.setdefault(number, []).append(bearing)
    known = {f"{one.id} {number}" for one in raw for number in one.requirement}
    if not raw or found.keys() - known:
        named = ", ".join(sorted(found.keys() - known))
        raise CannotError(f"No such requirement: {named}", "Install the program again.")
    return tuple(_framework(one, found) for one in raw)


def choose(every: tuple[Framework, ...], name: str) -> tuple[Framework, ...]:
    """Return what a framework's or requirement's name stands for; all for an empty one.

    A number alone (`8.2.8`) names the requirement of each framework that has it.
    """
    wanted = name.strip().casefold()
    chosen = []
    for one in every:
        whole = wanted in {"", one.id.casefold(), one.slug}
        some = tuple(
            r for r in one.requirements if whole or wanted in {r.id.casefold(), r.number.casefold()}
        )
        if some:
            chosen.append(
                Framework(id=one.id, version=one.version, source=one.source, requirements=some)
            )
    return tuple(chosen)


def _toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _bearings(catalogue: list[dict[str, Any]], told: Mappings) -> Iterator[tuple[str, Bearing]]:
    """Yield what bears on what: controls first, then drills, lessons and records."""
    rows = {(one.kind, one.id): one for one in told.mapping}
    for check in catalogue:
        lacks, mapped = str(check["not"]), rows.pop(("check", check["id"]), None)
        own = () if mapped is None else mapped.proofs
        for one in (*own, Proof(f"{MEASURE} {check['measure']}", Relation.SUPPORTS)):
            relation = one.relation.value
            yield one.number, Bearing(kind="check", id=check["id"], relation=relation, lacks=lacks)
    for row in rows.values():
        for one in row.proofs:
            about = {"kind": row.kind, "id": row.id, "lacks": row.lacks}
            yield one.number, Bearing(relation=one.relation.value, **about)
    for lesson in lessons.load():
        for number in (*lesson.proves, f"{MEASURE} {lesson.measure}"):
            taught = Bearing(kind="lesson", id=lesson.id, relation="supports", lacks=told.lesson)
            yield number, taught


def _framework(raw: _Framework, found: dict[str, list[Bearing]]) -> Framework:
    return Framework(
        id=raw.id,
        version=raw.version,
        source=raw.source,
        requirements=tuple(
            Requirement(
                framework=raw.id,
                number=number,
                words=words,
                bearings=tuple(found.get(f"{raw.id} {number}", ())),
            )
            for number, words in raw.requirement.items()
        ),
    )
