"""The number of an incident: no wrong sign and no swap goes unnoticed, however it is typed."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.incidents import RANDOM, SIGNS, attached, number_of, read_number
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.posture import ControlState
from agentguard.model.verdicts import Severity, State

NUMBERS = st.lists(st.integers(0, len(SIGNS) - 1), min_size=RANDOM, max_size=RANDOM).map(number_of)


def _plain(number: str) -> list[str]:
    return list(number.replace("-", ""))


@given(NUMBERS)
def test_a_number_is_read_back_however_it_is_typed(number: str) -> None:
    assert read_number(number) == number
    for typed in (number.lower(), number.replace("-", ""), f" {' '.join(number)} "):
        assert read_number(typed) == number


@given(NUMBERS, st.integers(0, RANDOM), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_noticed_at_every_place(number: str, place: int, sign: str) -> None:
    signs = _plain(number)
    known = signs[place]
    signs[place] = sign
    assert (read_number("".join(signs)) == number) is (sign == known)
    assert sign == known or read_number("".join(signs)) == ""


@given(NUMBERS)
def test_two_signs_that_changed_places_are_noticed_wherever_they_stand(number: str) -> None:
    for one, other in combinations(range(RANDOM + 1), 2):
        signs = _plain(number)
        signs[one], signs[other] = signs[other], signs[one]
        changed = signs != _plain(number)
        assert (read_number("".join(signs)) == "") is changed


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_number_or_nothing(typed: str) -> None:
    read = read_number(typed)
    assert read == "" or read_number(read) == read


@pytest.mark.parametrize("typed", ["", "T7HH-DKM", "T7HH-DKM22", "T7HH-DKMI", "I1OL-0000"])
def test_what_is_too_short_too_long_or_of_other_signs_is_none(typed: str) -> None:
    assert read_number(typed) == ""


def test_the_number_of_the_handbook_is_one() -> None:
    assert read_number("t7hh dkm2") == "T7HH-DKM2"
    assert not set("IL01O") & set(SIGNS)
    assert len(SIGNS) == len(set(SIGNS)) == 31


def test_what_is_attached_are_counts_and_the_ids_of_failing_controls() -> None:
    at = Moment(boot=1.0, wall=2.0)
    one = ControlState(
        check="firewall",
        measure=5,
        state=State.FAIL,
        since=at,
        severity=Severity.HIGH,
        detail=say("firewall.off", path="/home/a/secret.csv"),
    )
    others = [replace(one, check=state.value, state=state) for state in State if state != "fail"]
    seen = attached([*others, one], 2)
    assert (seen.findings, seen.failing, seen.in_order, seen.unknown) == (2, ("firewall",), 1, 2)
