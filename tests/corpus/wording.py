"""A variant's words: company, people, labels, notes, log lines; read from `variants/NAME.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VARIANTS = Path(__file__).with_name("variants")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What a country's people write: labels by kind, sentences, and which numbers they hold.

    In a sentence `{KIND:form}` is a value to be found, `{~decoy}` a look-alike, and `{agent}`,
    `{expiry}`, `{two}`, `{four}`, `{stamp}` fill.
    """

    code: str
    kinds: tuple[str, ...]
    labels: dict[str, list[str]]
    notes: tuple[str, ...]
    filler: tuple[str, ...]
    decoys: tuple[str, ...]
    near: tuple[str, ...] = ()
    """Sentences where a label names a look-alike: "card statement for order 4..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """All words of a variant."""

    name: str
    seed: int
    company: str
    role: str
    host: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    mail: tuple[str, ...]
    styles: tuple[str, ...]
    """How labels become column names: snake, camel, title, upper, kebab, dotted."""
    separators: tuple[str, ...]
    encodings: tuple[str, ...]
    layouts: tuple[str, ...]
    """How tables are pasted into text, see `layouts/blocks.py`."""
    regions: tuple[Region, ...]
    log: tuple[str, ...]
    log_values: tuple[str, ...]
    secrets: tuple[str, ...]
    tricky: tuple[str, ...]
    """Values wrapped, spoken, in turns of a chat, below their label."""
    nested: dict[str, str] = field(default_factory=dict)
    title: str = "Record"
    subject: str = "Your account"


def load(name: str) -> Wording:
    """Read a variant."""
    made = tomllib.loads((VARIANTS / f"{name}.toml").read_text(encoding="utf-8"))
    regions = tuple(Region(**_tuples(region)) for region in made.pop("region"))
    return Wording(name=name, regions=regions, **_tuples(made))


def names() -> list[str]:
    """Give the variants there are."""
    return sorted(file.stem for file in VARIANTS.glob("*.toml"))


def _tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
