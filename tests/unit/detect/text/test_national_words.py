"""National numbers as people write them down: in notes, forms, exports and code."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from agentguard.detect.recognition.scanner import default_scanner
from tests.unit.detect.text.national_numbers import MADE, some

FILE = Path(__file__).parents[3] / "vectors" / "national.toml"
WAYS: dict[str, list[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
CASES = [
    pytest.param(kind, way.format(value), id=f"{kind}-{place}")
    for kind, ways in WAYS.items()
    for place, (way, value) in enumerate(zip(ways, some(kind, len(ways), seed=12), strict=True))
]


def test_every_kind_is_written_in_many_ways() -> None:
    assert set(WAYS) == set(MADE)
    assert all(len(ways) >= 6 for ways in WAYS.values())


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_a_number_is_found_as_people_write_it(kind: str, text: str) -> None:
    assert [(hit.kind, hit.count) for hit in default_scanner().scan(text)] == [(kind, 1)]


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_its_mask_holds_no_number(kind: str, text: str) -> None:
    masked = default_scanner().mask(text)
    assert masked != text
    assert kind not in {hit.kind for hit in default_scanner().scan(masked)}
