"""What bears on which requirements: `resources/requirements/mappings.toml`, the one source of it.

Lessons say it in their own files. Which numbers there are stands in the files of frameworks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.model.proofs import Proof, Relation

FILE = "mappings.toml"
Words = Annotated[str, msgspec.Meta(min_length=1)]


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check, a drill or a record with the numbers on which it bears, by how it does.

    `lacks` is what that does not prove; that of a check stands among its sentences, empty here.
    """

    kind: Literal["check", "drill", "record"]
    id: Words
    measures: tuple[Words, ...] = ()
    disproves: tuple[Words, ...] = ()
    supports: tuple[Words, ...] = ()
    lacks: str = msgspec.field(name="not", default="")

    def __post_init__(self) -> None:
        """Refuse a row that claims nothing, or does not say what it lacks.

        Raises:
            ValueError: it does; a reader is told of it as of any other damage.

        """
        numbers = [one.number for one in self.proofs]
        if not numbers or len(set(numbers)) < len(numbers):
            said = f"{self.id}: no number, or one twice"
            raise ValueError(said)
        if (self.kind == "check") is bool(self.lacks):
            said = f"{self.id}: `not` belongs to what is no check"
            raise ValueError(said)

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """The numbers with how it bears on each, the strongest first."""
        return tuple(self._proofs())

    def _proofs(self) -> Iterator[Proof]:
        for relation in Relation:
            for number in getattr(self, relation.value):
                yield Proof(number, relation)


class Mappings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rows; `lesson` is what no lesson proves."""

    lesson: Words
    mapping: tuple[Mapping, ...]


def read(folder: Path) -> Mappings:
    """Read the mappings of a folder of resources.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is damaged.

    """
    text = (folder / "requirements" / FILE).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Mappings)


def of_check(check: str) -> tuple[Proof, ...]:
    """Return how a check bears on which requirements; nothing for one that is not mapped.

    Raises:
        CannotError: the file is missing or damaged.

    """
    return _of_checks().get(check, ())


@cache
def _of_checks() -> dict[str, tuple[Proof, ...]]:
    try:
        every = read(paths.resources()).mapping
    except (OSError, ValueError) as error:
        raise CannotError(f"The requirements: {error}", "Install the program again.") from error
    return {one.id: one.proofs for one in every if one.kind == "check"}
