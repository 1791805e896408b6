"""What is found in notes, chats, forms and logs as desks write them, in eight languages."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.unit.detect.files.extracted import counts

VECTORS = Path(__file__).parents[1] / "vectors" / "desk.toml"
NOTES = tomllib.loads(VECTORS.read_text(encoding="utf-8"))["note"]


WANTED: dict[str, dict[str, int]] = {note["text"]: note["found"] for note in NOTES}


def test_each_value_is_found_and_no_look_alike() -> None:
    assert len(WANTED) == len(NOTES)
    assert {text: counts(text.encode()) for text in WANTED} == WANTED


def test_lines_may_end_as_windows_ends_them() -> None:
    assert {text: counts(text.replace("\n", "\r\n").encode()) for text in WANTED} == WANTED


def test_a_note_that_stands_twice_in_a_file_loses_nothing() -> None:
    """A line that repeats makes no talk, and no table, of what is none."""
    less = {}
    for text, found in WANTED.items():
        whole = text if text.endswith("\n") else f"{text}\n"
        twice = counts((whole + whole).encode())
        if any(twice.get(kind, 0) < count for kind, count in found.items()):
            less[text] = twice
    assert less == {}
