"""Everything that bears on each requirement: controls, drills, lessons, records, and their lack."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.base import requirements
from agentguard.server.evidence.base import Part, Work

FILE = "bearings.csv"
COLUMNS = ("framework", "version", "requirement", "words", "kind", "what", "relation", "not")


def _rows(work: Work) -> Iterator[tuple[object, ...]]:
    scope = work.order.scope
    for framework in requirements.load():
        for one in framework.requirements:
            wanted = scope.framework in {"", one.framework}
            if wanted and scope.requirement in {"", one.number}:
                about = (framework.id, framework.version, one.number, one.words)
                for each in one.bearings:
                    yield (*about, each.kind, each.id, each.relation, each.lacks)


def write(work: Work) -> None:
    """Write the requirements in our own words, and what bears on them."""
    work.sheet(FILE, COLUMNS, _rows(work))


PART = Part(name="bearings", place=10, write=write)
