"""What recorded answers of Windows' components mean; a number nobody knows says nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.translations import load
from agentguard.checks.antivirus import CHECK as ANTIVIRUS
from agentguard.checks.disk_encryption import CHECK as DISKS
from agentguard.checks.firewall import CHECK as FIREWALL
from agentguard.model.events import Facts
from agentguard.model.facts import AntivirusSeen, DisksSeen, FirewallSeen, Volume
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State
from agentguard.platforms._win32.component_answers import (
    DEFENDER,
    ComponentError,
    Profiles,
    antivirus,
    defender,
    disks,
    firewall,
)
from agentguard.platforms.recorder.lines import read
from tests.recorded_answers import FILES, FOLDER, cases

AT = Moment(boot=1.0, wall=1_700_000_000.0)
NOBODY = Facts(last={})


def untold(id_: str) -> list[dict]:
    """Give what was made of the recorded answers that tell nothing."""
    every = [line["decoded"] for line in cases(id_).values() if "decoded" in line]
    return [made for made in every if made["unread"]]


REFUSED = {"server": "unsupported", "denied": "denied", "silent": "still-asking"}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_known_by_its_number(case: str) -> None:
    line = cases("antivirus.products")[case]
    assert line["answer"] is None
    assert ComponentError(line["hresult"]).unread == REFUSED[case]


def test_products_are_named_as_they_name_themselves() -> None:
    rows = [{"displayName": "Other AV", "productState": 266240}]
    assert [one.product for one in antivirus(rows, AT).products] == ["Other AV"]
    assert firewall(Profiles(), rows, AT).product == "Other AV"
    (row,) = cases("antivirus.defender")["server-on"]["answer"]["rows"]
    assert [one.product for one in defender([row], AT).products] == [DEFENDER]


def test_every_recorded_answer_names_the_document_that_it_is_from() -> None:
    files = [file for file in FILES if file.name.startswith("documented-")]
    assert len(files) >= 6
    told = {file.name: read(file)[0]["source"] for file in files}
    told["clipboard-marks"] = json.loads((FOLDER / "clipboard-marks.json").read_text("utf-8"))[
        "sources"
    ]
    for name, sources in told.items():
        assert any(one.startswith("https://learn.microsoft.com/") for one in sources), name


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


def test_no_drive_at_all_is_no_pass() -> None:
    assert disks((), (), {}, AT).unread


def test_what_was_not_told_is_never_red() -> None:
    assert untold("antivirus.products")
    for made in untold("antivirus.products"):
        seen = AntivirusSeen(at=AT, unread=made["unread"])
        assert ANTIVIRUS.judge(seen, NOBODY, None).state is State.UNKNOWN
    assert untold("firewall.judged")
    for made in untold("firewall.judged"):
        told = FirewallSeen(at=AT, on=made["on"], unread=made["unread"])
        assert FIREWALL.judge(told, NOBODY, None).state is State.UNKNOWN
    for line in cases("disks.judged").values():
        told = [on for mount, on in line["decoded"].items() if mount != "unread"]
        volumes = tuple(Volume(mount=str(at), encrypted=on) for at, on in enumerate(told))
        seen = DisksSeen(at=AT, volumes=volumes, unread=line["decoded"]["unread"])
        state = DISKS.judge(seen, NOBODY, None).state
        assert (state is State.FAIL) is (False in told)


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
