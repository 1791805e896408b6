"""Large text is read whole, by the time of the processor, and in turns where that does not do."""

from __future__ import annotations

import io
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.outcome import Reading
from agentguard.detect.reading.source_reader import Reader, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.sandbox.client import ScanClient, Scanned
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms.simulated import FakeClock
from tests.unit.detect.files.extracted import reader
from tests.unit.detect.files.hostile import CARD

READER = Reader(default_scanner(), default_extractors(), Limits(seconds=0.0))
"""Has no time at all: every turn is as short as one can be, which is a block of 64 KiB."""

BLOCK = 64 << 10


class Slow(io.BytesIO):
    """A file on a disk that lets each read wait."""

    def read(self, size: int | None = -1) -> bytes:
        threading.Event().wait(0.1)
        return super().read(size)


def test_row_416_what_waits_for_its_disk_is_read_to_the_end() -> None:
    data = b"nothing in this line\n" * 40_000 + f"card {CARD}\n".encode()
    reader = Reader(default_scanner(), default_extractors(), Limits(seconds=1.0, patience=600.0))
    reading = reader.read(Source.of_file(Slow(data), len(data)))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert [(hit.kind, hit.count) for hit in reading.hits] == [("PAN", 1)]


def numbers(count: int, seed: int) -> Iterator[str]:
    """Yield different card numbers of one issuer that pass their check."""
    for number in random.Random(seed).sample(range(10**9), count):
        body = f"453914{number:09}"
        total = sum(
            int(d) if place % 2 else sum(divmod(2 * int(d), 10)) for place, d in enumerate(body)
        )
        yield f"{body}{-total % 10}"


def turns(data: bytes, reader: Reader = READER) -> tuple[Counter[str], list[Reading]]:
    """Read turn by turn, each from where the one before was left; give all that they tell."""
    counts, readings, start = Counter[str](), list[Reading](), 0
    while True:
        reading = reader.read(Source.of_bytes(data), start)
        readings.append(reading)
        counts.update({hit.kind: hit.count for hit in reading.hits})
        if not reading.left:
            assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
            return counts, readings
        assert reading.left > start, "no turn is for nothing"
        assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.unfinished")
        start = reading.left


def whole(data: bytes) -> dict[str, int]:
    reading = reader().read(Source.of_bytes(data))
    assert (reading.reason, reading.left) == ("", 0)
    return {hit.kind: hit.count for hit in reading.hits}


def log(shift: int, seed: int) -> str:
    """Write notes of any length, in which label and value stand on one line, two, or wrapped."""
    draw = random.Random(seed)
    forms = (
        "card {}\n",
        "Card number:\n{}\n",
        "the card number is\n{} thanks\n",
        'he said "{}\n"\n',
    )
    lines = ["x" * shift + "\n"]
    for number in numbers(500, seed):
        grouped = " ".join(number[at : at + 4] for at in range(0, 16, 4))
        lines.append(draw.choice(forms).format(draw.choice((number, grouped))))
        lines += [
            "nothing is said in this line of any length" + "." * draw.randrange(300) + "\n"
        ] * 2
    return "".join(lines)


def table(shift: int, seed: int) -> str:
    """Write a table of which the head alone tells what the numbers are; cells go over lines."""
    draw = random.Random(seed)
    rows = ["name,note,card,born"]
    for number, card in enumerate(numbers(900, seed)):
        born = f"{1950 + number % 40}-{1 + number % 12:02}-{1 + number % 28:02}"
        note = (
            "first line\n4111, and a second" if draw.random() < 0.3 else "x" * draw.randrange(600)
        )
        rows.append(f'Ann {number},"{note}{" " * shift}",{card},{born}')
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_row_417_any_cut_of_a_text_gives_what_the_whole_gives(seed: int, encoding: str) -> None:
    data = log(37 * seed, seed).encode(encoding)
    counts, readings = turns(data)
    assert len(readings) >= len(data) // BLOCK
    assert counts == whole(data)


