"""Files that grow, shrink or vanish while they are read, or are larger than anyone may read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.file_opening import opened
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.sandbox.client import ScanClient, Scanned
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms import system_clock
from tests.fuzz.samples import samples
from tests.unit.detect.files.extracted import read, reader
from tests.unit.detect.files.hostile import CARD

NUMBERED = [pytest.param(data, id=f"sample-{n}") for n, data in enumerate(samples())]
_READER = Reader(default_scanner(), default_extractors(), Limits(seconds=600.0))
NOTE = f"\ncard {CARD}\n"


def changed(path: Path, data: bytes, size: int) -> Reading:
    """Read a file that has another size as soon as it is opened."""
    path.write_bytes(data)
    with opened(str(path)) as source:
        os.truncate(path, size)
        return _READER.read(source)


@pytest.mark.parametrize("data", NUMBERED)
def test_a_file_that_shrinks_comes_to_a_reading(data: bytes, tmp_path: Path) -> None:
    for part in (0.0, 0.3, 0.9):
        assert isinstance(changed(tmp_path / "a", data, int(len(data) * part)), Reading)


@pytest.mark.parametrize("data", NUMBERED)
def test_a_file_that_grows_comes_to_a_reading(data: bytes, tmp_path: Path) -> None:
    assert isinstance(changed(tmp_path / "a", data, 3 * len(data)), Reading)


def test_what_grows_behind_a_text_is_left_to_the_next_look(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(NOTE, encoding="utf-8")
    with opened(str(path)) as source, path.open("a", encoding="utf-8") as file:
        file.write("x" * 1000)
        file.flush()
        assert [hit.kind for hit in _READER.read(source).hits] == ["PAN"]


@pytest.mark.posix
def test_a_file_that_vanishes_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(NOTE * 1000, encoding="utf-8")
    with opened(str(path)) as source:
        path.unlink()
        assert [hit.kind for hit in _READER.read(source).hits] == ["PAN"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_row_418_wide_text_over_the_limit_is_read_to_its_end(encoding: str, tmp_path: Path) -> None:
    lines = "\ufeff" + "a line of nothing\n" * 100_000 + NOTE
    data = lines.encode(encoding)
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with path.open("rb") as file:
        reading = reader(file_mib=1).read(Source.of_file(file, len(data)))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert [hit.kind for hit in reading.hits] == ["PAN"]


@pytest.fixture(scope="module")
def client() -> Iterator[ScanClient]:
    with ScanClient(Limits(file_mib=4, seconds=40.0, patience=2.0), system_clock()) as child:
        yield child


@pytest.mark.heavy
@pytest.mark.posix
@pytest.mark.parametrize("data", NUMBERED)
def test_ten_gigabytes_of_any_form_come_to_a_reading(
    client: ScanClient, data: bytes, tmp_path: Path
) -> None:
    """Behind each file there is nothing, for ten gigabytes that take no place."""
    path = tmp_path / "big"
    path.write_bytes(data)
    os.truncate(path, 10 << 30)
    big = client.scan(str(path))
    assert big.reason not in {"reason.timeout", "reason.memory", "reason.crashed"}
    assert big.outcome is not FileOutcome.GONE
    if read(data).hits and big.outcome is FileOutcome.READ:
        assert big.hits


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        (b'{"a": [1, ', b'\n2], "card_number": "%b"}'),
        (b"<?xml version='1.0'?><rows><row>a</row>\n", b"\n<row><card>%b</card></row></rows>"),
        (b"CREATE TABLE t (n int, card text);\nINSERT INTO t VALUES (1, 'a');\n", b"\n%b"),
        (b"<html><body><p>a</p>\n", b"\n<p>card %b</p></body></html>"),
    ],
    ids=["json", "xml", "sql", "html"],
)
def test_row_581_what_has_a_form_of_its_own_is_read_whole_too(
    tmp_path: Path, opening: bytes, closing: bytes
) -> None:
    """The number stands where samples of a file of two hundred MiB would pass it over."""
    path = str(tmp_path / "dump")
    number = CARD.encode()
    row = b"INSERT INTO t VALUES (2, '%b');" % number if b"TABLE" in opening else number
    with Path(path).open("wb") as file:
        file.write(opening + b"\n" * (128 << 10))  # text, as far as a format is told by
        file.seek(20 << 20)
        file.write(closing % row)
        file.truncate(200 << 20)
    with ScanClient(Limits(), system_clock()) as child:
        scanned = to_its_end(child, path)
    kinds = [hit.kind for hit in scanned.hits]
    assert (scanned.outcome, kinds, scanned.reason) == (FileOutcome.READ, ["PAN"], "")


def to_its_end(client: ScanClient, path: str) -> Scanned:
    """Read a file in as many turns as it takes."""
    scanned = client.scan(path)
    while scanned.left:
        scanned = client.scan(path, scanned.left)
    return scanned
