"""Makes a frozen tree's data lighter: what no desk says stays behind, long tables are packed.

Whole files of the console's sentences are left out as the tree is copied (`freeze.of_console`).
This is for files in which a desk and the console both have tables of their own.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agentguard.base.packed import PACKED
from installer.package import BuildError

PACK = ("lifecycle.json", "releases.json", "exploited.json")
"""Tables of `resources/software` that are packed: they are long, and read once at a start.

Sentences are packed too: eight languages of which a desk speaks one.
"""
KEPT = frozenset({"console.held"})
"""Tables that a desk says although they bear the console's name: what a request told it to hold."""
_AT_ENDPOINT = re.compile(r"(console|server)\.[\w.-]+")
_HEAD = re.compile(r"\[([\w.-]+)\]\s*")


def stays_behind(table: str) -> bool:
    """Check whether a table of sentences is said by the endpoint or its console."""
    return table not in KEPT and _AT_ENDPOINT.fullmatch(table) is not None


def lighten(resources: Path) -> None:
    """Lighten a copy of `resources` in its place.

    Raises:
        BuildError: a file would not say the same any more.

    """
    for file in sorted((resources / "text").glob("*/*.toml")):
        whole = file.read_text(encoding="utf-8")
        file.write_text(of_desk(whole, file.name), encoding="utf-8", newline="\n")
        _pack(file)
    for name in PACK:
        _pack(resources / "software" / name)


def _pack(plain: Path) -> None:
    plain.with_name(plain.name + PACKED).write_bytes(zlib.compress(plain.read_bytes(), 9))
    plain.unlink()


def of_desk(whole: str, name: str) -> str:
    """Return a file of sentences without the tables that stay behind.

    Raises:
        BuildError: what is left is not what the file said without them.

    """
    told = "".join(_lines(whole))
    if dict(_flat(tomllib.loads(told))) != _wanted(whole):
        raise BuildError(f"{name}: a table that no desk says cannot be left out line by line.")
    return told


def _lines(whole: str) -> Iterator[str]:
    behind = False
    for line in whole.splitlines(keepends=True):
        head = _HEAD.fullmatch(line)
        behind = stays_behind(head[1]) if head else behind
        if not behind:
            yield line


def _wanted(whole: str) -> dict[str, str]:
    said = dict(_flat(tomllib.loads(whole)))
    tables = [head[1] for line in whole.splitlines() if (head := _HEAD.fullmatch(line))]
    return {id_: text for id_, text in said.items() if not stays_behind(_table(id_, tables))}


def _table(id_: str, tables: list[str]) -> str:
    """Return the table in which an id stands: the longest that begins it."""
    own = [one for one in tables if id_.startswith(f"{one}.")]
    return max(own, key=len, default="")


def _flat(told: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in told.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value)
