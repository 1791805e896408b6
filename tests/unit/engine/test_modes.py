"""The modes of a desk: each told with what it rests on, all in one order, and not knowing too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.model.events import (
    NOT_ENROLLED,
    PolicyRefused,
    SensorState,
    UplinkState,
    Watching,
)
from agentguard.model.exceptions import Request, RequestState
from agentguard.model.messages import say
from agentguard.model.modes import HOUR, TOLD_FOR, ModeKind, Weight, modes
from agentguard.model.payment import PaymentMode, Recorder
from agentguard.model.policy import Payment, PaymentWindow
from agentguard.model.release import Standing
from agentguard.model.verdicts import Finding, Severity
from tools.gallery import data

GOOD = data.good()


def forms(seen) -> list[str]:
    return [f"{one.kind}.{one.form}" for one in modes(seen)]


def sensor(name: str, state: Watching) -> SensorState:
    return SensorState(at=data.NOON, sensor=name, state=state)


def test_a_desk_at_which_nothing_special_holds_has_no_mode() -> None:
    assert forms(GOOD) == []


def test_row_543_a_drill_is_told_quietly_with_since_when() -> None:
    (mode,) = modes(replace(GOOD, drilling=data.NOON))
    assert (mode.kind, mode.form, mode.at) == (ModeKind.DRILL, "running", data.NOON)
    assert mode.weight is Weight.QUIET


@pytest.mark.parametrize("recorder", Recorder)
def test_a_payment_is_red_only_where_the_person_must_pause_the_recorder(recorder) -> None:
    seen = replace(
        GOOD, payment=PaymentMode(since=data.NOON, image="till", recorder=recorder, cleared=2)
    )
    (mode,) = modes(seen)
    red = recorder in {Recorder.FAILED, Recorder.UNKNOWN, Recorder.BY_HAND}
    assert (mode.kind, mode.form, mode.at) == (ModeKind.PAYMENT, recorder.value, data.NOON)
    assert (mode.weight is Weight.URGENT) == red
    assert mode.params == {"app": "till", "cleared": 2}


def test_payment_windows_that_nobody_sees_are_told_only_where_there_are_some() -> None:
    blind = replace(GOOD, sensors=(sensor("foreground", Watching.ABSENT),))
    assert forms(blind) == []
    rules = Payment(windows=(PaymentWindow(images=("till",)),))
    with_windows = replace(blind, policy=replace(blind.policy, payment=rules))
    assert forms(with_windows) == ["payment.not-known"]
    watched = replace(with_windows, sensors=(sensor("foreground", Watching.WATCHING),))
    assert forms(watched) == []


def test_the_screens_are_covered_soon_or_already_and_a_locked_one_says_nothing() -> None:
    soon = replace(GOOD, soon=data.NOON)
    assert forms(soon) == ["shield.soon-lock"]
    assert forms(replace(soon, in_call=True)) == ["shield.soon-cover", "call.live"]
    assert forms(data.covered(GOOD, data.SHIELD)) == ["shield.up", "call.live"]
    assert forms(replace(soon, locked=True)) == []


@pytest.mark.parametrize(
    ("name", "told"), [("session", "shield.not-known"), ("call", "call.not-known")]
)
def test_what_cannot_be_known_here_is_said_as_not_known(name, told) -> None:
    assert forms(replace(GOOD, sensors=(sensor(name, Watching.ABSENT),))) == [told]


def test_parts_that_failed_are_named_and_one_that_never_was_is_no_fault() -> None:
    assert forms(replace(GOOD, sensors=())) == ["parts.starting"]
    two = (sensor("files", Watching.FAILED), sensor("host", Watching.FAILED))
    (mode,) = modes(replace(GOOD, sensors=(*two, sensor("calls", Watching.ABSENT))))
    assert (mode.form, mode.sensors, mode.why) == ("failed", ("files", "host"), None)


def test_row_519_a_journal_that_cannot_be_written_tells_why() -> None:
    why = say("engine.journal-refused")
    failed = replace(sensor("journal", Watching.FAILED), message=why)
    (mode,) = modes(replace(GOOD, sensors=(failed,)))
    assert (mode.form, mode.sensors, mode.why) == ("failed", ("journal",), why)


@pytest.mark.parametrize(
    ("id_", "told"),
    [
        ("agent-health.control", ["parts.health"]),
        ("policy.rejected.unsigned", []),
        ("agent-health.uplink", []),
    ],
)
def test_what_is_wrong_with_the_agent_is_told_unless_a_mode_of_its_own_tells_it(id_, told) -> None:
    one = Finding(
        check="agent-health",
        subject="",
        severity=Severity.MEDIUM,
        message=say(id_),
        since=data.NOON,
    )
    elsewhere = replace(one, check="firewall")
    assert forms(replace(GOOD, findings=(one, elsewhere))) == told


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (None, "policy.not-known"),
        (Standing(signed=True, expires="2026-11-01", expired=True), "policy.expired"),
        (Standing(signed=True, trial=True), "policy.trial"),
        (Standing(), "policy.unsigned"),
    ],
)
def test_how_far_the_policy_can_be_relied_on_is_told(standing, told) -> None:
    assert forms(replace(GOOD, standing=standing)) == [told]


def test_a_refused_policy_is_told_beside_what_is_in_force() -> None:
    refused = PolicyRefused(at=data.NOON, message=say("agent-health.policy"))
    seen = replace(GOOD, refused=refused, standing=Standing())
    assert forms(seen) == ["policy.refused", "policy.unsigned"]
    assert modes(seen)[0].why == refused.message


def test_controls_that_are_paused_are_named() -> None:
    (mode,) = modes(data.paused())
    assert (mode.kind, mode.checks) == (ModeKind.EXCEPTION, ("vendors",))


@pytest.mark.parametrize(
    ("state", "until", "ruled", "told"),
    [
        (RequestState.WAITING, HOUR, 0.0, ("waiting", HOUR)),
        (RequestState.WAITING, -1.0, 0.0, None),
        (RequestState.RUNNING, HOUR, -1.0, None),
        (RequestState.DECLINED, HOUR, -HOUR, ("declined", HOUR)),
        (RequestState.DECLINED, HOUR, -TOLD_FOR, None),
        (RequestState.LAPSED, -HOUR, -HOUR, ("lapsed", -HOUR)),
        (RequestState.OVER, HOUR, -60.0, ("over", -60.0)),
        (RequestState.OVER, HOUR, -TOLD_FOR, None),
    ],
)
def test_how_a_request_for_an_exception_stands_is_told_for_a_while(
    state: RequestState, until: float, ruled: float, told: tuple[str, float] | None
) -> None:
    now = GOOD.at.wall
    ruled = now + ruled if ruled else 0.0
    one = Request(
        id="a1", control="vendors", until=now + until, asked=now - HOUR, state=state, ruled=ruled
    )
    found = modes(replace(GOOD, requests=(one,)))
    if told is None:
        assert not found
        return
    (mode,) = found
    assert (mode.kind, mode.form, mode.at.wall) == (ModeKind.EXCEPTION, told[0], now + told[1])
    assert (mode.checks, mode.params) == (("vendors",), {"about": "a1"})
    assert (mode.weight is Weight.NOTED) is (state is RequestState.DECLINED)


def test_nobody_asked_yet_not_enrolled_and_not_answered_are_three_things() -> None:
    def told(uplink: UplinkState | None, answered=data.NOON) -> list[str]:
        return forms(replace(GOOD, uplink=uplink, answered=answered))

    at = {"at": data.NOON, "waiting": 3, "receipted": 0}
    assert told(None) == ["offline.not-known"]
    assert told(UplinkState(problem=NOT_ENROLLED, **at)) == ["enrolment.none"]
    assert told(UplinkState(problem="dns", **at)) == ["offline.since"]
    assert told(UplinkState(problem="dns", **at), answered=None) == ["offline.never"]
    assert told(UplinkState(problem="", **at)) == []


def test_many_at_once_stand_in_the_order_of_their_kinds() -> None:
    """Each kind is there, in an order that does not depend on what began first."""
    kinds = [one.kind for one in modes(data.all_modes())]
    assert kinds == sorted(kinds, key=list(ModeKind).index)
    never = {ModeKind.ENROLMENT, ModeKind.DRILL}  # this desk is enrolled and in a call
    assert set(kinds) == set(ModeKind) - never
