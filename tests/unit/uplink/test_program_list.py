"""What leaves of a list of programs: no name of a person, no path, and not too much."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.uplink.inventory import HIDDEN, LARGEST, TOO_MANY, listed
from agentguard.wire import inventory
from agentguard.wire.inventory import Inventory, Program, list_digest

AT = Moment(boot=1.0, wall=1.0)
NAMES = Path(__file__).parents[2] / "vectors" / "software" / "names.tsv"


def seen(*items: Software, unread: str = "") -> SoftwareSeen:
    return SoftwareSeen(at=AT, items=items, unread=unread)


def an(name: str, version: str = "1", source: str = "registry", **more: object) -> Software:
    return Software(name=name, version=version, vendor="", source=source, **more)  # type: ignore[arg-type] # of a test


def only(item: Software, user: str = "") -> Program:
    (one,) = listed(seen(item), (), user).programs
    return one


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (r"C:\Users\maria.lopez\AppData\Local\Tool\tool.exe", "tool.exe"),
        ("/home/maria.lopez/bin/Tool.AppImage", "Tool.AppImage"),
        (r"\\server\maria.lopez\tool", "tool"),
        (r"%APPDATA%\tool.exe", "tool.exe"),
        (r"~/tool", "tool"),
        (r"Tool of D:\Users\maria.lopez\ ", "maria.lopez"),
        ("Add-in for maria.lopez@example.org", f"Add-in for {HIDDEN}"),
        ("tool\nof\x00two", "tool of two"),
        ("7-Zip 24.09 (x64)", "7-Zip 24.09 (x64)"),
        ("TCP/IP Tools 1/2", "TCP/IP Tools 1/2"),
    ],
)
def test_row_172_no_path_and_no_address_leaves(told: str, name: str) -> None:
    assert only(an(told)).name == name


def test_row_172_the_account_of_what_is_installed_for_it_is_hidden() -> None:
    for user in (
        "maria.lopez",
        r"CORP\maria.lopez",
        "maria.lopez@corp.example",
        r"AzureAD\maria.lopez@corp.example",
    ):
        for scope in ("user", "other-user", ""):
            told = only(an("Maria.Lopez's notes", scope=scope), user)
            assert told.name == f"{HIDDEN}'s notes"
    assert only(an("Teams", scope="machine"), "teams").name == "Teams"
    assert only(an("Steams", scope="user"), "teams").name == "Steams"
    assert only(an("AI Notes", scope="user"), "ai").name == "AI Notes"


@given(
    st.builds(
        Software,
        name=st.text(max_size=400), version=st.text(max_size=200), vendor=st.text(max_size=300),
        source=st.text(max_size=80), kind=st.sampled_from([Kind.PROGRAM, Kind.EXTENSION]),
        edition=st.text(max_size=150), arch=st.text(max_size=30), scope=st.text(max_size=30),
        channel=st.text(max_size=80), signer=st.text(max_size=300), ident=st.text(max_size=400),
        host=st.text(max_size=80),
        permissions=st.lists(st.text(max_size=150), max_size=60).map(tuple),
    )
)  # fmt: skip
def test_row_173_whatever_is_installed_is_a_list_that_the_endpoint_takes(item: Software) -> None:
    made = listed(seen(item), ())
    told = Inventory(
        device="d", sent_at="", digest=made.digest, programs=1, full=True, added=made.programs
    )
    assert msgspec.json.decode(msgspec.json.encode(told), type=Inventory) == told


def test_row_172_what_a_silent_source_told_last_stays_and_what_another_lost_goes() -> None:
    before = listed(seen(an("a"), an("b"), an("m", source="msix")), ()).programs
    now = listed(seen(an("a"), unread="software-part"), before)
    assert [one.name for one in now.programs] == ["a", "m"]
    assert now.unread == "software-part"
    nothing = listed(seen(unread="no-answer"), before)
    assert nothing.programs == before
    empty = listed(seen(), before)
    assert (empty.programs, empty.unread) == (before, "no-answer"), "no desk has no program at all"
    assert listed(seen(an("a")), before).programs == before[:1]


def test_row_173_a_list_has_an_end_and_says_so_and_keeps_the_system() -> None:
    many = [an(f"p{n:05}") for n in range(inventory.MAX_PROGRAMS + 5)]
    system = an("Windows 11", kind=Kind.SYSTEM)
    made = listed(seen(*many, system), ())
    assert (len(made.programs), made.unread) == (inventory.MAX_PROGRAMS, TOO_MANY)
    assert made.programs[0].kind == "system"
    long = [an(f"p{n:05}" + "x" * 290, ident="y" * 300) for n in range(1500)]
    made = listed(seen(*long), ())
    assert made.unread == TOO_MANY
    assert len(msgspec.json.encode(made.programs)) <= LARGEST


def test_what_the_system_brings_itself_is_left_out_and_doubles_are_one() -> None:
    part, one = an("bash", kind=Kind.PART), an("zoom")
    assert [each.name for each in listed(seen(part, one, one), ()).programs] == ["zoom"]


def real(count: int) -> tuple[Software, ...]:
    """Give programs of real desks, as full of words as an inventory of Windows can be."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))[:count]
    return tuple(
        Software(
            name=row["name"], version=row["version"], vendor=row["publisher"], source="registry",
            arch="x64", scope="machine", signer=row["publisher"],
            ident=f"{{{list_digest([Program(name=str(n))])[:32].upper()}}}",
        )
        for n, row in enumerate(rows)
    )  # fmt: skip


