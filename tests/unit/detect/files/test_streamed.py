"""What is larger than memory is read whole: a value at any place of it is found, turn by turn.

What is large is made small: a kibibyte is held where a mebibyte is, and a turn has no time at all.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace

import py7zr
import pytest

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.outcome import Reading
from agentguard.detect.reading.source_reader import Reader, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD, zipped
from tests.unit.detect.files.test_packed import tarred
from tests.unit.detect.files.test_turns import numbers

SMALL = Limits(seconds=600.0, flow_kib=1)
HASTY = Limits(seconds=0.0, flow_kib=1, turns=1000)
LINE = "nothing is said in this line of a note, whoever reads it\n"
LINES = 1500
"""Some 85 kB: many times what is held at once here."""

Plain = Callable[[list[str], random.Random], bytes]
Packing = Callable[[bytes, random.Random], bytes]


def scattered(cards: list[str], draw: random.Random, form: str = "card {}\n") -> list[str]:
    """Give lines with values at any places, one of them the first and one the last."""
    lines = [LINE] * LINES
    places = [0, LINES - 1, *draw.sample(range(1, LINES - 1), len(cards) - 2)]
    for place, card in zip(places, cards, strict=True):
        lines[place] = form.format(card)
    return lines


def log(cards: list[str], draw: random.Random) -> bytes:
    return "".join(scattered(cards, draw)).encode()


def wide_log(cards: list[str], draw: random.Random) -> bytes:
    return "".join(scattered(cards, draw)).encode("utf-16")


def table(cards: list[str], draw: random.Random) -> bytes:
    rows = [line.strip() for line in scattered(cards, draw, "{}")]
    body = (f"{n},Ann,{row if row[0].isdigit() else ''},{'x' * 30}" for n, row in enumerate(rows))
    return "\n".join(("no,name,card number,note", *body)).encode()


def lines_of_json(cards: list[str], draw: random.Random) -> bytes:
    lines = scattered(cards, draw)
    return "\n".join(json.dumps({"n": n, "said": line}) for n, line in enumerate(lines)).encode()


def one_json(cards: list[str], draw: random.Random) -> bytes:
    return json.dumps([{"said": line} for line in scattered(cards, draw)], indent=1).encode()


def xml(cards: list[str], draw: random.Random) -> bytes:
    said = "".join(f"<said>{line}</said>" for line in scattered(cards, draw))
    return f'<?xml version="1.0"?><all>{said}</all>'.encode()


def dump(cards: list[str], draw: random.Random) -> bytes:
    rows = enumerate(scattered(cards, draw, "card {}"))
    form = "INSERT INTO notes VALUES ({}, '{}');\n"
    return "".join(form.format(n, row.strip()) for n, row in rows).encode()


def mails(cards: list[str], draw: random.Random) -> bytes:
    head = (
        "From a@b Thu Jan  1 00:00:00 2026\nFrom: x@y\nTo: y@z\nSubject: s\nMessage-ID: <a@b>\n\n"
    )
    lines = scattered(cards, draw)
    return "".join(f"{head}{''.join(lines[n : n + 15])}\n" for n in range(0, LINES, 15)).encode()


def database(cards: list[str], draw: random.Random) -> bytes:
    with closing(sqlite3.connect(":memory:")) as made:
        for name in ("one", "other"):
            made.execute(f"CREATE TABLE {name} (number INTEGER PRIMARY KEY, said TEXT)")
        for number, line in enumerate(scattered(cards, draw)):  # the tables' pages are mixed
            said = (number, line + "." * draw.randrange(900))
            made.execute(f"INSERT INTO {draw.choice(('one', 'other'))} VALUES (?, ?)", said)  # noqa: S608 - constants
        made.commit()
        return made.serialize()


def sevenzipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return buffer.getvalue()


def beside(data: bytes) -> dict[str, bytes]:
    """Put it between two others, of which one is large as well."""
    return {"a.txt": LINE.encode() * 400, "b": data, "c.txt": LINE.encode()}


def alone(data: bytes) -> bytes:
    return data


PLAIN = [log, wide_log, table, lines_of_json, one_json, xml, dump, mails, database]
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "zip": lambda data: zipped(beside(data)),
    "stored zip": lambda data: zipped(beside(data), zipfile.ZIP_STORED),
    "zip without its end": lambda data: zipped(beside(data))[:-10],
    "tar": lambda data: tarred(beside(data)),
    "7z": lambda data: sevenzipped(beside(data)),
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "tar.gz": lambda data: gzip.compress(tarred(beside(data))),
    "zip in zip": lambda data: zipped(beside(zipped(beside(data)))),
    "zip in 7z": lambda data: sevenzipped(beside(zipped(beside(data), zipfile.ZIP_STORED))),
    "7z in tar": lambda data: tarred(beside(sevenzipped(beside(data)))),
    "tar.xz in zip": lambda data: zipped(beside(lzma.compress(tarred(beside(data))))),
}
DAMAGED = {"zip without its end": "reason.corrupt"}


def source_of(data: bytes) -> Source:
    return replace(Source.of_bytes(data), mark=("a file", len(data)))


def turns(data: bytes, limits: Limits = HASTY) -> Iterator[Reading]:
    """Read to the end, turn by turn, each told by one that knows what was read before."""
    reader, start = Reader(default_scanner(), default_extractors(), limits), 0
    while True:
        reading = reader.read(source_of(data), start)
        yield reading
        if not reading.left:
            return
        assert reading.left > start, "no turn is for nothing"
        assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.unfinished")
        start = reading.left


def found(reading: Reading) -> tuple[dict[str, int], str]:
    counts = {hit.kind: hit.count for hit in reading.hits if hit.kind == "PAN"}
    return counts, reading.reason


def planted(plain: Plain, seed: int) -> bytes:
    return plain(list(numbers(20, seed)), random.Random(seed))


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("plain", PLAIN, ids=lambda plain: plain.__name__)
def test_row_511_a_value_at_any_place_of_what_is_packed_is_found(plain: Plain, name: str) -> None:
    data = PACKED[name](planted(plain, 7))
    reader = Reader(default_scanner(), default_extractors(), SMALL)
    assert found(reader.read(source_of(data))) == ({"PAN": 20}, DAMAGED.get(name, ""))


@pytest.mark.parametrize("plain", [one_json, xml, dump, mails, database], ids=lambda p: p.__name__)
@pytest.mark.parametrize("seed", range(2))
def test_row_512_what_begins_at_no_byte_is_gone_on_with_where_it_was_left(
    plain: Plain, seed: int
) -> None:
    *parts, last = turns(planted(plain, seed))
    assert len(parts) > 2
    assert found(last) == ({"PAN": 20}, "")
    counts = [sum(hit.count for hit in part.hits) for part in parts]
    assert counts == sorted(counts), "what was found stands"


@pytest.mark.parametrize("name", ["zip", "7z", "tar.gz", "zip in zip", "tar.xz in zip"])
@pytest.mark.parametrize("plain", [log, table, database], ids=lambda plain: plain.__name__)
def test_row_512_an_archive_is_gone_on_with_within_a_member(plain: Plain, name: str) -> None:
    *parts, last = turns(PACKED[name](planted(plain, 3)))
    assert len(parts) > 2
    assert found(last) == ({"PAN": 20}, "")


def read_on(reader: Reader, data: bytes, start: int) -> Reading:
    """Read to the end from where somebody else was left."""
    reading = reader.read(source_of(data), start)
    while reading.left:
        reading = reader.read(source_of(data), reading.left)
    return reading


def test_row_512_what_nobody_knows_any_more_is_read_anew_and_counts_once() -> None:
    data = gzip.compress(planted(log, 1))
    first, second, *_ = turns(data)
    assert second.left > first.left
    reading = read_on(Reader(default_scanner(), default_extractors(), HASTY), data, second.left)
    assert (found(reading), reading.total) == (({"PAN": 20}, ""), True)


def test_row_512_what_changed_is_read_anew() -> None:
    reader = Reader(default_scanner(), default_extractors(), HASTY)
    left = reader.read(source_of(gzip.compress(planted(log, 1)))).left
    changed = gzip.compress(f"card {CARD}\n".encode())
    reading = read_on(reader, changed, left)
    assert found(reading) == ({"PAN": 1}, "")


def test_row_512_what_is_gone_on_with_is_kept_before_what_was_only_begun() -> None:
    """A sweep begins with many; who goes on with one is not thrown back by them."""
    data = gzip.compress(planted(log, 1))
    reader = Reader(default_scanner(), default_extractors(), HASTY)
    first = reader.read(source_of(data))
    other = gzip.compress(planted(table, 2))
    begun = reader.read(source_of(other))
    second = reader.read(source_of(data), first.left)
    assert second.left > first.left
    assert begun.left
    assert reader.read(source_of(other), begun.left).left >= begun.left


def test_row_513_a_bomb_is_one_wherever_it_is_met_and_what_came_before_is_told() -> None:
    limits = replace(SMALL, plain_mib=1, total_mib=1, part_mib=1)
    bomb = gzip.compress(bytes(9 << 20))
    reader = Reader(default_scanner(), default_extractors(), limits)
    for data in (bomb, zipped({"a": b"x", "b": bytes(9 << 20)}), gzip.compress(bomb)):
        assert reader.read(source_of(data)).reason == "reason.bomb"
    stored = zipped({"a": f"card {CARD}\n".encode(), "b": bomb}, zipfile.ZIP_STORED)
    assert found(reader.read(source_of(stored))) == ({"PAN": 1}, "reason.bomb")
