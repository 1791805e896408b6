"""The whole ceremony with a software key: registered, listed, asked, verified offline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.mfa.credential_counters import FILE, Counters
from agentguard.mfa.passkeys import BrokenError, KeyRing, Passkeys, pseudonym
from agentguard.model.gate import PersonKey
from agentguard.model.messages import Message
from agentguard.platforms._linux.security_keys import SecurityKeys
from agentguard.ports.authenticators import (
    Asking,
    Asserted,
    AuthenticatorError,
    Fault,
    Registered,
)
from agentguard.ports.people import ListedKey, Proof
from tests.unit.mfa.virtual_key import ERR, GET, Twist, VirtualKey

RP = "desk.example.internal"


@dataclass
class Desk:
    """One person's desk: a key in the socket and a policy that lists what was registered."""

    folder: Path
    key: VirtualKey
    user: str = "ada"
    rp_id: str = RP
    listed: tuple[PersonKey, ...] = ()
    sockets: list[VirtualKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sockets = [self.key]
        keys = SecurityKeys(lambda: self.sockets, frozenset)
        self.passkeys = Passkeys(
            keys,
            lambda: KeyRing(rp_id=self.rp_id, keys=self.listed),
            self.user,
            Counters(self.folder),
        )

    def register(self, pin: str = "2468") -> ListedKey:
        made = self.passkeys.register(pin, 0)
        assert isinstance(made, ListedKey), made
        listed = PersonKey(
            person=made.person, credential=made.credential, public_key=made.public_key
        )
        self.listed = (*self.listed, listed)
        return made

    def prove(self, pin: str = "2468") -> Proof:
        return self.passkeys.verify(pin, 0)

    def refusal(self, pin: str = "2468") -> str:
        proof = self.prove(pin)
        assert not proof.accepted
        return said(proof.message)


def said(message: Message | None) -> str:
    assert message is not None
    assert translations.load().has(message.id), message.id
    return f"{message.id} {message.params.get('why', '')}".strip()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Desk]:
    def made(key: VirtualKey | None = None, **fields: object) -> Desk:
        return Desk(tmp_path, key or VirtualKey(), **fields)  # type: ignore[arg-type] - test values

    return made


@pytest.fixture
def desk(make) -> Desk:
    one = make()
    one.register()
    return one


def test_a_registered_key_proves_who_it_is(desk) -> None:
    proof = desk.prove()
    assert (proof.accepted, proof.factor, proof.message) == (True, "passkey", None)
    assert desk.prove().accepted


def test_a_key_with_a_fingerprint_reader_needs_no_pin(make) -> None:
    desk = make(VirtualKey(pin="", fingerprint=True))
    desk.register("")
    assert desk.prove("").accepted


def test_the_device_is_closed_after_each_question(desk) -> None:
    before = desk.key.closed
    desk.prove()
    desk.refusal("9999")
    assert desk.key.closed == before + 2


def test_what_is_listed_names_nobody(desk) -> None:
    listed = desk.listed[0]
    assert listed.person == pseudonym(RP, "ada") == pseudonym(RP, "ADA")
    assert "ada" not in f"{listed.person}{listed.credential}"
    assert pseudonym("other.example", "ada") != listed.person


def test_before_a_key_is_listed_it_proves_nothing(make) -> None:
    desk = make()
    assert not desk.passkeys.usable()
    assert desk.refusal() == "mfa.key.none-registered"
    assert GET not in desk.key.asked


def test_another_persons_key_proves_nothing_here(desk, make) -> None:
    bob = make(desk.key, user="bob", listed=desk.listed)
    assert bob.refusal() == "mfa.key.none-registered"
    other = make(VirtualKey(), user="bob")
    other.register()
    other.listed = (*other.listed, *desk.listed)
    other.sockets[:] = [desk.key]
    assert other.refusal() == "mfa.key.unknown"


@pytest.mark.parametrize(
    ("twist", "why"),
    [
        (Twist(rp_id="evil.example"), "rp"),
        (Twist(no_uv=True), "verification"),
        (Twist(no_up=True), "presence"),
        (Twist(other_key=True), "signature"),
        (Twist(tamper=True), "signature"),
        (Twist(counter=0), "counter"),
    ],
)
def test_an_answer_that_does_not_hold_is_refused(desk, twist, why) -> None:
    assert desk.prove().accepted  # the counter is above 0 now
    desk.key.twist = twist
    assert desk.refusal() == f"mfa.key.refused {why}"
    desk.key.twist = Twist()
    assert desk.prove().accepted


