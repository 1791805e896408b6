"""What is found in notes, chats, forms and logs as desks write them, in eight languages."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.unit.detect.files.extracted import counts

VECTORS = Path(__file__).parents[1] / "vectors" / "desk.toml"
NOTES = tomllib.loads(VECTORS.read_text(encoding="utf-8"))["note"]


@pytest.mark.parametrize("note", NOTES, ids=lambda note: ascii(note["text"][:40]))
def test_each_value_is_found_and_no_look_alike(note: dict[str, Any]) -> None:
    assert counts(note["text"].encode()) == note["found"]


@pytest.mark.parametrize("note", NOTES, ids=lambda note: ascii(note["text"][:40]))
def test_lines_may_end_as_windows_ends_them(note: dict[str, Any]) -> None:
    assert counts(note["text"].replace("\n", "\r\n").encode()) == note["found"]
