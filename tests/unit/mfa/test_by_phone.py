"""A desk is opened by phone once, for minutes, and nothing on its disk can answer for it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agentguard.base import translations
from agentguard.base.errors import UplinkError
from agentguard.mfa.break_glass import BreakGlass
from agentguard.mfa.by_phone import FILE, FOLDER, SECONDS, TRIES, ByPhone
from agentguard.model.messages import Message, say
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.factors import PhoneSet, Spent
from agentguard.ports.people import Ruling
from agentguard.wire.openings import digest

NAME = "0123456789abcdef0123456789abcdef"
ANSWERS = {f"AAAA000{n}": f"BBBBCCCC000{n}" for n in range(8)}
CHEAP = (1, 8)
"""The least that Argon2id does: what is tried here is not how slow it is."""
PRODUCT = ByPhone.__init__.__kwdefaults__
"""As it is in the product, before any test has it cost less."""
WRONG = "ZZZZ-ZZZZ-ZZZZ"


def fresh(name: str = NAME, answers: dict[str, str] = ANSWERS) -> PhoneSet:
    digests = {asked: digest(name, asked, told) for asked, told in answers.items()}
    return PhoneSet(name=name, digests=digests)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def phone(tmp_path: Path, clock: FakeClock) -> ByPhone:
    made = ByPhone(tmp_path, clock, digest, cost=CHEAP)
    made.take(fresh(), Spent())
    return made


def begun(phone: ByPhone) -> str:
    letters = phone.begin()
    assert isinstance(letters, str)
    return letters


def answer(letters: str) -> str:
    return ANSWERS[letters.replace("-", "")]


def test_the_answer_to_what_is_shown_opens_once(phone: ByPhone) -> None:
    letters = begun(phone)
    assert phone.takes(answer(letters))
    proof = phone.verify("Payments", answer(letters).lower().replace("0", "o"))
    assert (proof.accepted, proof.factor) == (True, "break-glass-offline")
    assert not phone.takes(answer(letters))
    assert phone.verify("Payments", answer(letters)).message == say("mfa.by-phone.over")
    assert phone.left() == 7


def test_the_same_letters_are_shown_until_their_time_is_over(
    phone: ByPhone, clock: FakeClock
) -> None:
    letters = begun(phone)
    assert begun(phone) == letters
    clock.advance(SECONDS - 1)
    assert begun(phone) == letters
    clock.advance(1)
    late = phone.verify("g", answer(letters))
    assert (late.accepted, late.message) == (False, say("mfa.by-phone.over"))
    assert begun(phone) != letters


def test_that_letters_are_shown_is_on_the_disk_before_anybody_sees_them(
    phone: ByPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows nothing but this forces a file's name to the disk."""
    forced: set[int] = set()
    force = os.fsync

    def note(handle: int) -> None:
        forced.add(os.fstat(handle).st_ino)
        force(handle)

    monkeypatch.setattr(os, "fsync", note)
    letters = begun(phone).replace("-", "")
    mark = tmp_path / FOLDER / f"{NAME}.{letters}.mark"
    assert mark.stat().st_ino in forced


def test_a_wall_clock_that_jumps_ends_and_lengthens_nothing(
    phone: ByPhone, clock: FakeClock
) -> None:
    letters = begun(phone)
    clock.jump_wall(-10 * 365 * 86400.0)
    assert begun(phone) == letters
    clock.jump_wall(20 * 365 * 86400.0)
    assert phone.verify("g", answer(letters)).accepted


def test_the_answer_to_other_letters_opens_nothing(phone: ByPhone) -> None:
    letters = begun(phone).replace("-", "")
    for challenge, told in ANSWERS.items():
        if challenge != letters:
            assert phone.verify("g", told).message == say("mfa.by-phone.wrong", left=4)
            break


def test_after_five_wrong_answers_other_letters_are_needed(phone: ByPhone) -> None:
    letters = begun(phone)
    for left in range(TRIES - 1, -1, -1):
        assert phone.verify("g", WRONG).message == say("mfa.by-phone.wrong", left=left)
    assert not phone.verify("g", answer(letters)).accepted
    again = begun(phone)
    assert again != letters
    assert phone.verify("g", answer(again)).accepted


