"""What recorded answers of Windows' components mean; a number nobody knows says nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.translations import load
from agentguard.checks.antivirus import CHECK as ANTIVIRUS
from agentguard.checks.disk_encryption import CHECK as DISKS
from agentguard.checks.firewall import CHECK as FIREWALL
from agentguard.model.events import Facts
from agentguard.model.facts import AntivirusSeen, DisksSeen, FirewallSeen
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State
from agentguard.platforms._win32.component_answers import (
    ComponentError,
    Profiles,
    antivirus,
    defender,
    disks,
    firewall,
    in_force,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "windows"
AT = Moment(boot=1.0, wall=1_700_000_000.0)
NOBODY = Facts(last={})
NAMES = {"1": "Domain", "2": "Private", "4": "Public"}


def recorded(name: str) -> dict[str, dict]:
    answers: dict[str, dict] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["answers"]
    return answers


def antivirus_of(answer: dict) -> AntivirusSeen:
    if "error" in answer:
        problem = ComponentError(answer["error"]["hresult"])
        return AntivirusSeen(at=AT, unread=problem.unread)
    return antivirus(answer["rows"], AT)


def firewall_of(answer: dict) -> FirewallSeen:
    enabled = {int(profile): on for profile, on in answer["enabled"].items()}
    managed = {int(profile): said for profile, said in answer.get("managed", {}).items()}
    force = in_force(
        [{"Name": NAMES[name], "Enabled": on} for name, on in answer.get("force", {}).items()]
    )
    profiles = Profiles(active=answer["active"], enabled=enabled, managed=managed, force=force)
    return firewall(profiles, answer.get("others", ()), AT)


def disks_of(answer: dict) -> DisksSeen:
    return disks(answer["drives"], answer.get("rows", ()), answer.get("shell", {}), AT)


@pytest.mark.parametrize("name", recorded("antivirus"))
def test_antivirus(name: str) -> None:
    answer = recorded("antivirus")[name]
    seen = antivirus_of(answer)
    assert seen.unread == answer.get("unread", "")
    assert [[p.product, p.on, p.current] for p in seen.products] == answer.get("products", [])


@pytest.mark.parametrize("name", recorded("firewall"))
def test_firewall(name: str) -> None:
    answer = recorded("firewall")[name]
    seen = firewall_of(answer)
    assert (seen.on, seen.unread) == (answer["on"], answer.get("unread", ""))
    assert (seen.product, seen.agreed) == (answer.get("product", ""), answer.get("agreed", True))


@pytest.mark.parametrize("name", recorded("defender"))
def test_defender_tells_of_itself_where_security_center_is_not(name: str) -> None:
    answer = recorded("defender")[name]
    seen = defender(answer["rows"], AT)
    assert seen.unread == answer.get("unread", "")
    found = [[p.product, p.on, p.current] for p in seen.products]
    assert found == ([answer["product"]] if "product" in answer else [])


def test_every_recorded_answer_names_the_document_that_it_is_from() -> None:
    files = sorted(VECTORS.glob("*.json"))
    assert len(files) >= 6
    for file in files:
        told = json.loads(file.read_text("utf-8"))["sources"]
        assert any(one.startswith("https://learn.microsoft.com/") for one in told), file.name


SAID = st.sampled_from([None, 0, 1, 2, "1", True, False])
ORDERS = st.dictionaries(st.sampled_from([1, 2, 4]), st.lists(SAID, max_size=4))
LOCAL = st.dictionaries(st.sampled_from([1, 2, 4]), st.sampled_from([True, False, None, 1]))
FORCE = st.dictionaries(st.sampled_from([1, 2, 4]), st.sampled_from([0, 1, 2, 3, None]))


@given(st.none() | st.integers(0, 7), LOCAL, ORDERS, FORCE)
def test_no_answers_about_the_firewall_pass_against_what_is_in_force(
    active, enabled, managed, force
) -> None:
    profiles = Profiles(active=active, enabled=enabled, managed=managed, force=force)
    seen = firewall(profiles, (), AT)
    in_use = [p for p in (1, 2, 4) if active and active & p] or [1, 2, 4]
    if seen.on:
        assert all(
            force[p] in (1, 2) if force.get(p) in (0, 1, 2) else enabled.get(p) is True
            for p in in_use
        )
        if seen.agreed:
            assert not any(enabled.get(p) is False for p in in_use)
        assert not any(
            order == 0 for p in in_use for order in managed.get(p, ()) if order is not None
        )
    if seen.on is False:
        assert any(
            (force.get(p) == 0 if force.get(p) in (0, 1, 2) else enabled.get(p) is False)
            or any(order in (0, False) for order in managed.get(p, ()))
            for p in in_use
        )
    assert seen.on is not None or load().has(f"unread.{seen.unread}")


@pytest.mark.parametrize("name", recorded("disks"))
def test_disks(name: str) -> None:
    answer = recorded("disks")[name]
    seen = disks_of(answer)
    assert [volume.encrypted for volume in seen.volumes] == answer["encrypted"]
    assert [volume.mount for volume in seen.volumes] == answer["drives"]


def test_no_drive_at_all_is_no_pass() -> None:
    assert disks((), (), {}, AT).unread


def test_what_was_not_told_is_never_red() -> None:
    untold = [a for a in recorded("antivirus").values() if a.get("unread")]
    assert untold
    for answer in untold:
        assert ANTIVIRUS.judge(antivirus_of(answer), NOBODY, None).state is State.UNKNOWN
    for answer in (a for a in recorded("firewall").values() if a["on"] is None):
        assert FIREWALL.judge(firewall_of(answer), NOBODY, None).state is State.UNKNOWN
    for answer in (a for a in recorded("disks").values() if set(a["encrypted"]) <= {True, None}):
        assert DISKS.judge(disks_of(answer), NOBODY, None).state is not State.FAIL


@given(st.integers(-(2**31), 2**32 - 1))
def test_any_number_of_a_product_is_read_or_not_known(state: int) -> None:
    (product,) = antivirus([{"displayName": "X", "productState": state}], AT).products
    assert product.on in {True, False, None}
    assert product.current in {True, False, None}


@given(st.integers(-(2**31), 2**31 - 1))
def test_every_refusal_has_a_reason_in_words(code: int) -> None:
    assert load().has(f"unread.{ComponentError(code).unread}")


def test_a_refusal_shows_its_number() -> None:
    assert "0x80004001" in str(ComponentError(-2147467263))