def test_row_174_a_list_of_150_programs_takes_30_kb_and_five_changes_2() -> None:
    items = real(150)
    before = listed(seen(*items), ())
    newer = tuple(replace(one, version=f"{one.version}.1") for one in items[:5])
    after = listed(seen(*newer, *items[5:]), before.programs)
    added = tuple(set(after.programs) - set(before.programs))
    gone = tuple(set(before.programs) - set(after.programs))
    about = {"device": "d" * 24, "sent_at": "2026-09-21T13:33:20+00:00", "programs": 150}
    whole = Inventory(digest=before.digest, full=True, added=before.programs, **about)  # type: ignore[arg-type] # of a test
    part = Inventory(digest=after.digest, base=before.digest, added=added, gone=gone, **about)  # type: ignore[arg-type] # of a test
    assert len(added) == len(gone) == 5
    sizes = [len(gzip.compress(msgspec.json.encode(one), mtime=0)) for one in (whole, part)]
    assert sizes[0] <= 30_000
    assert sizes[1] <= 2_000


def test_row_167_who_is_not_signed_in_takes_nothing_away_and_keeps_nothing_else() -> None:
    hers = Software(
        name="dialler", version="1", vendor="", source="registry-other-user", scope="other-user"
    )
    mine = Software(name="putty", version="", vendor="", source="portable-downloads", scope="user")
    before = listed(seen(an("a"), hers, mine), ()).programs
    now = listed(seen(an("a"), unread="software-others"), before)
    assert {one.name for one in now.programs} == {"a", "dialler"}


def test_row_166_extensions_that_cannot_be_read_stay_and_nothing_else_does() -> None:
    helper = Software(
        name="uBlock", version="1", vendor="", source="firefox-add-ons", kind=Kind.EXTENSION,
        ident="uBlock0@raymondhill.net", host="firefox",
    )  # fmt: skip
    tool = Software(name="tool", version="1", vendor="", source="appimage")
    before = listed(seen(an("a"), helper, tool), ()).programs
    now = listed(seen(an("a"), unread="software-extensions"), before)
    assert {one.name for one in now.programs} == {"a", "uBlock"}
    assert {one.ident for one in now.programs} == {"", "uBlock0@raymondhill.net"}


@pytest.mark.parametrize(
    ("unread", "stay"),
    [
        ("software-others", {"dialler"}),
        ("software-extensions", {"dialler", "uBlock"}),
        ("software-part", {"dialler", "uBlock", "m"}),
        ("", set()),
    ],
)
def test_row_167_a_reason_takes_nothing_away_that_a_lesser_one_hides(
    unread: str, stay: set[str]
) -> None:
    """Of several reasons one is told: what the others hide is in no list, and is not gone."""
    store = {"source": "firefox-add-ons", "kind": Kind.EXTENSION, "host": "firefox"}
    theirs = {"source": "registry-other-user", "scope": "other-user"}
    here = an("a"), an("ext", **store), an("tool", **theirs)
    lost = an("uBlock", **store), an("dialler", **theirs), an("m", source="msix")
    before = listed(seen(*here, *lost), ()).programs
    now = listed(seen(*here, unread=unread), before)
    assert {one.name for one in now.programs} == {"a", "ext", "tool", *stay}
