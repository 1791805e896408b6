"""What the desk does with proofs: every answer reaches the engine, and nothing opens by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.base.errors import PlatformError
from agentguard.mfa.by_phone import SECONDS, ByPhone
from agentguard.mfa.gate_proofs import SHIELD, Proving
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.passkeys import BrokenError
from agentguard.model.events import Event, ProofGiven, ProofRefused
from agentguard.model.gate import GateCalls, GateLeft, GateSeen, ProverBroken
from agentguard.model.messages import Message, say
from agentguard.model.shield import ShieldLifted, ShieldRefused
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.factors import PhoneSet, Spent
from agentguard.ports.people import Factors, ListedKey, Proof
from agentguard.wire.openings import digest
from tests.unit.engine.conftest import ListJournal
from tools.gallery import data


class Codes:
    factor = "any"

    def verify(self, group: str, answer: str) -> Proof:
        if answer == "boom":
            raise ZeroDivisionError
        if answer == "right":
            return Proof(accepted=True, factor="totp")
        return Proof(accepted=False, factor="totp", message=say("mfa.wrong"))


@dataclass
class Keys:
    """A key that is there, and says what the test wants."""

    factor: str = "passkey"
    own_dialog: bool = False
    cancelled: int = 0
    broken: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)

    def usable(self) -> bool:
        return True

    def cancel(self) -> None:
        self.cancelled += 1

    def register(self, pin: str, window: int) -> ListedKey | Message:
        if self.broken:
            raise BrokenError
        if pin != "2468":
            return say("mfa.key.pin-wrong")
        return ListedKey(person="p-1", credential="c", public_key="k")

    def verify(self, pin: str, window: int) -> Proof:
        self.asked.append((pin, window))
        if self.broken:
            raise BrokenError
        return Proof(accepted=pin == "2468", factor="passkey", message=say("mfa.key.pin-wrong"))


@dataclass
class Desk:
    keys: Keys | None = field(default_factory=Keys)
    room: bool = True
    away: list[int] = field(default_factory=list)
    refuses: bool = False
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        prompts = {"p1": data.PROOF}
        self.proving = Proving(
            clock=FakeClock(),
            submit=self.events.append,
            shown=prompts.get,
            give=self._give,
            codes=Codes(),
            keys=self.keys,
            put_away=self._put_away,
            person="p-1",
        )

    def _give(self, work: Callable[[], None]) -> bool:
        if self.room:
            work()
        return self.room

    def _put_away(self, window: int) -> None:
        if self.refuses:
            raise PlatformError("It stays.")
        self.away.append(window)

    def said(self) -> Event:
        (event,) = self.events
        self.events.clear()
        return event


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_right_code_is_a_proof_of_this_person(desk) -> None:
    desk.proving.by_code("p1", "right")
    event = desk.said()
    assert isinstance(event, ProofGiven)
    assert (event.group, event.factor, event.person) == (data.PROOF.topic, "totp", "p-1")


def test_a_wrong_one_is_refused_in_words(desk) -> None:
    desk.proving.by_code("p1", "wrong")
    event = desk.said()
    assert isinstance(event, ProofRefused)
    assert event.message == say("mfa.wrong")


def test_a_prover_that_falls_is_told_and_does_not_hang(desk) -> None:
    desk.proving.by_code("p1", "boom")
    event = desk.said()
    assert isinstance(event, ProverBroken)
    assert (event.group, event.factor) == (data.PROOF.topic, "code")


def test_a_key_is_asked_with_pin_and_window(desk) -> None:
    desk.proving.by_key("p1", "2468", 99)
    assert isinstance(desk.said(), ProofGiven)
    desk.proving.by_key("p1", "0000", 99)
    assert isinstance(desk.said(), ProofRefused)
    assert desk.keys.asked == [("2468", 99), ("0000", 99)]
    desk.keys.broken = True
    desk.proving.by_key("p1", "2468", 99)
    assert isinstance(desk.said(), ProverBroken)


def test_a_prompt_that_is_gone_asks_nobody(desk) -> None:
    desk.proving.by_code("gone", "right")
    desk.proving.by_key("gone", "2468", 0)
    desk.proving.leave("gone")
    assert desk.events == []
    assert desk.keys.asked == []


def test_a_code_ends_the_wait_for_the_key(desk) -> None:
    desk.proving.by_code("p1", "right")
    desk.proving.leave("p1")
    assert desk.keys.cancelled == 2


def test_the_shield_is_lifted_by_the_same_proofs(desk) -> None:
    desk.proving.by_code(SHIELD, "right")
    assert isinstance(desk.said(), ShieldLifted)
    desk.proving.by_key(SHIELD, "2468", 0)
    assert isinstance(desk.said(), ShieldLifted)
    desk.proving.by_code(SHIELD, "wrong")
    assert isinstance(desk.said(), ShieldRefused)


def test_a_broken_prover_lifts_no_shield(desk) -> None:
    desk.proving.by_code(SHIELD, "boom")
    event = desk.said()
    assert isinstance(event, ShieldRefused)
    assert translations.load().has(event.message.id)


def test_who_is_busy_says_so(desk) -> None:
    desk.room = False
    desk.proving.by_code("p1", "right")
    assert desk.said().message == say("prompt.busy")
    desk.proving.by_key(SHIELD, "2468", 0)
    assert desk.said().message == say("prompt.busy")
    desk.proving.leave("p1")
    assert desk.said().message == say("prompt.busy")


def test_an_application_is_put_away_by_its_window() -> None:
    desk = Desk()
    shown = data.PROOF
    desk.proving = Proving(
        clock=FakeClock(),
        submit=desk.events.append,
        shown={"p1": type(shown)(**{**_fields(shown), "window": 42})}.get,
        give=desk._give,
        codes=Codes(),
        put_away=desk._put_away,
    )
    desk.proving.leave("p1")
    assert desk.away == [42]
    assert isinstance(desk.said(), GateLeft)
    desk.refuses = True
    desk.proving.leave("p1")
    assert desk.said().message == say("mfa.not-put-away")


def test_without_a_window_nothing_is_put_away(desk) -> None:
    desk.proving.leave("p1")  # this prompt knows no window
    assert desk.said().message == say("mfa.not-put-away")


def test_what_can_be_done_here_is_told(desk) -> None:
    told = desk.proving.factors()
    assert told == Factors(key=True, pin=True, leave=True, registers=True, asks_pin=True)
    desk.keys.own_dialog = True
    assert desk.proving.factors() == Factors(key=True, leave=True, registers=True)
    bare = Proving(
        clock=FakeClock(),
        submit=desk.events.append,
        shown=lambda _: None,
        give=desk._give,
        codes=Codes(),
    )
    assert bare.factors() == Factors()
    bare.by_key(SHIELD, "", 0)
    assert desk.events == []


def test_what_is_seen_is_told(desk) -> None:
    desk.proving.seen("p1", seen=False)
    event = desk.said()
    assert isinstance(event, GateSeen)
    assert (event.prompt, event.seen) == ("p1", False)


def kept(folder: Path, *, journal: ListJournal) -> Proving:
    clock = FakeClock()
    return Proving(
        clock=clock,
        submit=lambda _: None,
        shown=lambda _: None,
        give=lambda _: True,
        codes=Six(),
        keys=Keys(),
        offline=OfflineCodes(folder, clock),
        journal=journal,
    )


class Six(Codes):
    def verify(self, group: str, answer: str) -> Proof:
        assert group == "offline-codes"
        return super().verify(group, "right" if answer == "123456" else "wrong")


def test_a_key_is_registered_with_a_trace(tmp_path) -> None:
    journal = ListJournal()
    proving = kept(tmp_path, journal=journal)
    assert proving.register_key("0000", 0) == say("mfa.key.pin-wrong")
    assert journal.records == []
    made = proving.register_key("2468", 0)
    assert isinstance(made, ListedKey)
    assert "person: p-1" in made.lines
    assert [(r.kind, r.payload) for r in journal.records] == [
        ("proof.key-registered", {"person": "p-1"})
    ]
    proving.keys.broken = True
    assert proving.register_key("2468", 0) == say("mfa.key.system")


def test_codes_are_made_for_a_one_time_code_alone_and_with_a_trace(tmp_path) -> None:
    journal = ListJournal()
    proving = kept(tmp_path, journal=journal)
    assert proving.new_codes("7KX2M-9QWRT") == say("mfa.six-digits")
    assert proving.new_codes("000000") == say("mfa.wrong")
    assert journal.records == []
    codes = proving.new_codes("123456")
    assert len(codes) == 10
    assert proving.factors().codes == 10
    assert [r.kind for r in journal.records] == ["proof.codes-issued"]


def test_letters_for_a_supervisor_are_shown_with_a_trace_and_give_the_dialog_time(tmp_path) -> None:
    journal, events = ListJournal(), []
    phone = ByPhone(tmp_path, FakeClock(), digest, cost=(1, 8))
    proving = replace(kept(tmp_path, journal=journal), phone=phone, submit=events.append)
    assert not proving.factors().phone
    assert proving.challenge() == say("mfa.by-phone.none")
    assert (journal.records, events) == ([], [])
    phone.take(PhoneSet(name="f" * 32, digests={"AAAA0000": "x", "AAAA0001": "y"}), Spent())
    assert proving.factors().phone
    letters = proving.challenge()
    assert letters in {"AAAA-0000", "AAAA-0001"}
    assert [(r.kind, r.payload) for r in journal.records] == [("break-glass.shown", {"left": 1})]
    assert [type(event) for event in events] == [GateCalls]
    assert events[0].seconds == SECONDS


def test_the_last_letters_of_a_set_are_offered_again_as_long_as_they_hold(tmp_path) -> None:
    """A dialog that was left and comes back must lead to the letters that were read out."""
    clock, events = FakeClock(), []
    phone = ByPhone(tmp_path, clock, digest, cost=(1, 8))
    proving = replace(
        kept(tmp_path, journal=ListJournal()), phone=phone, clock=clock, submit=events.append
    )
    phone.take(PhoneSet(name="f" * 32, digests={"AAAA0000": "x"}), Spent())
    letters = proving.challenge()
    assert proving.factors().phone
    clock.advance(600)
    assert proving.challenge() == letters
    assert events[-1].seconds == SECONDS - 600, "asking again must not put the lock off"
    clock.advance(SECONDS - 600)
    assert not proving.factors().phone


def test_where_nothing_is_kept_nothing_is_made(desk) -> None:
    bare = Proving(
        clock=FakeClock(),
        submit=desk.events.append,
        shown=lambda _: None,
        give=desk._give,
        codes=Six(),
    )
    assert bare.register_key("2468", 0) == say("mfa.key.none")
    assert bare.new_codes("123456") == say("mfa.refused")
    assert bare.challenge() == say("mfa.by-phone.none")
    assert not bare.factors().apps


def _fields(prompt: object) -> dict[str, object]:
    return {name: getattr(prompt, name) for name in prompt.__slots__}