def test_a_copied_key_shows_by_its_counter(desk) -> None:
    for _ in range(3):
        assert desk.prove().accepted
    for seen in (1, desk.key.counter):  # lower than the last, or the last once more
        desk.key.twist = Twist(counter=seen)
        assert desk.refusal() == "mfa.key.refused counter"


def test_a_counter_that_stays_zero_is_taken(make) -> None:
    desk = make(VirtualKey(counts=False))
    desk.register()
    assert desk.prove().accepted
    assert desk.prove().accepted


def test_the_counter_outlives_a_restart(desk, make) -> None:
    for _ in range(3):
        desk.prove()
    desk.key.counter = 0
    again = make(desk.key, listed=desk.listed)
    assert again.refusal() == "mfa.key.refused counter"


def test_where_the_counter_cannot_be_kept_nothing_is_accepted(desk) -> None:
    (desk.folder / FILE).unlink(missing_ok=True)
    (desk.folder / FILE).mkdir()
    assert desk.refusal() == "mfa.key.not-kept"
    (desk.folder / FILE).rmdir()
    (desk.folder / FILE).write_text("{")
    assert desk.refusal() == "mfa.key.not-kept"
    (desk.folder / FILE).write_text("[]")
    assert desk.prove().accepted


def test_a_new_name_voids_every_key(desk) -> None:
    desk.rp_id = "other.example.internal"
    assert desk.refusal() == "mfa.key.none-registered"


def test_a_wrong_pin_is_said_and_tried_once(desk) -> None:
    assert desk.refusal("0000") == "mfa.key.pin-wrong"
    assert desk.key.retries == 7
    assert desk.prove().accepted


def test_without_a_pin_it_is_asked_for(desk) -> None:
    assert desk.refusal("") == "mfa.key.pin-needed"


def test_a_locked_key_stays_closed(desk) -> None:
    desk.key.retries = 0
    assert desk.refusal() == "mfa.key.pin-locked"


def test_a_key_that_cannot_verify_anybody_is_not_enough(make) -> None:
    desk = make(VirtualKey(pin=""))
    assert said(desk.passkeys.register("", 0)) == "mfa.key.no-verification"


def test_it_is_not_registered_twice(desk) -> None:
    assert said(desk.passkeys.register("2468", 0)) == "mfa.key.known"


def test_no_key_two_keys_a_pulled_one_and_silence_stay_closed(desk) -> None:
    desk.sockets.clear()
    assert desk.refusal() == "mfa.key.none"
    desk.sockets.extend([desk.key, VirtualKey()])
    assert desk.refusal() == "mfa.key.several"
    desk.sockets[:] = [desk.key]
    for twist, told in (
        (Twist(pulled=True), "mfa.key.gone"),
        (Twist(refuse=ERR.OPERATION_DENIED), "mfa.key.cancelled"),
        (Twist(refuse=ERR.USER_ACTION_TIMEOUT), "mfa.key.timeout"),
        (Twist(refuse=ERR.ACTION_TIMEOUT), "mfa.key.timeout"),
        (Twist(refuse=ERR.OTHER), "mfa.key.odd"),
    ):
        desk.key.twist = twist
        assert desk.refusal() == told
    desk.key.twist = Twist()
    assert desk.prove().accepted


@pytest.mark.parametrize(
    "garbage", [b"", b"\0", b"\0\xff", b"\0\xa1\x02\x40", b"\0\x80", b"\0\xa0"]
)
def test_a_device_that_talks_nonsense_opens_nothing(desk, garbage) -> None:
    desk.key.twist = Twist(garbage=garbage)
    assert desk.refusal() in {"mfa.key.odd", "mfa.key.gone"}


def test_a_question_ends_when_the_person_does_something_else(desk) -> None:
    class Cancels:
        own_dialog = False

        def plugged(self) -> frozenset[str]:
            return frozenset()

        def ask(self, asking: Asking, stop: threading.Event) -> Asserted:
            desk.passkeys.cancel()
            assert stop.is_set()
            raise AuthenticatorError(Fault.TIMEOUT)

    desk.passkeys._authenticator = Cancels()
    assert desk.refusal() == "mfa.key.timeout"


def test_a_system_that_refuses_is_told_apart_from_a_person(desk) -> None:
    class Refuses:
        own_dialog = True

        def ask(self, asking: Asking, stop: threading.Event) -> Asserted:
            raise AuthenticatorError(Fault.BROKEN)

        register = ask

    desk.passkeys._authenticator = Refuses()
    with pytest.raises(BrokenError):
        desk.prove()
    with pytest.raises(BrokenError):
        desk.passkeys.register("", 0)
    assert desk.passkeys.own_dialog


