"""Whatever is lost, ended or brought back between: the endpoint ends with the desk's own list."""

from __future__ import annotations

import base64
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.model.facts import Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.uplink.inventory import (
    DAY,
    FILE,
    LARGEST_FILE,
    Listing,
    Programs,
    listed,
    nothing_installed,
)
from agentguard.uplink.problems import LONGEST_BACKOFF, problem
from agentguard.wire.inventory import (
    INVENTORY,
    Inventory,
    InventoryAnswer,
    InventoryTaken,
    Program,
    list_digest,
)

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
Held = tuple[str, frozenset[Program]]


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def signed(taken: InventoryTaken, key: Ed25519PrivateKey = KEY) -> InventoryAnswer:
    raw = msgspec.json.encode(taken)
    return InventoryAnswer(taken=raw.decode(), signature=base64.b64encode(key.sign(raw)).decode())


@dataclass
class Endpoint:
    """Holds the list of one desk as the endpoint does, and may lose an answer or a request."""

    host: str = "guard.example.org"
    held: Held = ("", frozenset())
    fails: str = ""
    sent: list[Inventory] = field(default_factory=list)
    answers: Callable[[Inventory, bool], InventoryAnswer] | None = None

    def put(self, path: str, body: bytes, _type: object, _sign: object) -> InventoryAnswer:
        assert path == INVENTORY
        if self.fails == "request":
            raise problem("tcp", self.host)
        if self.fails not in {"", "answer"}:
            raise problem(self.fails, self.host, retry_after=7.0 if self.fails == "busy" else 0.0)
        told = msgspec.json.decode(body, type=Inventory)
        self.sent.append(told)
        taken = self._takes(told)
        if self.fails == "answer":
            raise problem("timeout", self.host)
        if self.answers is not None:
            return self.answers(told, taken)
        return signed(answer(told, need_full=not taken))

    def _takes(self, told: Inventory) -> bool:
        digest, programs = self.held
        if told.full:
            self.held = (told.digest, frozenset(told.added))
            return True
        if digest == told.digest and digest:
            return True
        after = (programs - set(told.gone)) | set(told.added)
        if not digest or digest != told.base or len(after) != told.programs:
            return False
        self.held = (told.digest, after)
        return True


def answer(told: Inventory, **more: Any) -> InventoryTaken:
    values = {"device": told.device, "digest": told.digest, "at": told.sent_at}
    return InventoryTaken(**{**values, **more})


@dataclass
class Desk:
    """A desk whose list of programs a test sets."""

    folder: Path
    endpoint: Endpoint = field(default_factory=Endpoint)
    items: tuple[Software, ...] = ()
    unread: str = ""
    boot: float = 100.0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.listing = Listing(
            client=self.endpoint,  # type: ignore[arg-type] # a simulator
            sign=None,  # type: ignore[arg-type] # nothing is signed here
            enrolment=Enrolment(url="https://x", device="d0", team="t", receipt_key=public(KEY)),
            folder=self.folder,
            look=lambda: self.seen,
        )
        self.install(self.items, self.unread)

    def install(self, items: tuple[Software, ...], unread: str = "") -> None:
        self.items, self.unread = items, unread
        at = Moment(boot=self.boot, wall=self.boot)
        self.seen: SoftwareSeen | None = SoftwareSeen(at=at, items=items, unread=unread)

    def follow(self, later: float = 60.0) -> None:
        self.boot += later
        self.listing.follow(Moment(boot=self.boot, wall=self.boot))

    @property
    def sent(self) -> list[Inventory]:
        return self.endpoint.sent


def an(name: str, version: str = "1") -> Software:
    return Software(name=name, version=version, vendor="", source="registry")


TWENTY = tuple(an(f"p{n}") for n in range(20))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.install(TWENTY)
    return made