@pytest.mark.parametrize("seed", range(2))
def test_row_417_lines_of_json_are_cut_where_one_ends(seed: int) -> None:
    draw = random.Random(seed)
    lines = (
        json.dumps(
            {"at": n, "said": 'a "word" of 5"' + "." * draw.randrange(300), "card": {"no": card}}
        )
        for n, card in enumerate(numbers(900, seed))
    )
    data = "\n".join(lines).encode()
    counts, readings = turns(data)
    assert len(readings) > 2
    assert counts == whole(data) == {"PAN": 900}


@pytest.mark.parametrize("seed", range(3))
def test_row_417_the_names_of_columns_hold_to_the_end_of_a_table(seed: int) -> None:
    data = table(seed, seed).encode()
    counts, readings = turns(data)
    assert len(readings) > 2
    expected = whole(data)
    assert counts["PAN"] == expected["PAN"] == 900


def test_row_417_what_is_not_text_has_its_parts_as_well() -> None:
    parts = (f"\0\1\2card {number}\0".encode() + bytes(300) for number in numbers(600, 4))
    data = b"MZ\x90" + b"".join(parts)
    counts, readings = turns(data)
    assert len(readings) > 2
    assert counts == {"PAN": 600}


def test_row_417_a_line_without_end_is_parted_between_two_words() -> None:
    data = " ".join(f"card {number}, {'x' * 2000}" for number in numbers(1000, 5)).encode()
    counts, readings = turns(data)
    assert len(readings) > 1
    assert counts == whole(data)


@pytest.mark.posix
def test_row_418_holes_are_passed_over_and_what_lies_between_is_found(tmp_path: Path) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        for number, card in enumerate(numbers(5, 6)):
            file.seek(number << 32)
            file.write(f"a note of some length, with a card {card}\n".encode())
        file.truncate(5 << 32)
    with path.open("rb") as file:
        reading = reader().read(Source.of_file(file, 5 << 32))
    assert (reading.reason, reading.left) == ("", 0)
    assert [(hit.kind, hit.count) for hit in reading.hits] == [("PAN", 5)]


class InTurns(ScanClient):
    """Has a child that leaves a part of the file thrice."""

    def _turn(self, path: str, drilled: str, start: int) -> Scanned:
        hits = (Hit(kind="PAN", count=2),)
        left = start + 10 if start < 30 else 0
        reason = "reason.unfinished" if left else ""
        return Scanned(path=path, outcome=FileOutcome.READ, hits=hits, reason=reason, left=left)


def test_row_418_who_scans_a_file_hears_of_all_its_turns_together() -> None:
    with InTurns(Limits(), FakeClock(), to_the_end=True) as client:
        told = client.scan("a")
    assert (told.hits, told.left, told.reason) == ((Hit(kind="PAN", count=8),), 0, "")
    with InTurns(Limits(), FakeClock()) as client:
        told = client.scan("a")
    assert (told.hits, told.left) == ((Hit(kind="PAN", count=2),), 10), "a turn at a time"


class Stuck(ScanClient):
    """Has a child that leaves the same part of the file each time."""

    def _turn(self, path: str, drilled: str, start: int) -> Scanned:
        hits = () if start else (Hit(kind="PAN", count=2),)
        return Scanned(
            path=path, outcome=FileOutcome.READ, hits=hits, reason="reason.unfinished", left=10
        )


def test_row_419_a_turn_that_gets_no_further_promises_no_other() -> None:
    with Stuck(Limits(), FakeClock(), to_the_end=True) as client:
        told = client.scan("a")
    assert (told.hits, told.left) == ((Hit(kind="PAN", count=2),), 0)
    assert told.reason == "reason.partial-time", "what a command has not read it reads no more"


@pytest.mark.parametrize("start", [100, 101, 10_000])
def test_row_419_what_has_become_shorter_is_not_counted_again(start: int) -> None:
    data = f"card {CARD}".encode().ljust(100)
    found = reader().read(Source.of_bytes(data), start)
    assert (found.outcome, found.hits, found.left) == (FileOutcome.READ, (), 0)
