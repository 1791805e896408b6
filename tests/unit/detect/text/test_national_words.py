"""National numbers as people write them down: in notes, forms, exports and code."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from agentguard.detect.recognition.scanner import default_scanner
from tests.unit.detect.text.national_numbers import MADE, some

FILE = Path(__file__).parents[3] / "vectors" / "national.toml"
WAYS: dict[str, list[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))


def written(kind: str) -> list[str]:
    values = some(kind, len(WAYS[kind]), seed=12)
    return [way.format(value) for way, value in zip(WAYS[kind], values, strict=True)]


def test_every_kind_is_written_in_many_ways() -> None:
    assert set(WAYS) == set(MADE)
    assert all(len(ways) >= 6 for ways in WAYS.values())


def found(text: str) -> list[tuple[str, int]]:
    return [(hit.kind, hit.count) for hit in default_scanner().scan(text)]


@pytest.mark.parametrize("kind", WAYS)
def test_a_number_is_found_as_people_write_it(kind: str) -> None:
    told = {text: found(text) for text in written(kind)}
    assert told == {text: [(kind, 1)] for text in told}


@pytest.mark.parametrize("kind", WAYS)
def test_its_mask_holds_no_number(kind: str) -> None:
    masked = {text: default_scanner().mask(text) for text in written(kind)}
    assert [text for text, hidden in masked.items() if hidden == text] == []
    assert [text for text, hidden in masked.items() if kind in dict(found(hidden))] == []
