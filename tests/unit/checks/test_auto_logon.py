"""Automatic sign-in: on is a finding, off is proof, anything else is unknown."""

from __future__ import annotations

import pytest

from agentguard.checks.auto_logon import CHECK
from agentguard.model.machine import AutoLogonSeen
from agentguard.model.verdicts import State


@pytest.mark.parametrize(
    ("on", "state"), [(True, State.FAIL), (False, State.PASS), (None, State.UNKNOWN)]
)
def test_it_is_judged_as_it_is(desk, on, state) -> None:
    assert desk.judge(CHECK, AutoLogonSeen, on=on, product="GDM").state is state


def test_it_says_which_sign_in_screen_and_never_who(desk) -> None:
    told = desk.judge(CHECK, AutoLogonSeen, on=True, product="LightDM")
    assert told.words == "LightDM signs somebody in without a password."


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, AutoLogonSeen, unread="denied").state is State.UNKNOWN
