"""Which windows are sensitive, and what ends a proof before its time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentguard.checks.reauth import CHECK, rules
from agentguard.model.events import (
    AppFocused,
    PolicyInForce,
    ProofGiven,
    SensorState,
    SessionState,
    Watching,
)
from agentguard.model.gate import (
    BY_KEY,
    AppGroup,
    Ended,
    GateSeen,
    GateUnseen,
    PersonKey,
    ProofsEnded,
    ProverBroken,
    ProverWorks,
    Settings,
)
from agentguard.model.policy import Control
from agentguard.model.verdicts import Severity, State

RULES = Settings(
    groups=(
        AppGroup(name="Web records", images=("chrome", "msedge"), titles=("Records - .*",)),
        AppGroup(name="Till", images=("pos",), window_classes=("PosMain*",), grace_minutes=5),
        AppGroup(name="Records", images=("crm",)),
    ),
    grace_minutes=15,
)


def focus(desk, image: str, window_class: str = "Main", titled: tuple[str, ...] = ()) -> Any:
    return desk.judge(
        CHECK, AppFocused, RULES, image=image, window_class=window_class, titled=titled
    )


def prove(desk, group: str = "Records", factor: str = "totp") -> None:
    desk.see(ProofGiven, group=group, factor=factor)


def session(desk, *, locked: bool | None = False, active: bool | None = True) -> Any:
    return desk.judge(
        CHECK, SessionState, RULES, locked=locked, idle=0.0, source="logind", active=active
    )


def test_a_tab_of_a_browser_counts_by_its_title(desk) -> None:
    assert focus(desk, "chrome", titled=("Web records",)).subject == "Web records"
    assert focus(desk, "chrome").state is None
    assert focus(desk, "mail", titled=("Web records",)).state is None


def test_a_window_counts_by_its_class_too(desk) -> None:
    assert focus(desk, "pos", "PosMainWindow").subject == "Till"
    assert focus(desk, "pos", "PosHelp").state is None


def test_a_group_may_have_a_grace_of_its_own(desk) -> None:
    prove(desk, "Till")
    prove(desk, "Records")
    desk.pass_time(5 * 60 + 1)
    told = focus(desk, "pos", "PosMain")
    assert (told.state, told.subject) == (State.FAIL, "Till")
    assert "more than 5 minutes old" in told.words
    assert focus(desk, "crm").state is State.PASS


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Ended.SWITCHED, "somebody else used this computer"),
        (Ended.RESUMED, "the computer slept"),
    ],
)
def test_what_ended_the_proof_is_said(desk, why, words) -> None:
    prove(desk)
    desk.pass_time(1)
    desk.see(ProofsEnded, why=why)
    told = focus(desk, "crm")
    assert (told.state, told.subject) == (State.FAIL, "Records")
    assert words in told.words
    desk.pass_time(1)
    prove(desk)
    assert focus(desk, "crm").state is State.PASS


def test_a_pulled_key_ends_what_it_gave(desk) -> None:
    prove(desk, factor=BY_KEY)
    prove(desk, "Till", factor="totp")
    desk.pass_time(1)
    desk.see(ProofsEnded, why=Ended.KEY_GONE)
    assert "key was pulled out" in focus(desk, "crm").words
    assert focus(desk, "pos", "PosMain").state is State.PASS


def test_what_stays_in_front_is_judged_when_something_ends_the_proof(desk) -> None:
    session(desk)
    focus(desk, "crm")
    prove(desk)
    desk.pass_time(1)
    told = desk.judge(CHECK, ProofsEnded, RULES, why=Ended.RESUMED)
    assert (told.state, told.subject) == (State.FAIL, "Records")


@pytest.mark.parametrize(
    "state",
    [{"locked": True}, {"locked": None}, {"active": False}, {"locked": None, "active": None}],
)
def test_while_nobody_can_be_at_the_desk_nothing_is_asked(desk, state) -> None:
    focus(desk, "crm")
    prove(desk)
    desk.pass_time(1)
    session(desk, **state)
    assert desk.judge(CHECK, ProofsEnded, RULES, why=Ended.SWITCHED).state is None


def test_before_the_session_is_known_nothing_is_asked(desk) -> None:
    focus(desk, "crm")
    prove(desk)
    desk.pass_time(1)
    assert desk.judge(CHECK, ProofsEnded, RULES, why=Ended.SWITCHED).state is None


def test_after_twelve_hours_in_front_a_proof_is_too_old(desk) -> None:
    focus(desk, "crm")
    prove(desk)
    desk.pass_time(12 * 3600)
    assert session(desk).state is None
    desk.pass_time(1)
    told = session(desk)
    assert (told.state, told.subject) == (State.FAIL, "Records")
    assert "more than 12 hours old" in told.words


def test_a_broken_prover_is_critical_until_one_works(desk) -> None:
    told = desk.judge(CHECK, ProverBroken, RULES, group="Records", factor="passkey")
    assert (told.state, told.subject) == (State.FAIL, "prover")
    assert "passkey" in told.words
    verdict = CHECK.judge(
        desk.see(ProverBroken, group="Records", factor="passkey"), desk.facts, RULES
    )
    assert verdict.severity is Severity.CRITICAL
    told = desk.judge(CHECK, ProverWorks, RULES)
    assert (told.state, told.subject) == (State.PASS, "prover")


def test_a_dialog_that_is_not_seen_is_wrong_until_it_is(desk) -> None:
    told = desk.judge(CHECK, GateUnseen, RULES)
    assert (told.state, told.subject) == (State.FAIL, "dialog")
    assert desk.judge(CHECK, GateSeen, RULES, prompt="1", seen=False).state is None
    told = desk.judge(CHECK, GateSeen, RULES, prompt="1", seen=True)
    assert (told.state, told.subject) == (State.PASS, "dialog")


def test_how_many_keys_there_are_is_said(desk) -> None:
    key = PersonKey(person="p-" + "0" * 24, credential="A" * 20, public_key="B" * 60)
    settings = replace(RULES, keys=(key, key))
    told = desk.judge(CHECK, SensorState, settings, sensor="foreground", state=Watching.WATCHING)
    assert "Security keys registered: 2." in told.words


def test_what_a_policy_says_of_the_gate(desk) -> None:
    def control(settings: object, *, paused: bool = False) -> Control:
        return Control(
            check="reauth", paused=paused, severity=Severity.HIGH, respond=(), settings=settings
        )

    policy = desk.policy()
    assert rules(policy) == Settings()
    for said, expected in (
        (control(RULES), RULES),
        (control(RULES, paused=True), Settings()),
        (control(None), Settings()),
    ):
        assert rules(replace(policy, controls={"reauth": said})) == expected
    assert PolicyInForce in CHECK.on
