"""A question to the system: its name, how it is asked, and what of the answer may be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from agentguard.platforms.recorder.shapes import Each, Fields, Flag, Kind, Number, Typed

USUAL = 15.0
"""Seconds until a question that has no answer is left behind."""

RC = Number()
"""The kind of Windows' own numbers: 0 for success, an error, an HRESULT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Values of keys of the registry; `path` and each of `below` make the path of one.

    `here` is the registry's name for it, as in its own editor.
    """

    root: str
    path: str
    named: Mapping[str, Kind]
    below: tuple[str, ...] = ("",)
    narrow: bool = False

    @property
    def api(self) -> str:
        """Name what is read."""
        return f"registry {self.root}\\{self.path}" + (" (32 bit)" if self.narrow else "")

    @property
    def shape(self) -> Fields:
        """Whether each key is there, and its values."""
        values = {name: Typed(kind) for name, kind in self.named.items()}
        key = Fields({"there": Flag(), **values})
        return Fields({name or "key": key for name in self.below})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wmi:
    """Rows of a class of WMI; `context` names a value that the provider is asked with."""

    space: str
    table: str
    named: Mapping[str, Kind]
    where: str = ""
    context: tuple[str, str] | None = None

    @property
    def api(self) -> str:
        """Name what is asked."""
        told = f" [{self.context[0]}={self.context[1]}]" if self.context else ""
        return f"WMI {self.space} {self.table}{told}"

    @property
    def wql(self) -> str:
        """The question in WMI's own language."""
        rest = f" WHERE {self.where}" if self.where else ""
        return f"SELECT {', '.join(self.named)} FROM {self.table}{rest}"  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Functions of the system, called by the platform's own function of the question's id."""

    api: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What other questions of the same recording have told, put together for one judgement."""

    of: tuple[Question, ...]

    @property
    def api(self) -> str:
        """Name the others."""
        return "of " + ", ".join(one.id for one in self.of)


How: TypeAlias = Keys | Wmi | Call | Together


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; `row` is the line of the release checklist that its answer walks, 0 for none.

    A recording begins with the questions in the order of their topics; what is `Together` follows
    those that it is made of.
    """

    id: str
    how: How
    shape: Kind
    seconds: float = USUAL
    row: int = 0

    @property
    def api(self) -> str:
        """Name what is asked, as the recording has it."""
        return self.how.api


def keys(id_: str, root: str, path: str, *below: str, **named: Kind) -> Question:
    """Return a question for values of keys; without `below` it is the key of `path` itself."""
    return of_keys(id_, Keys(root=root, path=path, named=named, below=below or ("",)))


def of_keys(id_: str, how: Keys, row: int = 0) -> Question:
    """Return a question for values of keys."""
    return Question(id=id_, how=how, shape=how.shape, row=row)


def wmi(id_: str, how: Wmi, seconds: float = USUAL) -> Question:
    """Return a question for the rows of a class."""
    rows = Each(Fields(how.named))
    shape = Fields({"count": Number(varies=True), "rows": rows})
    return Question(id=id_, how=how, shape=shape, seconds=seconds)


def call(id_: str, api: str, shape: Kind, seconds: float = USUAL, row: int = 0) -> Question:
    """Return a question that a function of the platform asks."""
    return Question(id=id_, how=Call(api=api), shape=shape, seconds=seconds, row=row)


def together(id_: str, *of: Question) -> Question:
    """Return a question that is answered by the answers of others."""
    parts = {one.id: Fields({"rc": RC, "hresult": RC, "answer": one.shape}) for one in of}
    return Question(id=id_, how=Together(of=of), shape=Fields(parts))
