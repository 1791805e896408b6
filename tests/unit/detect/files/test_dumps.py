"""Dumps of databases in which every row has a statement of its own."""

from __future__ import annotations

import pytest

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.extracted import counts, format_of, said

PEOPLE = 24_000
INTO = "INSERT INTO"


def statement(number: int, table: str = "people") -> str:
    born = f"19{40 + number % 50}-0{1 + number % 9}-{10 + number % 19}"
    columns = "(no, mail, born, note)"
    return f"{INTO} {table} {columns} VALUES ({number}, 'a{number}@mail.org', '{born}', 'x');"


@pytest.mark.parametrize("joint", ["\n", "\nGO\n", "\nCOMMIT;\n/\n"])
def test_many_statements_are_read_to_the_end(joint: str) -> None:
    rows = joint.join(map(statement, range(PEOPLE)))
    dump = f"{rows}{joint}{INTO} cards VALUES ('card 4539 1488 0343 6467');\n".encode()
    reading = Reader(default_scanner(), default_extractors(), Limits()).read(Source.of_bytes(dump))
    assert format_of(dump) == "sql"
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert {hit.kind: hit.count for hit in reading.hits} == {"EMAIL": 1000, "DOB": 1000, "PAN": 1}


def test_columns_are_understood_by_the_rows_of_many_statements() -> None:
    numbers = ("8107957238", "9434765919", "4010232137", "9876543210", "6328746348")
    rows = [f"{INTO} t (ref, n) VALUES ('{number}', 1);" for number in numbers * 3]
    values = ", ".join(f"('{number}', 1)" for number in numbers * 3)
    as_one = f"{INTO} t (ref, n) VALUES {values};"
    assert counts("\n".join(rows).encode()) == counts(as_one.encode())


def test_tables_that_take_turns_are_kept_apart() -> None:
    turns = [statement(number, ("people", "audit")[number % 2]) for number in range(6)]
    dump = "\n".join([*turns[:4], "-- the rest", *turns[4:]])
    numbers = [cell for cell in said(dump.encode()) if "no: " in cell]
    assert numbers[:4] == [f"no: {number}" for number in (0, 2, 1, 3)]
    assert [cell.split()[-3:] for cell in numbers[4:]] == [["rest", "no:", "4"], ["no:", "5"]]
