"""What `agentguard doctor` says of the places of keys, and of the keys themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentguard.base.translations import load
from agentguard.commands._capabilities import Capability, Standing
from agentguard.commands._machine import keys
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.ports.secrets import Places
from agentguard.uplink.identity import KeySafe
from tests.cli.typed import Type


@pytest.fixture
def place() -> SimulatedPlace:
    return SimulatedPlace("secret-service")


def said(home: Path, place: SimulatedPlace) -> dict[str, Capability]:
    places = Places(device=(place,), vault=(place,))
    found = {one.name: one for one in keys(home, places)}
    assert list(found) == ["secret-service", "device-key", "vault-key"], "a place is tried once"
    for one in found.values():
        assert not one.reason or load().has(one.reason.id)
    return found


def test_an_open_place_is_tried_with_a_secret_that_is_thrown_away(
    home: Path, place: SimulatedPlace
) -> None:
    found = said(home, place)
    assert found["secret-service"].standing is Standing.WORKS
    assert place.kept == {}
    assert {found["device-key"].standing, found["vault-key"].standing} == {Standing.ABSENT}
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("closed", "standing"),
    [
        ("absent", Standing.ABSENT),
        ("locked", Standing.DENIED),
        ("denied", Standing.DENIED),
        ("silent", Standing.FAILED),
    ],
)
def test_a_closed_one_says_why_and_so_does_the_key_in_it(
    closed: str, standing: Standing, home: Path, place: SimulatedPlace
) -> None:
    KeySafe(home / "device.key", (place,)).make()
    place.closed = closed
    found = said(home, place)
    assert {found["secret-service"].standing, found["device-key"].standing} == {standing}
    assert found["device-key"].reason.id == f"secret.reason.{closed}"


def test_one_that_forgets_what_it_took_has_failed(home: Path, place: SimulatedPlace) -> None:
    place.forgetful = True
    assert said(home, place)["secret-service"].standing is Standing.FAILED


def test_a_key_is_read_where_it_lies_and_does_not_move(home: Path, place: SimulatedPlace) -> None:
    KeySafe(home / "device.key").make()
    found = said(home, place)
    assert found["device-key"].reason.id == "secret.device.file"
    assert (home / "device.key").exists()
    KeySafe(home / "device.key", (place,)).load()
    assert said(home, place)["device-key"].reason.id == "secret.device.secret-service"


@pytest.mark.parametrize("wipe", [True, False], ids=["gone", "damaged"])
def test_a_key_that_is_lost_or_damaged_is_told(
    wipe: bool, home: Path, place: SimulatedPlace
) -> None:
    KeySafe(home / "device.key", (place,)).make()
    place.kept = {} if wipe else dict.fromkeys(place.kept, b"x")
    key = said(home, place)["device-key"]
    assert key.standing is Standing.FAILED
    assert key.reason.id == f"secret.reason.{'gone' if wipe else 'damaged'}"


def test_it_stands_in_the_list(type_: Type) -> None:
    shown = json.loads(type_("doctor", "--json").out)
    names = {one["name"] for one in shown["capabilities"]}
    assert {"device-key", "vault-key"} <= names