def test_letters_are_shown_to_one_process_alone_and_never_after_a_restart(
    tmp_path: Path, clock: FakeClock, phone: ByPhone
) -> None:
    letters = begun(phone)
    other = ByPhone(tmp_path, clock, digest, cost=CHEAP)
    assert not other.verify("g", answer(letters)).accepted
    shown = {begun(other)}
    for _ in range(6):
        shown.add(begun(ByPhone(tmp_path, clock, digest, cost=CHEAP)))
    assert len(shown) == 7
    assert letters not in shown
    assert ByPhone(tmp_path, clock, digest, cost=CHEAP).begin() == say("mfa.by-phone.none")


def test_nothing_on_the_disk_is_an_answer_or_its_digest(tmp_path: Path, phone: ByPhone) -> None:
    letters = begun(phone)
    assert phone.verify("g", answer(letters)).accepted
    disk = b"".join(file.read_bytes() for file in (tmp_path / FOLDER).iterdir())
    for challenge, told in ANSWERS.items():
        assert told.encode() not in disk
        assert digest(NAME, challenge, told).encode() not in disk


def test_what_was_shown_and_used_is_told_and_then_forgotten(phone: ByPhone) -> None:
    assert not phone.wanted()
    unused = begun(phone).replace("-", "")
    for _ in range(TRIES):
        phone.verify("g", WRONG)
    used = begun(phone).replace("-", "")
    assert phone.verify("g", ANSWERS[used]).accepted
    assert phone.wanted()
    told = phone.spent()
    assert (told.holds, set(told.shown), told.used) == (NAME, {unused, used}, (used,))
    late = begun(phone).replace("-", "")
    phone.take(fresh("f" * 32), told)
    assert phone.left() == 8
    assert phone.spent().shown == (late,), "the endpoint does not know of it yet"
    assert phone.verify("g", ANSWERS[late]).accepted, "the person is still on the telephone"
    assert phone.spent() == Spent(holds="f" * 32, shown=(late,), used=(late,))
    phone.take(fresh("e" * 32), phone.spent())
    assert not phone.wanted()


def test_a_challenge_that_is_used_after_the_endpoint_was_told_is_told_again(
    phone: ByPhone,
) -> None:
    letters = begun(phone).replace("-", "")
    told = phone.spent()
    assert phone.verify("g", ANSWERS[letters]).accepted
    phone.take(fresh("f" * 32), told)
    assert phone.spent().used == (letters,)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"format": 2}', b'{"format": 1}'])
def test_a_damaged_set_is_none_and_is_replaced(tmp_path: Path, phone: ByPhone, raw: bytes) -> None:
    (tmp_path / FOLDER / FILE).write_bytes(raw)
    assert phone.left() == 0
    assert phone.begin() == say("mfa.by-phone.none")
    phone.take(fresh(), phone.spent())
    assert phone.verify("g", answer(begun(phone))).accepted


def test_a_set_that_cannot_be_read_is_wanted_anew(tmp_path: Path, phone: ByPhone) -> None:
    (tmp_path / FOLDER / FILE).write_bytes(b"{")
    assert phone.wanted()


def test_a_disk_that_cannot_be_written_keeps_it_closed(tmp_path: Path, phone: ByPhone) -> None:
    letters = begun(phone)
    shutil.rmtree(tmp_path / FOLDER)
    assert not phone.verify("g", answer(letters)).accepted
    made = ByPhone(tmp_path, FakeClock(), digest, cost=CHEAP)
    made.take(fresh(), Spent())
    for one in ANSWERS:
        (tmp_path / FOLDER / f"{NAME}.{one}.mark").mkdir()
    assert made.begin() == say("mfa.by-phone.none")


def test_every_sentence_is_there() -> None:
    for name in ("none", "not-marked", "over", "wrong"):
        assert translations.load().has(f"mfa.by-phone.{name}")


class Endpoint:
    """Knows one code of a supervisor."""

    def __init__(self, right: str = "", *, away: bool = False) -> None:
        self.right, self.away, self.asked = right, away, 0

    def __call__(self, factor: str, group: str, typed: str) -> Ruling:
        del factor, group
        self.asked += 1
        if self.away:
            raise UplinkError("dns", "The endpoint was not found.")
        return Ruling(accepted=typed == self.right, problem="" if typed == self.right else "wrong")


