"""A proof on the shield opens the gate behind it: once, while it holds, never a stronger one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.engine.privacy_shield import serves
from agentguard.model.events import CallState, SensorState, SessionState, Watching
from agentguard.model.gate import BROKEN, BY_KEY, AppGroup, Ended, GateSeen, ProofsEnded, Settings
from agentguard.model.shield import Shield, ShieldLifted, Why
from tests.unit.engine.test_gate import Gate

RECORDS, TILL = (
    AppGroup(name="Records", images=("crm",)),
    AppGroup(name="Payments", images=("till",), grace_minutes=1),
)


def gate_of(*groups: AppGroup, **more: object) -> Gate:
    return Gate(settings=Settings(groups=groups, **more))


@pytest.fixture
def gate() -> Gate:
    return gate_of(RECORDS, TILL)


def lift(gate: Gate, factor: str = "totp", person: str = "p-1") -> None:
    gate.see(ShieldLifted, factor=factor, person=person)


def carried(gate: Gate) -> list[tuple[object, object]]:
    return [(one["group"], one["seconds"]) for one in gate.records("proof.carried")]


def test_row_234_a_code_on_the_shield_opens_the_gate_that_comes_behind_it(gate) -> None:
    lift(gate)
    gate.tick(22)
    gate.focus("crm")
    assert not gate.asked
    assert not gate.open
    assert gate.records("proof.carried") == [
        {"group": "Records", "factor": "totp", "person": "p-1", "seconds": 22}
    ]


def test_it_holds_no_longer_than_a_proof_at_the_gate_that_was_given_then(gate) -> None:
    lift(gate)
    gate.tick(10)
    gate.focus("crm")
    gate.pass_time(15 * 60 - 11)
    gate.focus("crm")
    assert not gate.asked
    gate.tick(2)
    gate.focus("crm")
    assert [p.topic for p in gate.asked] == ["Records"]


def test_the_gates_own_grace_counts(gate) -> None:
    lift(gate)
    gate.tick(61)
    gate.focus("till")
    assert [p.topic for p in gate.asked] == ["Payments"]
    assert carried(gate) == []


def test_it_serves_one_gate_and_the_next_asks(gate) -> None:
    lift(gate)
    gate.focus("crm")
    gate.focus("till")
    assert [p.topic for p in gate.asked] == ["Payments"]
    assert carried(gate) == [("Records", 0)]
    gate.prove("Payments")
    lift(gate)
    gate.pass_time(15 * 60 - 30)
    lift(gate)
    gate.focus("till")
    assert not gate.asked


def test_a_gate_that_is_open_by_itself_does_not_use_it_up(gate) -> None:
    gate.pass_gate()
    lift(gate)
    gate.focus("crm")
    assert carried(gate) == []
    gate.focus("till")
    assert carried(gate) == [("Payments", 0)]


@pytest.mark.parametrize("why", [Ended.SWITCHED, Ended.RESUMED])
def test_another_user_and_sleep_end_it(gate, why) -> None:
    lift(gate)
    gate.tick()
    gate.see(ProofsEnded, why=why)
    gate.focus("crm")
    assert [p.topic for p in gate.asked] == ["Records"]
    assert carried(gate) == []


def test_a_lock_ends_it(gate) -> None:
    lift(gate)
    gate.tick()
    gate.session(locked=True)
    gate.session()
    gate.focus("crm")
    assert [p.topic for p in gate.asked] == ["Records"]


def test_the_key_that_is_pulled_ends_what_it_gave(gate) -> None:
    lift(gate, BY_KEY)
    gate.tick()
    gate.see(ProofsEnded, why=Ended.KEY_GONE)
    gate.focus("crm")
    assert [p.topic for p in gate.asked] == ["Records"]


@pytest.mark.parametrize("factor", ["break-glass", "break-glass-offline", BROKEN, "", "unheard-of"])
def test_row_235_what_a_supervisor_or_nobody_opened_never_opens_a_gate(gate, factor) -> None:
    lift(gate, factor)
    gate.focus("crm")
    assert [p.topic for p in gate.asked] == ["Records"]
    assert carried(gate) == []


@pytest.mark.parametrize(
    ("wanted", "opened"),
    [
        ("code", {"totp", "offline-code", BY_KEY}),
        ("key", {BY_KEY}),
        ("none", set()),
    ],
)
def test_row_235_a_weaker_factor_never_serves_a_stronger_gate(wanted, opened) -> None:
    every = ("totp", "offline-code", BY_KEY, "break-glass", BROKEN)
    group = replace(RECORDS, after_shield=wanted)
    assert {factor for factor in every if serves(factor, group)} == opened
    for factor in every:
        gate = gate_of(group)
        lift(gate, factor)
        gate.focus("crm")
        assert (gate.asked == []) == (factor in opened), factor


def test_the_dialog_beneath_the_shield_goes_with_it(gate) -> None:
    gate.focus("crm")
    assert gate.asked
    lift(gate)
    assert not gate.asked
    assert not gate.open
    assert carried(gate) == [("Records", 0)]
    gate.focus("till")
    assert [p.topic for p in gate.asked] == ["Payments"]


def test_a_question_that_waits_for_the_end_of_a_call_goes_with_it_too(gate) -> None:
    gate.call(on=True)
    gate.focus("crm")
    assert not gate.asked
    lift(gate)
    gate.call(on=False)
    gate.pass_time(60)
    assert not gate.asked
    assert not gate.open


def test_a_dialog_that_wants_a_key_stays_where_a_code_lifted_the_shield() -> None:
    gate = gate_of(replace(RECORDS, after_shield="key"))
    gate.focus("crm")
    lift(gate)
    assert [p.topic for p in gate.asked] == ["Records"]


def test_without_groups_and_for_other_programs_nothing_is_carried(gate) -> None:
    lift(gate)
    gate.focus("notes")
    assert carried(gate) == []
    none = gate_of()
    lift(none)
    none.focus("crm")
    assert carried(none) == []
    assert not none.asked


def waiting(gate: Gate) -> float:
    """Give the seconds that are left of the dialog's time."""
    (prompt,) = gate.asked
    assert prompt.deadline is not None
    return prompt.deadline - gate.clock.now().boot


