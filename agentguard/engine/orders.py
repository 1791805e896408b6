"""Orders of the endpoint in the engine: carried out, told in words, and ended on lived time.

An order outlives a restart. Only time in which this computer ran counts, so no clock that is set
back or on makes one longer or shorter; offline as well it ends by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agentguard.engine import lock_requests, prompt_rules, records
from agentguard.engine.state import Decision
from agentguard.model.gate import Settings
from agentguard.model.locking import Asker, LockAsked
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.orders import (
    ONCE,
    Contained,
    Order,
    OrderAct,
    Orders,
    OrderState,
    OrdersTold,
    Told,
)
from agentguard.model.prompts import Notice
from agentguard.model.records import Json

MEMORY, STAMP = "order/", "orders"
EVERY = 60.0
"""Seconds after which it is written down how long an order still holds."""
MOST = 20
GATED = frozenset({OrderAct.GATE_ALL, OrderAct.TURN_AWAY})
GATE = "reauth"


def told(decision: Decision, event: OrdersTold) -> Decision:
    """Take what the endpoint tells; what it tells no more is over."""
    if event.stamp <= decision.state.orders.stamp:
        return decision
    named = {one.id: one for one in event.orders[:MOST]}
    for one in tuple(decision.state.orders.known.values()):
        if one.id not in named:
            decision = _drop(_end(decision, one, event.at), one)
    for news in named.values():
        decision = _take(decision, news, event.at)
    standing = replace(decision.state.orders, stamp=event.stamp)
    decision = decision.then(replace(decision.state, orders=standing), memory={STAMP: event.stamp})
    return _contained(decision, event.at)


def pass_time(decision: Decision, at: Moment) -> Decision:
    """End what is past its time, of what was lived through."""
    for one in tuple(decision.state.orders.known.values()):
        if one.state is not OrderState.RUNNING:
            continue
        lived = at.boot - one.since.boot
        if lived < 0:  # the computer was started anew
            decision = _keep(decision, replace(one, since=at))
        elif lived >= one.left:
            decision = _end(decision, one, at)
        elif lived >= EVERY:
            decision = _keep(decision, replace(one, left=one.left - lived, since=at))
    return _contained(decision, at)  # after a restart as well, when nobody has told the checks


def read_back(remembered: Mapping[str, Json], stamp: Json) -> Orders:
    """Return the orders that outlived a restart."""
    read = (_read(key.removeprefix(MEMORY), value) for key, value in remembered.items())
    orders = {one.id: one for one in read if one is not None}
    return Orders(known=orders, stamp=stamp if isinstance(stamp, str) else "")


def _take(decision: Decision, news: Told, at: Moment) -> Decision:
    known = decision.state.orders.known.get(news.id)
    if known is not None:
        if known.state is not OrderState.RUNNING:
            return decision
        return _keep(decision, replace(known, left=news.left, since=at))
    one = Order(id=news.id, act=news.act, left=news.left, since=at, by=news.by)
    if news.act in GATED and not _groups(decision):
        return _keep(decision, replace(one, state=OrderState.CANNOT))
    noted = records.plain("order.began", at, id=news.id, act=news.act.value)
    decision = decision.then(records=(noted,))
    if news.act in ONCE:
        one = replace(one, state=OrderState.DONE)
    decision = prompt_rules.to_inbox(_keep(decision, one), _notice(one, "began", at))
    if news.act is OrderAct.LOCK:
        return lock_requests.asked(decision, LockAsked(at=at, by=Asker.OFFICE))
    return decision


def _groups(decision: Decision) -> bool:
    bound = decision.state.plan.bound.get(GATE)
    said = bound.control.settings if bound is not None else None
    return isinstance(said, Settings) and bool(said.groups)


def _end(decision: Decision, one: Order, at: Moment) -> Decision:
    if one.state is not OrderState.RUNNING:
        return decision
    noted = records.plain("order.ended", at, id=one.id, act=one.act.value)
    decision = _keep(decision.then(records=(noted,)), replace(one, state=OrderState.ENDED))
    return prompt_rules.to_inbox(decision, _notice(one, "ended", at))


def _drop(decision: Decision, one: Order) -> Decision:
    kept = {id_: each for id_, each in decision.state.orders.known.items() if id_ != one.id}
    return decision.then(
        replace(decision.state, orders=replace(decision.state.orders, known=kept)),
        memory={f"{MEMORY}{one.id}": None},
    )


def _keep(decision: Decision, one: Order) -> Decision:
    kept = {**decision.state.orders.known, one.id: one}
    return decision.then(
        replace(decision.state, orders=replace(decision.state.orders, known=kept)),
        memory={f"{MEMORY}{one.id}": _json(one)},
    )


def _contained(decision: Decision, at: Moment) -> Decision:
    """Return the decision with news of what is in force, where that has changed."""
    known = decision.state.facts.get(Contained)
    acts = decision.state.orders.acts
    if acts == (known.acts if known is not None else frozenset()):
        return decision
    return decision.then(events=(Contained(at=at, acts=acts),))


def _notice(one: Order, form: str, at: Moment) -> Notice:
    title = say(f"order.{one.act.value}.title")
    if form == "ended":
        title = say("order.ended-title")
    elif not one.by:
        form += "-unnamed"
    body = say(f"order.{one.act.value}.{form}", by=one.by)
    return Notice(id=f"order-{one.id}", title=title, body=body, at=at)


def _json(one: Order) -> Json:
    return {
        "act": one.act.value,
        "left": one.left,
        "since": [one.since.boot, one.since.wall],
        "state": one.state.value,
        "by": one.by,
    }


def _read(id_: str, value: Json) -> Order | None:
    match value:
        case {
            "act": str(act),
            "left": int() | float() as left,
            "since": [int() | float() as boot, int() | float() as wall],
            "state": str(state),
            "by": str(by),
        } if act in set(OrderAct) and state in set(OrderState):
            return Order(
                id=id_,
                act=OrderAct(act),
                left=float(left),
                since=Moment(boot=float(boot), wall=float(wall)),
                state=OrderState(state),
                by=by,
            )
        case _:
            return None
