"""Orders of the endpoint: carried out once, told in words, ended on lived time, over a restart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.base import translations
from agentguard.engine import before, orders
from agentguard.engine.core import begin, decide
from agentguard.engine.plan import make_plan
from agentguard.model.actions import ActionKind
from agentguard.model.events import AppFocused, PolicyInForce, ProofGiven
from agentguard.model.modes import ModeKind, modes
from agentguard.model.orders import Contained, OrderAct, OrderState, OrdersTold, Told
from agentguard.platforms.simulated import FakeClock
from tests.unit.engine.test_gate import Gate, policy_of

WORDS = translations.load()
HOUR = 3600.0


def told(rig, stamp: int, *acts: OrderAct, left: float = HOUR, by: str = "olga") -> None:
    """Have the endpoint tell orders, each with its act as id."""
    every = tuple(Told(id=one.value, act=one, left=left, by=by) for one in acts)
    see(rig, OrdersTold(at=rig.clock.now(), stamp=f"2026-11-30T12:00:{stamp:02}", orders=every))


def see(rig, event: object) -> None:
    rig.engine.submit(event)
    rig.engine.drain()


def state(rig, act: OrderAct) -> OrderState | None:
    known = {one.act: one.state for one in rig.engine.snapshot().orders}
    return known.get(act)


@pytest.mark.parametrize("by", ["olga", ""])
def test_row_327_each_order_is_told_to_the_person_once_in_words(rig, by) -> None:
    for stamp in (1, 2):
        told(rig, stamp, OrderAct.LOCK, OrderAct.HOLD_VAULT, OrderAct.ENROL_AGAIN, by=by)
    inbox = rig.engine.snapshot().inbox
    assert len(inbox) == 3
    for notice in inbox:
        said = WORDS.render(notice.title), WORDS.render(notice.body)
        assert all(WORDS.has(one.id) for one in (notice.title, notice.body)), notice
        assert (by in said[1]) is True
    assert rig.kinds.count("order.began") == 3
    assert state(rig, OrderAct.LOCK) is state(rig, OrderAct.ENROL_AGAIN) is OrderState.DONE
    assert [one.kind for one in rig.done] == [ActionKind.LOCK], "the screen locks once"
    (mode,) = (one for one in modes(rig.engine.snapshot()) if one.kind is ModeKind.ORDER)
    assert (mode.form, mode.at.wall) == ("hold-vault", rig.clock.now().wall + HOUR)


def test_row_327_it_ends_by_itself_on_time_that_was_lived_through(rig) -> None:
    told(rig, 1, OrderAct.HOLD_VAULT)
    acts = lambda: rig.engine.state.facts.get(Contained).acts  # noqa: E731
    assert acts() == {OrderAct.HOLD_VAULT}
    for _ in range(59):
        rig.tick(60.0)
    rig.tick(59.0)
    assert state(rig, OrderAct.HOLD_VAULT) is OrderState.RUNNING
    rig.tick(1.0)
    assert state(rig, OrderAct.HOLD_VAULT) is OrderState.ENDED
    assert acts() == frozenset()
    assert rig.kinds.count("order.ended") == 1
    notice = rig.engine.snapshot().inbox[0]
    assert WORDS.has(notice.title.id)
    assert WORDS.has(notice.body.id)
    told(rig, 2, OrderAct.HOLD_VAULT)
    assert state(rig, OrderAct.HOLD_VAULT) is OrderState.ENDED, "it does not begin again"
    told(rig, 3)
    assert rig.engine.snapshot().orders == ()


def test_row_327_what_the_endpoint_names_no_more_is_over(rig) -> None:
    told(rig, 1, OrderAct.HOLD_VAULT, OrderAct.LOCK)
    told(rig, 2, OrderAct.HOLD_VAULT, left=10.0)
    assert state(rig, OrderAct.LOCK) is None
    told(rig, 2)
    told(rig, 1)
    assert state(rig, OrderAct.HOLD_VAULT) is OrderState.RUNNING, "what is older is a recording"
    told(rig, 3)
    assert rig.engine.snapshot().orders == ()
    assert rig.kinds.count("order.ended") == 1
    assert rig.journal.memory(orders.MEMORY) == {}


def test_row_327_orders_outlive_a_restart_and_a_start_of_the_computer(rig) -> None:
    told(rig, 1, OrderAct.HOLD_VAULT)
    rig.tick(1800.0)
    again = before.read_back(rig.journal.memory)
    assert again.orders == rig.engine.state.orders
    clock = FakeClock()
    at = replace(clock.now(), boot=5.0)
    begun = PolicyInForce(at=at, policy=policy_of(Gate().settings))
    known = begin(make_plan((), begun.policy), begun, (), (), before=again)
    decision = orders.pass_time(decide(known, begun, lambda _: known.plan), at)
    (one,) = decision.state.orders.known.values()
    assert (one.left, one.since) == (1800.0, at)
    assert decision.events[-1] == Contained(at=at, acts=frozenset({OrderAct.HOLD_VAULT}))
    late = orders.pass_time(decision, replace(at, boot=1805.0))
    assert late.state.orders.acts == frozenset()


@pytest.mark.parametrize("value", [None, 3, {}, {"act": "shell", "left": 1, "since": [1, 2]}])
def test_row_327_what_cannot_be_read_back_is_left_out(value) -> None:
    assert orders.read_back({"order/1": value}, 3).known == {}


def test_row_327_where_no_application_is_guarded_there_is_nothing_to_close(rig) -> None:
    told(rig, 1, OrderAct.GATE_ALL, OrderAct.TURN_AWAY)
    assert state(rig, OrderAct.GATE_ALL) is state(rig, OrderAct.TURN_AWAY) is OrderState.CANNOT
    assert "order.began" not in rig.kinds
    told(rig, 2)
    assert rig.engine.snapshot().orders == ()


def asked(gate: Gate) -> list[str]:
    return [f.message.id for f in gate.engine.snapshot().findings if f.subject == "Records"]


def front(gate: Gate, image: str = "crm") -> None:
    see(gate, AppFocused(at=gate.clock.now(), image=image, window_class="Main"))


def prove(gate: Gate) -> None:
    see(gate, ProofGiven(at=gate.clock.now(), group="Records", factor="totp"))


def test_row_327_a_desk_that_is_turned_away_opens_by_no_proof_until_it_is_over() -> None:
    gate = Gate()
    front(gate)
    prove(gate)
    assert asked(gate) == []
    told(gate, 1, OrderAct.TURN_AWAY)
    assert asked(gate) == ["reauth.turned-away"], "also what is in front already"
    prove(gate)
    assert asked(gate) == ["reauth.turned-away"]
    told(gate, 2)
    assert asked(gate) == []


def test_row_327_while_every_application_asks_a_proof_holds_a_minute() -> None:
    gate = Gate()
    front(gate)
    prove(gate)
    told(gate, 1, OrderAct.GATE_ALL)
    gate.clock.advance(50.0)
    front(gate)
    assert asked(gate) == []
    gate.clock.advance(11.0)
    front(gate)
    assert asked(gate) == ["reauth.old"]
    front(gate, "editor")
    told(gate, 2)
    front(gate)
    assert asked(gate) == [], "the proof holds for as long as the policy says"
