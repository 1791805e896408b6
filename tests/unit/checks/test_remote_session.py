"""A remote session: every open way out is a finding, closed ones are proof, the rest is unknown."""

from __future__ import annotations

import pytest

from agentguard.checks.remote_session import CHECK, Settings
from agentguard.model.machine import RemoteSessionSeen
from agentguard.model.verdicts import State


@pytest.mark.parametrize(
    ("clipboard", "drives", "state", "words"),
    [
        (True, True, State.FAIL, "pasted outside of it, and files can be saved"),
        (True, False, State.FAIL, "can be pasted outside of it (RDP)"),
        (True, None, State.FAIL, "can be pasted outside of it (RDP)"),
        (False, True, State.FAIL, "can be saved on the PC in front of you"),
        (None, True, State.FAIL, "can be saved on the PC in front of you"),
        (None, False, State.UNKNOWN, "It is not known"),
        (False, None, State.UNKNOWN, "It is not known"),
        (False, False, State.PASS, "neither clipboard nor drives"),
    ],
)
def test_every_way_out_counts(desk, clipboard, drives, state, words) -> None:
    told = desk.judge(CHECK, RemoteSessionSeen, protocol="RDP", clipboard=clipboard, drives=drives)
    assert told.state is state
    assert words in told.words


def test_at_the_computer_itself_there_is_nothing_to_judge(desk) -> None:
    told = desk.judge(CHECK, RemoteSessionSeen)
    assert told.state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(allow_clipboard=True), "can be saved on the PC in front of you"),
        (Settings(allow_drives=True), "can be pasted outside"),
        (Settings(allow_clipboard=True, allow_drives=True), "apart from what the policy allows"),
    ],
    ids=["clipboard", "drives", "both"],
)
def test_what_a_site_has_authorised_is_no_finding(desk, settings, words) -> None:
    told = desk.judge(
        CHECK, RemoteSessionSeen, settings, protocol="RDP", clipboard=True, drives=True
    )
    assert words in told.words


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, RemoteSessionSeen, unread="denied").state is State.UNKNOWN
