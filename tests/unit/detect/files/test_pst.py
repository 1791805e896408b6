"""Data files of Outlook: every message, whether its folder still knows it, and damage."""

from __future__ import annotations

import random

import pytest

from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.extracted import counts, format_of, read, text
from tests.unit.detect.files.hostile import CARD, zipped
from tests.unit.detect.files.pst import CLASSED, note, outlook

NOTE = f"Card number {CARD}"
MAIL = "ann.lee@quillpost.com"


@pytest.mark.parametrize("tables", [True, False], ids=["whole", "without-tables"])
def test_every_message_is_read_once(*, tables: bool) -> None:
    data = outlook(note("Re: refund", NOTE), note(MAIL, "hello"), tables=tables)
    assert format_of(data) == "pst"
    assert counts(data) == {"PAN": 1, "EMAIL": 1}
    assert text(data).count(NOTE) == 1


@pytest.mark.parametrize(
    "body",
    [
        {0x1013: f"<html><table><tr><td>Card number<td>{CARD}".encode()},
        {0x3A1C: "+44 7911 123456", 0x3003: MAIL, 0x3A06: "Ann", 0x1000: NOTE},
        {0x0E04: "Desk", 0x0037: NOTE},
    ],
    ids=["html", "contact", "subject"],
)
def test_bodies_subjects_and_people_are_read(body: dict[int, str | bytes]) -> None:
    assert counts(outlook(body))["PAN"] == 1


def test_ids_of_programs_are_left_out() -> None:
    assert counts(outlook({0x1035: f"<{MAIL}>", 0x1000: "hello"})) == {}


def test_it_is_read_within_an_archive() -> None:
    assert counts(zipped({"a.pst": outlook(note("a", NOTE))})) == {"PAN": 1}


def test_a_file_that_is_no_longer_one_is_told() -> None:
    for data in (b"!BDN" + bytes(4) + b"SM" + bytes(2000), outlook(note("a", NOTE))[:5000]):
        reading = read(data)
        assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.corrupt")


def test_messages_below_a_folder_that_says_it_is_a_message_are_read() -> None:
    reading = read(outlook(note("a", NOTE), top=CLASSED))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.corrupt-part")
    assert {hit.kind: hit.count for hit in reading.hits} == {"PAN": 1}


def test_a_cut_or_changed_file_comes_to_a_reading() -> None:
    whole = outlook(*(note(f"{n}", NOTE) for n in range(5)))
    chance = random.Random(5)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 8)):
            data[chance.choice((chance.randrange(564), chance.randrange(0x4600, len(data))))] ^= 1
        assert read(bytes(data)).outcome in {FileOutcome.READ, FileOutcome.UNREADABLE}
