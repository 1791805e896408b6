"""Who else may read a folder of Windows, by descriptors as Windows writes them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms._win32.access_answers import (
    UNTOLD,
    Access,
    closed,
    kept,
    others,
    owned_by,
    sid,
)

ANN, BOB = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
SYSTEM, ADMINISTRATORS, USERS, EVERYBODY = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545", "S-1-1-0"
DOMAIN_ADMINISTRATORS, DOMAIN_USERS = "S-1-5-21-1-2-3-512", "S-1-5-21-1-2-3-513"
ALL, READ, CHANGE, LOOK = 0x1F01FF, 0x1200A9, 0x1301BF, 0x100020
ALLOW, DENY, INHERIT_ONLY = 0, 1, 8
NOBODY, READERS, WRITERS = (
    Access(read=False, write=False), Access(read=True, write=False), Access(read=True, write=True)
)  # fmt: skip


def packed(who: str) -> bytes:
    _, revision, authority, *parts = who.split("-")
    head = bytes((int(revision), len(parts))) + int(authority).to_bytes(6, "big")
    return head + struct.pack(f"<{len(parts)}I", *map(int, parts))


def described(*entries: tuple[int, int, str], owner: str = ANN, flags: int = 0) -> bytes:
    """Give a descriptor with these entries of type, mask and SID, the owner behind the head."""
    aces = b"".join(
        struct.pack("<BBHI", kind, flags, 8 + len(packed(who)), mask) + packed(who)
        for kind, mask, who in entries
    )
    name = packed(owner)
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(aces), len(entries), 0) + aces
    return struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 20 + len(name)) + name + acl


OWN = ((ALLOW, ALL, SYSTEM), (ALLOW, ALL, ADMINISTRATORS), (ALLOW, ALL, ANN))


@pytest.mark.parametrize(
    ("entries", "access"),
    [
        (OWN, NOBODY),
        ((*OWN, (ALLOW, READ, USERS)), READERS),
        ((*OWN, (ALLOW, CHANGE, EVERYBODY)), WRITERS),
        ((*OWN, (ALLOW, READ, BOB)), READERS),
        ((*OWN, (ALLOW, READ, DOMAIN_USERS)), READERS),
        ((*OWN, (ALLOW, ALL, DOMAIN_ADMINISTRATORS)), NOBODY),
        ((*OWN, (ALLOW, LOOK, USERS)), NOBODY),
        ((*OWN, (ALLOW, 0x80000000, USERS)), READERS),
        ((*OWN, (ALLOW, 0x10000000, USERS)), WRITERS),
        ((*OWN, (ALLOW, 0x40000, USERS)), Access(read=False, write=True)),
        (((DENY, CHANGE, EVERYBODY), *OWN, (ALLOW, CHANGE, USERS)), NOBODY),
        (((DENY, 0x2 | 0x4 | 0x40, USERS), (ALLOW, CHANGE, USERS)), READERS),
        (((ALLOW, READ, USERS), (DENY, READ, USERS)), READERS),
        ((), NOBODY),
    ],
    ids=[
        "own", "users", "everybody", "one-other", "domain", "domain-admins", "pass-through",
        "generic-read", "generic-all", "may-change-the-list", "denied-to-all", "denied-to-users",
        "denied-too-late", "empty-list",
    ],
)  # fmt: skip
def test_others(entries: tuple[tuple[int, int, str], ...], access: Access) -> None:
    assert others(described(*entries)) == access


def test_the_person_at_the_desk_is_nobody_else_though_administrators_own_the_folder() -> None:
    data = described((ALLOW, ALL, ANN), owner=ADMINISTRATORS)
    assert others(data) == WRITERS
    assert others(data, frozenset({ANN})) == NOBODY


def test_entries_for_what_is_in_the_folder_say_nothing_of_the_folder() -> None:
    assert others(described((ALLOW, ALL, EVERYBODY), flags=INHERIT_ONLY)) == NOBODY


def test_without_a_list_everybody_may_do_everything() -> None:
    assert others(struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 0)) == WRITERS
    assert others(struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)) == WRITERS


@given(st.integers(0, 90))
def test_a_descriptor_that_is_cut_is_not_told(size: int) -> None:
    data = described(*OWN, (ALLOW, READ, USERS))
    assert others(data[: min(size, len(data) - 1)]) == UNTOLD


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    assert others(data).read in {True, False, None}


@pytest.mark.parametrize("who", [ANN, SYSTEM, USERS, EVERYBODY])
def test_a_sid_is_written_as_usual(who: str) -> None:
    assert sid(packed(who), 0) == who


SYSTEMS = ((ALLOW, ALL, SYSTEM), (ALLOW, ALL, ADMINISTRATORS))


@pytest.mark.parametrize(
    ("entries", "owner", "is_closed"),
    [
        (SYSTEMS, SYSTEM, True),
        (SYSTEMS, ADMINISTRATORS, True),
        (OWN, ANN, True),
        (SYSTEMS, BOB, False),
        ((*SYSTEMS, (ALLOW, READ, USERS)), SYSTEM, False),
        ((*SYSTEMS, (ALLOW, CHANGE, BOB)), SYSTEM, False),
    ],
)
def test_a_folder_is_closed_when_it_is_the_systems_and_open_to_nobody_else(
    entries: tuple[tuple[int, int, str], ...], owner: str, is_closed: bool
) -> None:
    assert closed(described(*entries, owner=owner), frozenset({ANN})) is is_closed


@given(st.binary(max_size=80))
def test_a_torn_descriptor_never_says_closed_by_mistake(data: bytes) -> None:
    assert closed(data[:19]) is False
    closed(data)


TOLD = ((ALLOW, 0xF003F, SYSTEM), (ALLOW, 0xF003F, ADMINISTRATORS), (ALLOW, 0x20019, USERS))


@pytest.mark.parametrize(
    ("entries", "owner", "is_kept"),
    [
        (TOLD, ADMINISTRATORS, True),
        (TOLD, SYSTEM, True),
        ((*TOLD, (ALLOW, 0x80000000, EVERYBODY)), SYSTEM, True),
        (TOLD, BOB, False),
        (TOLD, USERS, False),
        (TOLD, "S-1-15-2-1", False),
        ((*TOLD, (ALLOW, 0x2, BOB)), SYSTEM, False),
        ((*TOLD, (ALLOW, 0x4, USERS)), SYSTEM, False),
        ((*TOLD, (ALLOW, 0x40000, USERS)), SYSTEM, False),
        ((*TOLD, (ALLOW, 0xF003F, EVERYBODY)), SYSTEM, False),
    ],
    ids=[
        "administrators", "system", "everybody-reads", "a-user-owns-it", "users-own-it",
        "an-app-owns-it", "a-user-sets-values", "users-make-keys", "users-change-the-list", "all",
    ],
)  # fmt: skip
def test_a_key_is_kept_when_the_system_owns_it_and_nobody_else_changes_it(
    entries: tuple[tuple[int, int, str], ...], owner: str, is_kept: bool
) -> None:
    assert kept(described(*entries, owner=owner)) is is_kept


def test_what_cannot_be_read_or_has_no_list_or_no_owner_is_not_kept() -> None:
    whole = described(*TOLD, owner=SYSTEM)
    for cut in range(len(whole)):
        assert not kept(whole[:cut])
    head = struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 0) + packed(SYSTEM)
    assert not kept(head)
    assert not kept(struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20) + whole[32:])


@pytest.mark.parametrize(
    ("owner", "mine", "hers"),
    [(ANN, {ANN}, True), (ANN, {BOB, ANN}, True), (SYSTEM, {ANN}, False), (ANN, set(), False)],
)
def test_whose_a_folder_is_stands_in_its_descriptor(
    owner: str, mine: set[str], *, hers: bool
) -> None:
    assert owned_by(described(*OWN, owner=owner), frozenset(mine)) is hers


@given(st.binary(max_size=80))
def test_what_cannot_be_read_is_nobodys(data: bytes) -> None:
    assert owned_by(data, frozenset({ANN})) is False
