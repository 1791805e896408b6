"""Reads the software catalogue that ships with the program, from `resources/software`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from agentguard.base import packed, paths
from agentguard.base.errors import CannotError
from agentguard.software.catalogue import Catalogue
from agentguard.software.document import FORMAT, Contents, Kept, Rules, contents
from agentguard.software.match import Matcher

BY_HAND = ("AgentGuard", "Apache-2.0")


@cache
def matcher() -> Matcher:
    """Return the shipped catalogue, ready to be asked.

    Raises:
        CannotError: a file of it is missing or damaged.

    """
    return Matcher(known().catalogue)


@cache
def known() -> Contents:
    """Return the shipped catalogue with what is told of it.

    Raises:
        CannotError: a file of it is missing or damaged.

    """
    return whole(paths.resources() / "software")


@cache
def seq() -> int:
    """Return the shipped catalogue's number, without reading the rest of it; 0 where it has none.

    It never stands in the way of a pack.
    """
    try:
        return _number(paths.resources() / "software")
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def read(folder: Path) -> Catalogue:
    """Read a catalogue's folder: public lists, `products.toml` and `rules/*.toml`.

    Raises:
        CannotError: a file is missing or damaged; says which and what.

    """
    return whole(folder).catalogue


def whole(folder: Path) -> Contents:
    """Read a catalogue's folder with what is told of it.

    Raises:
        CannotError: a file is missing or damaged; says which and what.

    """
    try:
        return contents(_composed(folder))
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise CannotError(
            f"The software catalogue is damaged: {error}.", "Install the program again."
        ) from error


def document(folder: Path) -> dict[str, Any]:
    """Return a catalogue's folder as one document, for a pack.

    Raises:
        ValueError: a file of it is damaged.
        OSError: a file is missing.

    """
    made = _composed(folder)
    contents(made)
    return made


def _composed(folder: Path) -> dict[str, Any]:
    public = _json(folder / "lifecycle.json")
    dated = _json(folder / "releases.json")
    listed = _json(folder / "exploited.json")
    monthly = _json(folder / "builds.json")
    kept = _toml(folder / "products.toml", Kept)
    rules = [_toml(file, Rules) for file in packed.texts(folder / "rules", ".toml")]
    return {
        "format": FORMAT,
        "seq": _number(folder),
        "compiled": min(public["compiled"], dated["compiled"]),
        "sources": [*_sources(public, dated, listed, monthly), _by_hand(kept)],
        "products": public["products"],
        "releases": dated["releases"],
        "exploited": listed["exploited"],
        "not_matched": listed["not_matched"],
        "kept": kept,
        "rules": [rule for file in rules for rule in file["rule"]],
        "builds": monthly,
        "systems": _plain(tomllib.loads(packed.text(paths.resources() / "lifecycle.toml"))),
    }


def _number(folder: Path) -> int:
    return int(tomllib.loads(packed.text(folder / "pack.toml"))["seq"])


def _sources(*files: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield each snapshot once, with the earlier day where two files tell another."""
    days: dict[tuple[str, str, str], str] = {}
    for file in files:
        for one in file.get("sources") or [file["source"]]:
            snapshot = one.get("snapshot") or one.get("version", "")
            named, day = (one["name"], one["licence"], snapshot), file["compiled"]
            days[named] = min(days.get(named, day), day)
    for (name, licence, snapshot), day in days.items():
        yield {"name": name, "licence": licence, "day": day, "snapshot": snapshot}


def _by_hand(kept: Mapping[str, Any]) -> dict[str, str]:
    """Return what is said of the days that were read by hand: since when all of them stand."""
    lines = (line for product in kept["product"] for line in product.get("lines", ()))
    name, licence = BY_HAND
    day = min(line["checked"] for line in lines if "checked" in line)
    return {"name": name, "licence": licence, "day": day, "snapshot": ""}


def _json(file: Path) -> dict[str, Any]:
    told = json.loads(packed.text(file))
    if told["format"] != FORMAT:
        raise ValueError(f"{file.name}: format {told['format']}")
    return dict(told)


def _toml(file: Path, shape: type[msgspec.Struct]) -> dict[str, Any]:
    """Return a file as plain data, if it has this shape."""
    try:
        told = _plain(tomllib.loads(packed.text(file)))
        msgspec.convert(told, shape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{file.name}: {error}") from error
    return dict(told)


def _plain(told: Any) -> Any:
    """Return TOML's values as JSON has them: days as text."""
    if isinstance(told, dict):
        return {key: _plain(value) for key, value in told.items()}
    if isinstance(told, list):
        return [_plain(value) for value in told]
    return told.isoformat() if isinstance(told, date) else told
