"""Who may do what to an agent: the descriptors, read as Windows reads them."""

from __future__ import annotations

import re
import struct

import pytest

from agentguard.platforms._win32 import shield_answers

SID = "S-1-5-21-1-2-3-1001"
HARM_PROCESS = 0x0001 | 0x0002 | 0x0008 | 0x0010 | 0x0020 | 0x0040 | 0x0080 | 0x0200 | 0x0800
"""PROCESS_TERMINATE, CREATE_THREAD, VM_*, DUP_HANDLE, CREATE_PROCESS, SET_INFORMATION, SUSPEND."""
HARM_THREAD = 0x0001 | 0x0002 | 0x0008 | 0x0010 | 0x0080 | 0x0100 | 0x0200
"""THREAD_TERMINATE, SUSPEND_RESUME, GET_CONTEXT, SET_CONTEXT, SET_TOKEN, two to impersonate."""
CHANGE = 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000
"""DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE."""


def granted(sddl: str) -> dict[str, int]:
    """Return who is granted what; the system's GA is left out."""
    every = re.findall(r"\(A;;(GA|0x[0-9a-f]+);;;([\w-]+)\)", sddl)
    assert ("GA", "SY") in every
    return {who: int(mask, 16) for mask, who in every if who != "SY"}


@pytest.mark.parametrize(
    ("sddl", "harm"),
    [
        (shield_answers.process(SID), HARM_PROCESS),
        (shield_answers.child(SID), HARM_PROCESS),
        (shield_answers.thread(SID), HARM_THREAD),
        (shield_answers.own_thread(SID), HARM_THREAD),
    ],
)
def test_row_130_the_person_may_ask_and_wait_and_nothing_else(sddl: str, harm: int) -> None:
    for mask in granted(sddl).values():
        assert not mask & (harm | CHANGE)
        assert mask & 0x100000, "to wait"


def test_row_130_the_owner_has_no_right_of_owners_to_change_the_list() -> None:
    """Without a line for OW whoever owns an object may read and change its list."""
    for sddl in (shield_answers.process(SID), shield_answers.thread(SID)):
        assert sddl.startswith("O:SYG:SYD:P("), "the system's, and nothing is inherited"
    for sddl in (
        shield_answers.own_thread(SID),
        shield_answers.child(SID),
    ):
        assert "OW" in granted(sddl)


def described(sid: bytes) -> bytes:
    return struct.pack("<BBHIIII", 1, 0, 0x8000, 20 if sid else 0, 0, 0, 0) + sid


@pytest.mark.parametrize(
    ("sid", "shielded"),
    [
        (struct.pack(">BBHIB", 1, 1, 0, 5, 18)[:8] + struct.pack("<I", 18), True),
        (struct.pack(">BBHI", 1, 2, 0, 5) + struct.pack("<II", 32, 544), False),
        (struct.pack(">BBHI", 1, 5, 0, 5) + struct.pack("<5I", 21, 1, 2, 3, 1001), False),
        (b"", False),
    ],
)
def test_row_130_only_what_is_the_systems_is_shielded(sid: bytes, shielded: bool) -> None:
    assert shield_answers.is_of_the_system(described(sid)) is shielded
    assert not shield_answers.is_of_the_system(described(sid)[:17])