ITEMS = st.frozensets(st.sampled_from([an(n, v) for n in "abcdefgh" for v in "12"])).map(
    lambda some: (an("system"), *sorted(some, key=repr))
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("install"), ITEMS),
        st.tuples(st.just("lose"), st.sampled_from(["", "answer", "request", "busy", "http_5xx"])),
        st.tuples(st.just("restart")),
        st.tuples(st.just("crash")),
        st.tuples(st.just("spoil"), st.sampled_from([b"", b"no list", b"x" * 5000])),
        st.tuples(st.just("restore"), st.integers(0, 5)),
        st.tuples(st.just("unread"), ITEMS),
    ),
    max_size=20,
)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
def test_row_171_the_endpoint_ends_with_the_desks_own_list(steps: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.install((an("system"),))
        before: list[Held] = [desk.endpoint.held]
        for step in steps:
            do(desk, step, before)
            desk.follow()
            before.append(desk.endpoint.held)
        desk.endpoint.fails = ""
        desk.install(desk.items)
        desk.follow(2 * DAY)
        wanted = listed(desk.seen, ()) if desk.seen is not None else None
        assert wanted is not None
        assert desk.endpoint.held == (wanted.digest, frozenset(wanted.programs))


def do(desk: Desk, step: tuple[Any, ...], before: list[Held]) -> None:
    file = desk.folder / FILE
    match step:
        case ("install", items):
            desk.install(items)
        case ("unread", items):
            desk.install(items, "software-part")
        case ("lose", what):
            desk.endpoint.fails = what
        case ("spoil", raw):
            file.write_bytes(raw)
            desk.restart()
        case ("restore", back):
            desk.endpoint.held = before[max(0, len(before) - 1 - back)]
            desk.listing.doubt()
        case ("crash",):  # it ended after the answer and before the file was written
            kept = file.read_bytes() if file.exists() else None
            desk.follow()
            if kept is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(kept)
            desk.restart()
        case _:
            desk.restart()


def test_row_171_a_list_is_told_whole_once_and_then_what_changed(desk: Desk) -> None:
    for _ in range(3):
        desk.follow()
    (first,) = desk.sent
    assert (first.full, first.programs, len(first.added)) == (True, 20, 20)
    desk.install((an("p0", "2"), *TWENTY[2:]))
    desk.follow()
    change = desk.sent[-1]
    assert (change.full, change.base, change.programs) == (False, first.digest, 19)
    assert ([one.version for one in change.added], len(change.gone)) == (["2"], 2)
    assert msgspec.json.decode(desk.listing.last, type=Inventory) == change


def test_row_171_what_did_not_change_is_told_in_a_line_at_a_start_and_once_a_day(
    desk: Desk,
) -> None:
    desk.follow()
    desk.restart()
    desk.follow()
    desk.install(TWENTY)  # read again, and the same
    desk.follow()
    assert [len(one.added) for one in desk.sent] == [20, 0]
    desk.follow(DAY + 1)
    assert (len(desk.sent), desk.sent[-1].base) == (3, desk.sent[0].digest)
    desk.listing.doubt()
    desk.follow()
    assert len(desk.sent) == 4
    for _ in range(12):  # read four times a day
        desk.install(TWENTY)
        desk.follow(DAY / 4)
    assert len(desk.sent) == 7


def test_row_172_what_became_unread_is_told_and_takes_nothing_away(desk: Desk) -> None:
    desk.follow()
    desk.install((), "no-answer")
    desk.follow()
    told = desk.sent[-1]
    assert (told.unread, told.programs, told.gone) == ("no-answer", 20, ())
    assert told.digest == desk.sent[0].digest


@pytest.mark.parametrize(
    ("fails", "wait"), [("http_4xx", DAY), ("busy", 7.0), ("tcp", LONGEST_BACKOFF)]
)
def test_row_171_an_endpoint_that_takes_no_list_is_asked_again_later(
    desk: Desk, fails: str, wait: float
) -> None:
    desk.endpoint.fails = fails
    desk.follow()
    desk.endpoint.fails = ""
    desk.install(TWENTY)
    desk.follow(wait - 1)
    assert desk.sent == []
    desk.follow(2)
    assert len(desk.sent) == 1


@pytest.mark.parametrize(
    "answers",
    [
        lambda told, _taken: signed(answer(told), OTHER),
        lambda told, _taken: signed(answer(told, device="d1")),
        lambda told, _taken: signed(answer(told, digest="another")),
        lambda told, _taken: signed(answer(told, at="another")),
        lambda told, _taken: signed(answer(told, need_full=True)),
        lambda _told, _taken: InventoryAnswer(
            taken="[]", signature=base64.b64encode(KEY.sign(b"[]")).decode()
        ),
    ],
)
def test_row_171_only_the_endpoints_own_word_for_this_very_list_counts(
    desk: Desk, answers: Any
) -> None:
    desk.endpoint.answers = answers
    desk.follow()
    assert not (desk.folder / FILE).exists()
    assert desk.listing.last == b""
    desk.endpoint.answers = None
    desk.follow(LONGEST_BACKOFF + 1)
    assert desk.endpoint.held[0] == list_digest(desk.endpoint.held[1])
    assert (desk.folder / FILE).exists()


@pytest.mark.parametrize("raw", [zlib.compress(b" " * 50 * 1024**2), b"x" * (LARGEST_FILE + 1)])
def test_row_171_a_file_that_is_no_list_is_none(desk: Desk, raw: bytes) -> None:
    desk.follow()
    (desk.folder / FILE).write_bytes(raw)
    desk.restart()
    desk.follow()
    assert [one.full for one in desk.sent] == [True, True]


def test_row_171_a_list_of_another_enrolment_is_none(desk: Desk) -> None:
    desk.follow()
    assert (desk.folder / FILE).stat().st_size < 2000
    desk.restart()
    desk.listing.enrolment = Enrolment(
        url="https://x", device="d1", team="t", receipt_key=public(KEY)
    )
    desk.follow()
    assert [one.full for one in desk.sent] == [True, True]


@pytest.mark.posix
def test_what_was_told_is_the_owners_alone(desk: Desk) -> None:
    desk.follow()
    assert (desk.folder / FILE).stat().st_mode & 0o077 == 0


def test_row_171_a_file_that_cannot_be_kept_costs_a_whole_list_at_the_next_start(
    desk: Desk,
) -> None:
    (desk.folder / FILE).mkdir()
    desk.follow()
    desk.install(TWENTY[1:])
    desk.follow()
    assert [one.full for one in desk.sent] == [True, False]
    desk.restart()
    desk.follow()
    assert desk.sent[-1].full


def test_nothing_is_told_before_there_is_a_list(desk: Desk) -> None:
    assert Programs()() is nothing_installed() is None
    desk.seen = None
    desk.follow()
    assert desk.sent == []
