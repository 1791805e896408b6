"""The gate: when a sensitive application asks for a proof, and when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.checks.reauth import CHECK
from agentguard.model.events import (
    AppFocused,
    PolicyInForce,
    ProofGiven,
    SensorState,
    SessionState,
    Watching,
)
from agentguard.model.gate import AppGroup, Settings
from agentguard.model.messages import say
from agentguard.model.verdicts import State

GROUPS = Settings(
    groups=(
        AppGroup(name="Payments", images=("payment-*", "till")),
        AppGroup(name="Customers", images=("crm",)),
    ),
    grace_minutes=15,
)


def focus(desk, image: str = "crm") -> Any:
    """Bring an application to the front."""
    return desk.judge(CHECK, AppFocused, GROUPS, image=image, window_class="Main")


def prove(desk, group: str = "Customers") -> None:
    """Give a proof."""
    desk.see(ProofGiven, group=group, factor="totp")


def test_the_first_focus_asks_and_names_the_group(desk) -> None:
    told = focus(desk)
    assert (told.state, told.subject) == (State.FAIL, "Customers")
    assert told.words == "Customers: please prove that it is you."


def test_other_applications_ask_for_nothing(desk) -> None:
    assert focus(desk, "firefox").state is None


@pytest.mark.parametrize("image", ["payment-terminal", "PAYMENT-X", "till"])
def test_images_are_patterns_of_any_case(desk, image) -> None:
    assert focus(desk, image).subject == "Payments"


def test_a_proof_closes_the_finding_of_its_group(desk) -> None:
    focus(desk)
    told = desk.judge(CHECK, ProofGiven, GROUPS, group="Customers", factor="totp")
    assert (told.state, told.subject) == (State.PASS, "Customers")


def test_a_proof_holds_for_the_grace_and_not_longer(desk) -> None:
    prove(desk)
    desk.pass_time(15 * 60)
    assert focus(desk).state is State.PASS
    desk.pass_time(1)
    told = focus(desk)
    assert told.state is State.FAIL
    assert "more than 15 minutes old" in told.words


def test_a_proof_holds_for_its_own_group_alone(desk) -> None:
    prove(desk, "Payments")
    assert focus(desk, "crm").state is State.FAIL
    assert focus(desk, "till").state is State.PASS


def test_a_proof_of_one_group_does_not_forget_that_of_another(desk) -> None:
    prove(desk, "Payments")
    desk.pass_time(60)
    prove(desk, "Customers")
    assert focus(desk, "till").state is State.PASS
    assert focus(desk, "crm").state is State.PASS


def test_after_a_lock_a_proof_is_asked_for_again(desk) -> None:
    prove(desk)
    desk.pass_time(10)
    desk.see(SessionState, locked=True, idle=0.0, source="logind")
    desk.pass_time(10)
    desk.see(SessionState, locked=False, idle=0.0, source="logind")
    told = focus(desk)
    assert told.state is State.FAIL
    assert "locked since" in told.words


def session(desk, *, locked: bool | None) -> Any:
    """Judge a reading of the session, ten seconds later."""
    desk.pass_time(10)
    return desk.judge(CHECK, SessionState, GROUPS, locked=locked, idle=0.0, source="logind")


def test_an_application_left_in_front_asks_when_the_screen_is_unlocked(desk) -> None:
    focus(desk)
    prove(desk)
    assert session(desk, locked=False).state is None
    assert session(desk, locked=True).state is None
    assert session(desk, locked=None).state is None
    told = session(desk, locked=False)
    assert (told.state, told.subject) == (State.FAIL, "Customers")
    assert "locked since" in told.words
    prove(desk)
    assert session(desk, locked=False).state is None


def test_an_unlock_asks_nothing_for_another_application(desk) -> None:
    prove(desk)
    assert session(desk, locked=False).state is None
    session(desk, locked=True)
    assert session(desk, locked=False).state is None
    focus(desk, "firefox")
    session(desk, locked=True)
    assert session(desk, locked=False).state is None


def test_a_lock_before_the_proof_does_not_matter(desk) -> None:
    desk.see(SessionState, locked=True, idle=0.0, source="logind")
    desk.pass_time(10)
    prove(desk)
    assert focus(desk).state is State.PASS


@pytest.mark.parametrize("years", [-50, 10])
def test_the_wall_clock_ends_no_proof(desk, years) -> None:
    prove(desk)
    desk.wall += years * 365 * 86_400
    assert focus(desk).state is State.PASS


def test_the_control_passes_while_the_window_in_front_is_watched(desk) -> None:
    told = desk.judge(CHECK, SensorState, GROUPS, sensor="foreground", state=Watching.WATCHING)
    assert (told.state, told.subject) == (State.PASS, "")
    assert "Groups of them: 2." in told.words


def test_a_blind_sensor_makes_it_unknown_for_the_sensors_reason(desk) -> None:
    told = desk.judge(
        CHECK,
        SensorState,
        GROUPS,
        sensor="foreground",
        state=Watching.ABSENT,
        message=say("unread.unsupported"),
    )
    assert (told.state, told.words) == (State.UNKNOWN, "This system does not tell.")


def test_other_sensors_say_nothing_about_it(desk) -> None:
    told = desk.judge(CHECK, SensorState, GROUPS, sensor="files", state=Watching.FAILED)
    assert told.state is None


def test_without_groups_it_does_not_apply(desk) -> None:
    told = desk.judge(CHECK, SensorState, sensor="foreground", state=Watching.WATCHING)
    assert told.state is State.NOT_APPLICABLE


def test_a_new_policy_is_judged_at_once(desk) -> None:
    policy = desk.policy()
    assert desk.judge(CHECK, PolicyInForce, GROUPS, policy=policy).state is None
    desk.see(SensorState, sensor="foreground", state=Watching.WATCHING)
    assert desk.judge(CHECK, PolicyInForce, GROUPS, policy=policy).state is State.PASS
    told = desk.judge(CHECK, PolicyInForce, Settings(), policy=policy)
    assert told.state is State.NOT_APPLICABLE
