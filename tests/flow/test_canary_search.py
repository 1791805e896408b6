"""The search for canaries finds a value however it is written; so it may be believed."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import urllib.parse
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.detect.recognition.scanner import default_scanner
from tests.flow.canary import Corpus, drawn
from tests.flow.wiretap import unpacked

CORPUS = drawn(7)


@settings(max_examples=60, deadline=None)
@given(
    value=st.sampled_from(CORPUS.every),
    way=st.sampled_from(["plain", "base64", "hex", "url", "reversed", "json"]),
    encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
    before=st.binary(max_size=9),
    after=st.binary(max_size=9),
)
def test_a_value_is_found_however_it_is_written(
    value: str, way: str, encoding: str, before: bytes, after: bytes
) -> None:
    """Above all in base64 at any alignment, where what stands before shifts every letter."""
    data = before + value.encode(encoding) + after
    match way:
        case "base64":
            data = base64.b64encode(data)
        case "hex":
            data = data.hex().encode()
        case "url":
            data = before + urllib.parse.quote(value, safe="").encode() + after
        case "reversed":
            data = before + value[::-1].encode(encoding) + after
        case "json":
            data = json.dumps({"x": value}).encode()
        case _:
            pass
    assert CORPUS.found_in(data) == {value}


@pytest.mark.parametrize("value", CORPUS.cards)
@pytest.mark.parametrize("between", ["", "-", " "])
def test_a_number_is_found_whatever_stands_between_its_groups(value: str, between: str) -> None:
    assert CORPUS.found_in(value.replace(" ", between).encode()) == {value}


def test_it_is_found_in_a_database_and_its_log(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "a.db")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE t (x)")
    database.commit()
    database.execute("INSERT INTO t VALUES (?)", (CORPUS.letter(),))
    database.commit()
    found = CORPUS.found_in_files([tmp_path])
    assert set().union(*found.values()) == set(CORPUS.every)
    assert any(name.endswith("-wal") for name in found)
    database.close()


def test_nothing_is_found_where_nothing_is() -> None:
    assert CORPUS.found_in(drawn(8).letter().encode()) == set()
    assert CORPUS.found_in(bytes(range(256)) * 4096) == set()


def test_each_run_has_values_of_its_own_that_the_program_knows_as_data() -> None:
    kinds = {hit.kind for hit in default_scanner().scan(CORPUS.letter())}
    assert {"PAN", "CVV", "IBAN", "EMAIL", "PHONE", "DOB", "SECRET"} <= kinds
    assert isinstance(CORPUS, Corpus)
    assert not set(CORPUS.every) & set(drawn(9).every)


def test_what_is_packed_on_the_wire_is_unpacked_first() -> None:
    sent = b"POST / HTTP/1.1\r\n\r\n" + gzip.compress(CORPUS.letter().encode()) + b"HTTP/1.1 200"
    assert CORPUS.found_in(sent) == set()
    assert CORPUS.found_in(b"".join(unpacked(sent))) == set(CORPUS.every)
