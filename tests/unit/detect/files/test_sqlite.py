"""Databases of SQLite: tables, files within rows, what was deleted, logs, and damage."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.formats import _sqlite_pages
from agentguard.detect.reading.file_opening import opened
from agentguard.detect.reading.source_reader import Reading
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.extracted import counts, format_of, kinds, read, reader, said

CARD = 4539148803436467
MAIL = "ann.lee@quillpost.com"


@contextmanager
def written(path: Path, *statements: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
        yield database


def file_of(path: Path, *statements: str) -> bytes:
    with written(path, *statements):
        pass
    return path.read_bytes()


def read_file(path: Path) -> Reading:
    with opened(str(path)) as source:
        return reader().read(source)


PEOPLE = (
    "CREATE TABLE people (name TEXT, card INTEGER, born REAL, mail TEXT)",
    f"INSERT INTO people VALUES ('Ann', {CARD}, 19800403.0, '{MAIL}')",  # noqa: S608 - constants
)


def test_a_database_is_read_from_its_file_and_from_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    data = file_of(path, *PEOPLE)
    found = [(hit.kind, hit.count) for hit in read_file(path).hits]
    assert found == [(hit.kind, hit.count) for hit in read(data).hits]
    assert said(data) == ["name: Ann", f"card: {CARD}", "born: 19800403", f"mail: {MAIL}"]


def test_reading_leaves_no_trace_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    file_of(path, "PRAGMA journal_mode=WAL", *PEOPLE)
    before = path.read_bytes()
    assert read_file(path).hits
    assert [one.name for one in tmp_path.iterdir()] == ["a.db"]
    assert path.read_bytes() == before


def test_tables_without_row_numbers_and_with_odd_names_are_read(tmp_path: Path) -> None:
    data = file_of(
        tmp_path / "a.db",
        'CREATE TABLE "x""y; --" (card INTEGER PRIMARY KEY, "dob of" TEXT) WITHOUT ROWID',
        f'INSERT INTO "x""y; --" VALUES ({CARD}, \'1980-04-03\')',  # noqa: S608 - constants
    )
    assert kinds(data) == {"PAN", "DOB"}


def test_text_that_is_not_utf_8_hides_no_row(tmp_path: Path) -> None:
    broken = "INSERT INTO people VALUES (CAST(x'41FF42' AS TEXT), 1, 2.5, x'00FF')"
    data = file_of(tmp_path / "a.db", PEOPLE[0], "INSERT INTO people (name) VALUES ('Bo')", broken,
                   PEOPLE[1])  # fmt: skip
    text = said(data)
    assert [line for line in text if line.startswith("name: ")] == [
        "name: Bo", "name: A\ufffdB", "name: Ann"
    ]  # fmt: skip
    assert (f"card: {CARD}" in text, f"mail: {MAIL}" in text, "born: 2.5" in text) == (True,) * 3


def test_a_column_whose_name_is_no_text_leaves_the_pages_to_be_read(tmp_path: Path) -> None:
    data = file_of(tmp_path / "a.db", "CREATE TABLE t (columnname TEXT)",
                   "INSERT INTO t VALUES ('card 4539148803436467')")  # fmt: skip
    reading = read(data.replace(b"columnname", b"column\xffame"))
    assert ({hit.kind for hit in reading.hits}, reading.reason) == ({"PAN"}, "reason.corrupt")


def test_an_empty_table_is_whole(tmp_path: Path) -> None:
    data = file_of(tmp_path / "a.db", "CREATE TABLE none (card INTEGER)", *PEOPLE)
    assert (kinds(data) >= {"PAN"}, read(data).outcome) == (True, FileOutcome.READ)


def test_files_in_rows_are_read_by_their_formats(tmp_path: Path) -> None:
    with written(tmp_path / "a.db", "CREATE TABLE a (body BLOB)") as database:
        packed = gzip.compress(f"card {CARD} and {'some more text ' * 9}".encode())
        database.execute("INSERT INTO a VALUES (?)", (packed,))
        database.commit()
        data = database.serialize()
    assert kinds(data) == {"PAN"}


def test_text_in_utf_16_is_read(tmp_path: Path) -> None:
    assert "PAN" in kinds(file_of(tmp_path / "a.db", "PRAGMA encoding='UTF-16le'", *PEOPLE))


def test_a_virtual_table_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    file_of(path, "CREATE TABLE a (x)", *PEOPLE)
    with written(path, "PRAGMA writable_schema=ON") as database:
        database.execute(
            "UPDATE sqlite_master SET sql='CREATE VIRTUAL TABLE a USING no' WHERE name='a'"
        )
        database.commit()
    assert {hit.kind for hit in read_file(path).hits} >= {"PAN", "EMAIL"}


def test_deleted_rows_in_free_pages_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with written(path, "PRAGMA secure_delete=OFF", "CREATE TABLE a (card TEXT)") as database:
        database.executemany("INSERT INTO a VALUES (?)", [(f"card {CARD}",)] * 3000)
        database.commit()
        database.execute("DELETE FROM a")
        database.commit()
    assert counts(path.read_bytes()) == {"PAN": 1}


def test_a_free_list_that_names_no_page_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with written(path, "PRAGMA secure_delete=OFF", "CREATE TABLE a (card TEXT)") as database:
        database.executemany("INSERT INTO a VALUES (?)", [(f"card {CARD}",)] * 3000)
        database.commit()
        database.execute("DELETE FROM a")
        database.commit()
    data = bytearray(path.read_bytes())
    trunk = (int.from_bytes(data[32:36], "big") - 1) * 4096
    data[trunk + 8 : trunk + 12] = bytes(4)
    reading = read(bytes(data))
    assert reading.outcome is FileOutcome.READ
    assert {hit.kind for hit in reading.hits} == {"PAN"}


@pytest.mark.parametrize("size", [512, 4096, 65536])
def test_a_write_ahead_log_is_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.db"
    with written(path, f"PRAGMA page_size={size}", "PRAGMA journal_mode=WAL", *PEOPLE) as database:
        log = (tmp_path / "a.db-wal").read_bytes()
        assert database.in_transaction is False
    assert format_of(log) == "sqlite"
    assert {"PAN", "EMAIL"} <= kinds(log)


def test_a_journal_is_read(tmp_path: Path) -> None:
    with written(tmp_path / "a.db", *PEOPLE) as database:
        database.execute("BEGIN")
        database.execute("DELETE FROM people")
        database.execute("CREATE TABLE more (x)")
        database.execute("PRAGMA cache_spill=1")
        database.execute("PRAGMA cache_size=1")
        database.executemany("INSERT INTO more VALUES (?)", [("y" * 900,)] * 200)
        journal = (tmp_path / "a.db-journal").read_bytes()
        database.rollback()
    assert {"PAN", "EMAIL"} <= {hit.kind for hit in read(journal).hits}


def test_a_damaged_database_is_told_and_read_page_by_page(tmp_path: Path) -> None:
    data = bytearray(file_of(tmp_path / "a.db", *PEOPLE))
    data[100:108] = b"\xff" * 8
    reading = read(bytes(data))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.corrupt")
    assert {hit.kind for hit in reading.hits} == {"PAN", "EMAIL"}


def test_a_cut_database_gives_what_is_left(tmp_path: Path) -> None:
    statements = (*PEOPLE, "CREATE TABLE more (x)", "INSERT INTO more VALUES (hex(zeroblob(4500)))")
    reading = read(file_of(tmp_path / "a.db", *statements)[:-4096])
    assert reading.reason in {"", "reason.corrupt"}
    assert "EMAIL" in {hit.kind for hit in reading.hits}


@pytest.mark.parametrize("size", [0, 1, 100, 1000, 4096])
def test_a_stub_of_a_database_is_told(tmp_path: Path, size: int) -> None:
    data = file_of(tmp_path / "a.db", *PEOPLE)[: max(size, 16)]
    assert read(data).outcome in {FileOutcome.READ, FileOutcome.UNREADABLE}


@given(page=st.binary(max_size=300), kind=st.sampled_from([b"\x0d", b"\x0a", b""]))
def test_no_page_breaks_the_reader(page: bytes, kind: bytes) -> None:
    assert isinstance(_sqlite_pages.text_of(kind + page), str)


@given(number=st.integers(0, 2**64 - 1))
def test_varints_are_read(number: int) -> None:
    if number >= 2**56:
        high = [0x80 | (number >> shift) & 0x7F for shift in range(57, 7, -7)]
        data = bytes([*high, number & 0xFF])
    else:
        parts = [(number >> shift) & 0x7F for shift in range(0, 56, 7)]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        data = bytes([*(0x80 | part for part in parts[:0:-1]), parts[0]])
    assert _sqlite_pages._varint(data, 0) == (number, len(data))


@given(data=st.binary(max_size=400))
def test_noise_behind_a_header_is_read_as_some_text(data: bytes) -> None:
    for magic in (b"SQLite format 3\0", *_sqlite_pages.WAL_MAGICS, _sqlite_pages.JOURNAL_MAGIC):
        assert read(magic + data).outcome in {FileOutcome.READ, FileOutcome.UNREADABLE}