class Records:
    """Answers with what was said before, whatever the question."""

    own_dialog = False

    def __init__(self, keys: SecurityKeys) -> None:
        self._keys = keys
        self.kept: list[Asserted] = []

    def ask(self, asking: Asking, stop: threading.Event) -> Asserted:
        if not self.kept:
            self.kept.append(self._keys.ask(asking, stop))
        return self.kept[0]


def test_an_answer_is_good_for_its_own_question_alone(desk) -> None:
    replay = Records(desk.passkeys._authenticator)
    desk.passkeys._authenticator = replay
    assert desk.prove().accepted
    assert desk.refusal() == "mfa.key.refused challenge"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"webauthn.get", b"webauthn.create", "type"),
        (b"https://desk", b"https://disk", "origin"),
        (b'"crossOrigin":false', b'"crossOrigin":true', "origin"),
        (b"{", b"[", "shape"),
        (b'"challenge":"', b'"challenge":"A', "challenge"),
    ],
)
def test_client_data_that_was_changed_is_refused(desk, old, new, why) -> None:
    keys = desk.passkeys._authenticator

    class Changes:
        own_dialog = False

        def ask(self, asking: Asking, stop: threading.Event) -> Asserted:
            answer = keys.ask(asking, stop)
            assert old in answer.client_data
            return Asserted(
                credential=answer.credential,
                client_data=answer.client_data.replace(old, new),
                auth_data=answer.auth_data,
                signature=answer.signature,
            )

    desk.passkeys._authenticator = Changes()
    assert desk.refusal() == f"mfa.key.refused {why}"


@pytest.mark.parametrize("auth_data", [b"", b"\0" * 36, b"\0" * 70_000])
def test_authenticator_data_of_another_shape_is_refused(desk, auth_data) -> None:
    keys = desk.passkeys._authenticator

    class Shortens:
        own_dialog = False

        def ask(self, asking: Asking, stop: threading.Event) -> Asserted:
            answer = keys.ask(asking, stop)
            return Asserted(
                credential=answer.credential,
                client_data=answer.client_data,
                auth_data=auth_data,
                signature=answer.signature,
            )

    desk.passkeys._authenticator = Shortens()
    assert desk.refusal() == "mfa.key.refused shape"


def test_a_key_that_answers_for_another_credential_is_refused(desk) -> None:
    keys = desk.passkeys._authenticator

    class Swaps:
        own_dialog = False

        def ask(self, asking: Asking, stop: threading.Event) -> Asserted:
            answer = keys.ask(asking, stop)
            return Asserted(
                credential=b"another",
                client_data=answer.client_data,
                auth_data=answer.auth_data,
                signature=answer.signature,
            )

    desk.passkeys._authenticator = Swaps()
    assert desk.refusal() == "mfa.key.foreign"


def test_a_damaged_public_key_in_a_policy_proves_nothing(desk) -> None:
    listed = desk.listed[0]
    for damaged in ("AAAAAAAAAAAAAAAAAAAAAA", listed.public_key[:-8], "====", "é" * 20):
        desk.listed = (
            PersonKey(person=listed.person, credential=listed.credential, public_key=damaged),
        )
        assert desk.refusal() in {"mfa.key.refused signature", "mfa.key.none-registered"}


def registering(desk: Desk, change: Callable[[Registered], Registered]) -> Message:
    keys = desk.passkeys._authenticator

    class Changes:
        own_dialog = False

        def register(self, wanted: object, stop: threading.Event) -> Registered:
            return change(keys.register(wanted, stop))

    desk.passkeys._authenticator = Changes()
    told = desk.passkeys.register("2468", 0)
    assert isinstance(told, Message)
    return told


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"auth_data": b"\0" * 20}, "shape"),
        ({"client_data": b" " * 70_000}, "shape"),
        ({"client_data": b"{}"}, "shape"),
    ],
)
def test_a_registration_of_another_shape_is_refused(make, fields, why) -> None:
    told = registering(make(), lambda answer: replace(answer, **fields))
    assert said(told) == f"mfa.key.refused {why}"


def test_a_registration_without_a_key_is_refused(make) -> None:
    def bare(answer: Registered) -> Registered:
        data = bytearray(answer.auth_data[:37])
        data[32] &= ~0x40  # no attested credential
        return replace(answer, auth_data=bytes(data))

    assert said(registering(make(), bare)) == "mfa.key.refused shape"


def test_a_public_key_that_is_no_table_proves_nothing(desk) -> None:
    listed = desk.listed[0]
    number = PersonKey(person=listed.person, credential=listed.credential, public_key="GQECAAAA")
    desk.listed = (number,)
    assert desk.refusal() == "mfa.key.refused signature"