def test_a_typed_answer_is_judged_here_first_and_else_by_the_endpoint(phone: ByPhone) -> None:
    endpoint = Endpoint("7KX2M9QWRT4C")
    glass = BreakGlass(endpoint, phone)
    letters = begun(phone)
    assert glass.verify("g", "7KX2-M9QW-RT4C").factor == "break-glass", "a code that was made there"
    assert glass.verify("g", WRONG).message == say("mfa.break-glass.wrong")
    assert glass.verify("g", answer(letters)).factor == "break-glass-offline"
    assert endpoint.asked == 2


def test_without_the_endpoint_it_says_how_many_tries_are_left(phone: ByPhone) -> None:
    glass = BreakGlass(Endpoint(away=True), phone)
    assert glass.verify("g", WRONG).message == say("mfa.break-glass.endpoint-away")
    letters = begun(phone)
    assert glass.verify("g", WRONG).message == say("mfa.by-phone.wrong", left=4)
    assert glass.verify("g", answer(letters)).accepted


class Ceremony(RuleBasedStateMachine):
    """What opens is what the model says: one answer, for the letters on the screen, in time."""

    def __init__(self) -> None:
        super().__init__()
        self.room = tempfile.TemporaryDirectory(prefix="agentguard-phone-")
        self.clock = FakeClock()
        self.sets = 0
        self.answers: dict[str, str] = {}
        self.shown: set[str] = set()
        self.open: tuple[str, float, int] | None = None
        self.restart()
        self.contact()

    def teardown(self) -> None:
        self.room.cleanup()

    @rule()
    def restart(self) -> None:
        self.phone = ByPhone(Path(self.room.name), self.clock, digest, cost=CHEAP)
        self.open = None

    @rule()
    def contact(self) -> None:
        self.sets += 1
        name = f"{self.sets:032x}"
        new = {f"AA{self.sets:04d}0{n}": f"BBBB{self.sets:04d}00{n}0" for n in range(2)}
        self.phone.take(fresh(name, new), self.phone.spent())
        self.fresh = set(new)
        self.answers |= new

    @rule(seconds=st.sampled_from((1.0, 600.0, 901.0)))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(seconds=st.sampled_from((-1e9, 1e9)))
    def turn_the_wall_clock(self, seconds: float) -> None:
        self.clock.jump_wall(seconds)

    def now_open(self) -> str:
        if self.open is None or self.clock.now().boot >= self.open[1]:
            self.open = None
        return self.open[0] if self.open else ""

    @rule()
    def ask(self) -> None:
        known, letters = self.now_open(), self.phone.begin()
        if isinstance(letters, Message):
            assert not known
            assert not self.fresh - self.shown
            return
        plain = letters.replace("-", "")
        if known:
            assert plain == known
            return
        assert plain in self.fresh - self.shown, "never twice"
        self.shown.add(plain)
        self.open = plain, self.clock.now().boot + SECONDS, TRIES

    @rule(data=st.data())
    def type(self, data: st.DataObject) -> None:
        known = self.now_open()
        every = sorted(self.answers.values())
        mine = self.answers.get(known, WRONG)
        typed = data.draw(st.sampled_from((mine, every[-1], every[0], WRONG)))
        accepted = self.phone.verify("g", typed).accepted
        assert accepted is (bool(known) and typed == mine)
        if self.open and (accepted or self.open[2] == 1):
            self.open = None
        elif self.open:
            self.open = *self.open[:2], self.open[2] - 1

    @invariant()
    def what_is_left_is_what_was_never_shown(self) -> None:
        assert self.phone.left() == len(self.fresh - self.shown)


TestCeremony = Ceremony.TestCase
TestCeremony.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


def test_an_answer_costs_64_mib_and_three_passes(tmp_path: Path, clock: FakeClock) -> None:
    """Computed beside it: what is on the disk is no faster to try than that."""
    one = fresh(answers=dict([next(iter(ANSWERS.items()))]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ByPhone.__init__, "__kwdefaults__", PRODUCT)
        ByPhone(tmp_path, clock, digest).take(one, Spent())
    kept = json.loads((tmp_path / FOLDER / FILE).read_text("utf-8"))
    hash_ = Argon2id(
        salt=bytes.fromhex(kept["salt"]), length=32, iterations=3, lanes=1, memory_cost=64 * 1024
    )
    ((asked, told),) = one.digests.items()
    assert kept["hashes"] == {asked: hash_.derive(told.encode()).hex()}