def begun(gate: Gate) -> Gate:
    """Give a gate that asks, 20 s after it began."""
    gate.tick()
    gate.focus("crm")
    for _ in range(20):
        gate.tick()
        gate.see(GateSeen, prompt=gate.asked[0].id, seen=True)
    assert waiting(gate) == 100
    return gate


def away_locked(gate: Gate, *, on: bool) -> None:
    gate.see(SessionState, locked=on, idle=0.0, source="test")


def away_switched(gate: Gate, *, on: bool) -> None:
    gate.see(SessionState, locked=False, idle=0.0, source="test", active=not on)


def away_in_call(gate: Gate, *, on: bool) -> None:
    gate.see(CallState, in_call=on, source="test")


def away_covered(gate: Gate, *, on: bool) -> None:
    shield = Shield(why=Why.CALL, since=gate.clock.now()) if on else None
    gate.engine.state = replace(gate.engine.state, shield=shield)


@pytest.mark.parametrize("away", [away_locked, away_switched, away_in_call, away_covered])
def test_row_236_no_deadline_runs_while_nobody_can_answer(gate, away) -> None:
    begun(gate)
    away(gate, on=True)
    for _ in range(600):
        gate.tick()
    assert waiting(gate) == 100
    away(gate, on=False)
    for _ in range(99):
        gate.tick()
    assert gate.asked
    assert not gate.records("prompt.answered")
    for _ in range(3):
        gate.tick()
    assert [one["answer"] for one in gate.records("prompt.answered")] == ["silence"]


def test_row_236_no_deadline_runs_while_the_computer_sleeps(gate) -> None:
    begun(gate)
    gate.tick(8 * 3600.0)
    assert waiting(gate) == pytest.approx(100, abs=1)


def test_the_first_tick_of_an_agent_puts_nothing_off(gate) -> None:
    gate.focus("crm")
    gate.session(locked=True)
    gate.tick()
    assert waiting(gate) == 119


def test_a_dialog_that_was_made_since_the_last_tick_is_put_off_from_then_on(gate) -> None:
    gate.tick()
    gate.clock.advance(0.8)
    gate.focus("crm")
    away_covered(gate, on=True)
    gate.clock.advance(0.2)
    gate.tick(0.0)
    assert waiting(gate) == pytest.approx(120)


def test_what_has_no_deadline_has_none_afterwards(gate) -> None:
    gate.see(SensorState, sensor="foreground", state=Watching.FAILED)
    gate.tick()
    begun(gate)
    (prompt,) = gate.asked
    endless = replace(prompt, deadline=None)
    gate.engine.state = replace(gate.engine.state, prompts={endless.id: endless})
    away_covered(gate, on=True)
    gate.tick()
    assert gate.asked[0].deadline is None
