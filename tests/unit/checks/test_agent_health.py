"""The agent's own health: blind sensors, refused policies, no reports, lost events."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.base.translations import load
from agentguard.checks.agent_health import CHECK, Settings
from agentguard.model.events import (
    EventsLost,
    PolicyInForce,
    PolicyRefused,
    PolicyStanding,
    SensorState,
    Tick,
    UplinkState,
    Watching,
)
from agentguard.model.facts import ClockSeen
from agentguard.model.messages import say
from agentguard.model.own_health import ControlsTested, KeysSeen, PartBegan
from agentguard.model.release import Standing
from agentguard.model.verdicts import State

WORDS = load()
WELL = "Everything that can be watched here is watched."


def tick(desk, seconds: float = 0) -> Any:
    """Let time pass and judge."""
    desk.pass_time(seconds)
    return desk.judge(CHECK, Tick)


def sensor(desk, name: str, state: Watching) -> None:
    """Let a sensor tell its state."""
    desk.see(SensorState, sensor=name, state=state)


def report(desk, problem: str = "") -> None:
    """Try to report."""
    desk.see(UplinkState, problem=problem, waiting=7, receipted=0)


def test_all_is_well(desk) -> None:
    sensor(desk, "files", Watching.WATCHING)
    report(desk)
    told = tick(desk)
    assert (told.state, told.words, told.subject) == (State.PASS, WELL, "")


def test_what_is_wrong_at_the_start_is_a_finding_of_its_own_until_a_start_is_right(desk) -> None:
    fault = say("starting.settings-broken", file="/home/a/settings.toml", line=3)
    told = desk.judge(CHECK, PartBegan, part="settings", fault=fault)
    assert (told.state, told.subject) == (State.FAIL, "settings")
    assert "from line 3 on" in told.words
    assert tick(desk).state is State.PASS, "the rest is judged for itself"
    right = desk.judge(CHECK, PartBegan, part="settings", fault=None)
    assert (right.state, right.subject) == (State.PASS, "settings")


def test_a_policy_that_was_lost_is_said_as_it_is(desk) -> None:
    """It was said that the last good one stays in force, when the baseline had taken its place."""
    desk.see(PolicyRefused, message=say("policy.last-good-unreadable"))
    assert "The shipped baseline is in force until" in tick(desk).words


def test_a_pc_that_is_not_enrolled_misses_no_reports(desk) -> None:
    report(desk, "not-enrolled")
    assert tick(desk, 100_000).state is State.PASS


def keys(desk, device: str, vault: str) -> list[str]:
    """Give what is said of the keys' places beside the verdict."""
    seen = desk.see(KeysSeen, device=device, vault=vault)
    return [WORDS.render(row) for row in CHECK.judge(seen, desk.facts, Settings()).rows]


def test_where_the_keys_lie_is_told_beside_what_is_wrong(desk) -> None:
    assert keys(desk, "secret-service", "file") == [
        "The device's key lies in the desktop's keyring.",
        "The vault's key lies in a file that only its user can read.",
    ]
    assert tick(desk).state is State.PASS
    sensor(desk, "files", Watching.FAILED)
    assert keys(desk, "", "dpapi") == ["The vault's key lies in Windows' protected store."]
    assert tick(desk).state is State.FAIL


@pytest.mark.parametrize(
    "place", ["file", "secret-service", "credential-manager", "dpapi", "dpapi-apart"]
)
def test_every_place_has_its_sentence(place: str) -> None:
    assert all(WORDS.has(f"secret.{key}.{place}") for key in ("place", "device", "vault"))


def test_failed_sensors_are_named_until_each_sees_again(desk) -> None:
    sensor(desk, "files", Watching.FAILED)
    sensor(desk, "clipboard", Watching.FAILED)
    assert tick(desk).words.startswith("These parts of AgentGuard do not work: Clipboard, Files.")
    sensor(desk, "files", Watching.WATCHING)
    assert tick(desk).words.startswith("These parts of AgentGuard do not work: Clipboard.")
    sensor(desk, "clipboard", Watching.WATCHING)
    assert tick(desk).words == WELL


def test_what_the_desktop_does_not_give_is_no_failure(desk) -> None:
    sensor(desk, "clipboard", Watching.ABSENT)
    assert tick(desk).state is State.PASS


def test_a_refused_policy_is_told_until_a_valid_one_comes(desk) -> None:
    desk.policy_in_force()
    desk.pass_time(5)
    told = desk.judge(CHECK, PolicyRefused, message=say("unread.denied"))
    assert (told.state, told.words) == (
        State.FAIL,
        "A new policy was refused. The last good one stays in force.",
    )
    desk.pass_time(5)
    assert desk.judge(CHECK, PolicyInForce, policy=desk.policy()).state is State.PASS


