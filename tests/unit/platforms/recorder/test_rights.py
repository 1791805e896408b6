"""A list of rights is recorded without a single name."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms.recorder.rights import listed, who
from agentguard.platforms.recorder.topics.keeping import LIST

ME, OTHER = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"


def sid(text: str) -> bytes:
    _, revision, authority, *parts = text.split("-")
    head = bytes((int(revision), len(parts))) + int(authority).to_bytes(6, "big")
    return head + b"".join(struct.pack("<I", int(one)) for one in parts)


def entry(of: str, mask: int, kind: int = 0, flags: int = 0) -> bytes:
    body = sid(of)
    return struct.pack("<BBHI", kind, flags, 8 + len(body), mask) + body


def descriptor(owner: str, *entries: bytes, control: int = 0x8004) -> bytes:
    named, body = sid(owner), b"".join(entries)
    head = struct.pack("<BBHIIII", 1, 0, control, 20, 0, 0, 20 + len(named))
    return head + named + struct.pack("<BBHHH", 2, 0, 8 + len(body), len(entries), 0) + body


@pytest.mark.parametrize(
    ("of", "word"),
    [
        ("S-1-5-18", "SY"), ("S-1-5-32-544", "BA"), ("S-1-1-0", "WD"), ("S-1-3-4", "OW"),
        ("S-1-5-80-1-2-3-4-5", "service"), (ME, "me"), (OTHER, "another"),
    ],
)  # fmt: skip
def test_who_it_is_is_told_by_a_word_that_names_nobody(of: str, word: str) -> None:
    assert who(of, ME) == word


def test_row_161_a_list_tells_rights_and_no_person() -> None:
    made = descriptor(
        "S-1-5-18", entry("S-1-5-18", 0x1F01FF), entry(OTHER, 0x1200A9, 1, 3), entry(ME, 4),
        control=0x9004,
    )  # fmt: skip
    told = listed(made, ME)
    assert told == {
        "there": True,
        "owner": "SY",
        "guarded": True,
        "entries": [
            {"kind": 0, "flags": 0, "mask": 0x1F01FF, "who": "SY"},
            {"kind": 1, "flags": 3, "mask": 0x1200A9, "who": "another"},
            {"kind": 0, "flags": 0, "mask": 4, "who": "me"},
        ],
    }
    assert LIST.keep(told) == told


def test_a_descriptor_without_a_list_has_none() -> None:
    head = struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)
    told = listed(head, ME)
    assert (told["owner"], told["guarded"], told["entries"]) == (None, False, None)


@given(st.binary(max_size=80))
def test_no_bytes_break_it(data: bytes) -> None:
    assert listed(data, ME)["there"] is True


@given(st.integers(0, 60))
def test_one_that_was_cut_tells_nothing(length: int) -> None:
    whole = descriptor("S-1-5-18", entry("S-1-5-18", 1), entry(ME, 2))
    assert listed(whole[: min(length, len(whole) - 1)], ME)["entries"] is None
