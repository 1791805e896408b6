"""What holds of every platform: what is not set up or not possible is left to the person."""

from __future__ import annotations

from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from agentguard.base.errors import PolicyError, SecretError, UplinkError
from agentguard.engine.action_runner import LeftAlone, Unsupported
from agentguard.model.policy import Payment, RecorderPlatform
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.uplink.recorders.asking import ADAPTERS, SIGNS_IN
from agentguard.uplink.recorders.logins import FILE, Logins
from agentguard.uplink.recorders.platform import Login
from agentguard.uplink.recorders.web import Said
from tests.unit.uplink.recorders.fake import SECRET, hand_of
from tests.unit.uplink.recorders.test_genesys_cloud import PAUSE, RESUME, action

LOGIN = Login(user="u", secret=SECRET, agent="a")
NOWHERE = "https://127.0.0.1:9"


def payment(vendor: str) -> Payment:
    platform = RecorderPlatform(
        vendor=vendor, address=NOWHERE, login=NOWHERE, account="A", region="eu-west-2"
    )
    return Payment(platform=platform)


def test_row_238_five9_is_left_to_the_person_and_never_told_to_have_paused(tmp_path) -> None:
    for kind in (PAUSE, RESUME):
        with pytest.raises(LeftAlone) as left:
            hand_of(tmp_path, payment("five9"))(action(kind))
        assert left.value.said.id == "action.recorder-by-hand"


@pytest.mark.parametrize("vendor", sorted(SIGNS_IN))
def test_without_a_login_for_it_a_platform_is_left_to_the_person(tmp_path, vendor) -> None:
    Logins(tmp_path).save("another", LOGIN)
    with pytest.raises(LeftAlone) as left:
        hand_of(tmp_path, payment(vendor))(action(PAUSE))
    assert left.value.said.id == "action.recorder-not-set-up"


@pytest.mark.parametrize("vendor", sorted(SIGNS_IN))
def test_a_platform_that_is_away_is_an_error_within_seconds(tmp_path, vendor) -> None:
    Logins(tmp_path).save(vendor, LOGIN)
    hand = hand_of(tmp_path, payment(vendor))
    with pytest.raises(UplinkError):
        hand(action(PAUSE))
    with pytest.raises(UplinkError):
        hand.go_on()


def test_without_any_recorder_there_is_nothing_to_do(tmp_path) -> None:
    with pytest.raises(Unsupported):
        hand_of(tmp_path)(action(PAUSE))


def test_a_login_lies_in_the_keyring_and_in_no_file(tmp_path) -> None:
    keyring = SimulatedPlace()
    assert Logins(tmp_path, (keyring,)).save("twilio", LOGIN) == "simulated"
    assert SECRET.encode() in b"".join(keyring.kept.values())
    assert all(SECRET.encode() not in file.read_bytes() for file in tmp_path.iterdir())
    assert Logins(tmp_path, (keyring,)).load("twilio") == LOGIN
    keyring.closed = "locked"
    with pytest.raises(SecretError):
        Logins(tmp_path, (keyring,)).load("twilio")
    keyring.closed = ""
    Logins(tmp_path, (keyring,)).forget()
    assert Logins(tmp_path, (keyring,)).load("twilio") is None


def test_a_login_that_is_damaged_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"{}")
    with pytest.raises(SecretError):
        Logins(tmp_path).load("twilio")


def test_nothing_that_is_printed_of_a_login_holds_its_secret() -> None:
    assert SECRET not in repr(LOGIN)


def test_an_answer_that_is_no_list_of_objects_has_no_rows() -> None:
    said = Said(status=200, told={"a": [1, {"b": 2}], "c": "no", "d": 3})
    assert (said.rows("a"), said.rows("c"), said.rows("e"), said.text("d")) == (
        ({"b": 2},),
        (),
        (),
        "",
    )


POLICY = "policy: p\nversion: 1\npayment:\n"


def policy(words: str) -> Payment:
    return parse((POLICY + words).encode(), "p.yaml", shapes()).payment


def test_a_policy_names_a_platform() -> None:
    made = policy(
        "  platform: {vendor: twilio, address: 'https://api.twilio.com', account: AC12}\n"
    )
    assert made.platform.vendor == "twilio"
    assert made.records


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("{vendor: twilio, account: A}", "payment.platform.address is missing; twilio"),
        ("{vendor: genesys-cloud, address: 'https://a'}", "payment.platform.login is missing"),
        ("{vendor: amazon-connect, address: 'https://a', account: B}", "region is missing"),
        ("{vendor: nice-cxone, address: '', login: 'https://a'}", "address is missing"),
        ("{vendor: twilio, address: 'http://a', account: A}", "address"),
        ("{vendor: unheard-of}", "genesys-cloud"),
    ],
)
def test_a_platform_that_cannot_be_asked_is_refused_with_what_is_missing(words, told) -> None:
    with pytest.raises(PolicyError) as error:
        policy(f"  platform: {words}\n")
    assert told in str(error.value)


def test_a_policy_has_one_recorder() -> None:
    words = "  recorder: 'https://a/'\n  platform: {vendor: five9}\n"
    with pytest.raises(PolicyError) as error:
        policy(words)
    assert "payment.recorder is set beside the platform five9" in str(error.value)
    assert policy("  recorder: 'https://a/'\n  platform: {vendor: none}\n").records


def test_every_vendor_of_a_policy_has_an_adapter() -> None:
    (vendors,) = (get_args(t) for t in [get_type_hints(RecorderPlatform)["vendor"]])
    assert set(vendors) == {"none", *ADAPTERS}