def test_why_a_policy_was_rejected_is_said(desk) -> None:
    marks = {"version": 2, "epoch": 1, "mark": 3, "mark_epoch": 1}
    told = desk.judge(CHECK, PolicyRefused, message=say("policy.rejected.rollback", **marks))
    assert told.state is State.FAIL
    assert told.words == (
        "The older policy version 2 (epoch 1) was offered after version 3 (epoch 1). "
        "It was not taken."
    )


@pytest.mark.parametrize(
    ("standing", "state", "says"),
    [
        (Standing(signed=True), State.PASS, WELL),
        (Standing(signed=True, trial=True), State.PASS, "A new policy is in its trial."),
        (Standing(), State.PASS, "The policy in force is not signed"),
        (
            Standing(signed=True, expired=True, expires="2026-10-31"),
            State.FAIL,
            "The policy in force was good until 2026-10-31. It stays in force",
        ),
    ],
    ids=["signed", "in its trial", "unsigned", "out of date"],
)
def test_how_far_the_policy_can_be_relied_on_is_said(desk, standing, state, says) -> None:
    told = desk.judge(CHECK, PolicyStanding, standing=standing)
    assert told.state is state
    assert says in told.words


def test_no_report_for_long_is_told_with_what_waits(desk) -> None:
    report(desk)
    desk.pass_time(60)
    report(desk, "dns")
    assert tick(desk, 239 * 60).state is State.PASS
    told = tick(desk, 1)
    assert told.state is State.FAIL
    assert told.words.startswith("No report has reached the console for more than 240 minutes.")
    assert "(7)" in told.words
    report(desk)
    assert tick(desk).state is State.PASS


def test_an_endpoint_never_reached_counts_from_what_is_remembered(desk) -> None:
    desk.policy_in_force()
    report(desk, "tcp")
    assert tick(desk, 240 * 60).state is State.PASS
    assert tick(desk, 1).state is State.FAIL


def test_an_agent_that_does_not_report_at_all_is_well(desk) -> None:
    assert tick(desk, 10 * 86_400).state is State.PASS


@pytest.mark.parametrize("years", [-50, 10])
def test_the_wall_clock_cuts_nobody_off(desk, years) -> None:
    report(desk)
    report(desk, "clock")
    desk.wall += years * 365 * 86_400
    assert tick(desk).state is State.PASS


def test_lost_events_are_told_for_a_while(desk) -> None:
    told = desk.judge(CHECK, EventsLost, count=12)
    assert (told.state, "(12)" in told.words) == (State.FAIL, True)
    assert tick(desk, 60 * 60).state is State.FAIL
    assert tick(desk, 1).state is State.PASS


def test_the_policy_sets_the_times(desk) -> None:
    short = Settings(offline_minutes=5, lost_minutes=1)
    desk.see(EventsLost, count=1)
    report(desk, "dns")
    desk.pass_time(61)
    assert desk.judge(CHECK, Tick, short).state is State.PASS
    desk.pass_time(240)
    assert desk.judge(CHECK, Tick, short).state is State.FAIL


def test_a_control_that_failed_its_test_is_told_until_it_works_again(desk) -> None:
    desk.see(ControlsTested, worked=("clipboard",), failed=("vault", "journal"))
    told = tick(desk)
    assert told.state is State.FAIL
    assert "self-test failed for: AgentGuard's journal, Vault" in told.words
    desk.see(ControlsTested, worked=("clipboard", "vault", "journal"))
    assert tick(desk).state is State.PASS


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (400 * 86_400.0, "The clock of this computer went 400 d ahead"),
        (-300.0, "The clock of this computer went back by 5 min while"),
    ],
)
def test_a_clock_that_leapt_before_the_start_is_told_until_the_time_is_known(
    desk, seconds: float, words: str
) -> None:
    desk.see(ClockSeen, seconds=seconds)
    told = tick(desk)
    assert told.state is State.FAIL
    assert words in told.words
    assert "nothing is removed because of its age" in told.words
    desk.see(ClockSeen, seconds=0.0)
    assert tick(desk).state is State.PASS


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), float("-inf")])
def test_a_clock_of_which_nothing_can_be_told_is_neither_well_nor_wrong(desk, seconds) -> None:
    desk.see(ClockSeen, seconds=seconds)
    assert desk.judge(CHECK, Tick).state is State.UNKNOWN
