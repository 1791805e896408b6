"""What became of the exceptions that a person asked for, and how much of a control was excepted.

A request waits until the endpoint says how it ended or an exception of its id begins. How long a
control was excepted is counted by the wall clock over 30 days, so that exceptions cannot follow
each other for longer than the policy allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agentguard.engine import prompt_rules, records
from agentguard.engine.state import Decision
from agentguard.model.exception_events import ExceptionAsked
from agentguard.model.exceptions import (
    MONTH,
    SLACK,
    Excepted,
    ExceptionRule,
    Request,
    RequestState,
    Ruling,
    Span,
    spent_since,
)
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice
from agentguard.model.records import Json

MEMORY = "exception-request/"
USED = "exception-used/"
MOST = 10
"""Requests that are remembered, the newest."""
MOST_SPANS = 100


def asked(decision: Decision, event: ExceptionAsked) -> Decision:
    """Remember that the person waits for an answer; the oldest of very many are forgotten."""
    one = Request(id=event.id, control=event.control, until=event.until, asked=event.at.wall)
    decision = _keep(decision, one)
    for id_ in list(decision.state.requests)[:-MOST]:
        left = {key: each for key, each in decision.state.requests.items() if key != id_}
        decision = decision.then(
            replace(decision.state, requests=left), memory={f"{MEMORY}{id_}": None}
        )
    return decision


def became(decision: Decision, id_: str, state: RequestState, why: str, at: Moment) -> Decision:
    """Remember how a request stands now; of what nobody asked for here nothing is remembered."""
    one = decision.state.requests.get(id_)
    if one is None or one.state is state:
        return decision
    return _keep(decision, replace(one, state=state, why=why, ruled=at.wall))


def ruled(decision: Decision, rulings: Iterable[Ruling], at: Moment) -> Decision:
    """Take in what the endpoint says of requests that wait; what no longer waits stays as it is."""
    for one in rulings:
        known = decision.state.requests.get(one.id)
        if known is None or known.state is not RequestState.WAITING:
            continue
        decision = became(decision, one.id, one.state, one.why, at)
        told = records.plain(
            "exception.declined", at, id=one.id, control=known.control, why=one.why
        )
        notice = Notice(
            id=f"exception-{one.state}-{one.id}",
            title=Message(id=f"{known.control}.title"),
            body=say(f"exception-told.{one.state}"),
            at=at,
        )
        decision = prompt_rules.to_inbox(decision.then(decision.state, records=(told,)), notice)
    return decision


def used(decision: Decision, one: Excepted, at: Moment) -> Decision:
    """Remember for how long a control was excepted by one that ends now."""
    spans = decision.state.used.get(one.control, ())
    spans = tuple(each for each in spans if each[1] > at.wall - MONTH)
    spans = (*spans, (one.since, max(one.since, min(at.wall, one.until))))[-MOST_SPANS:]
    known = {**decision.state.used, one.control: spans}
    return decision.then(
        replace(decision.state, used=known),
        memory={f"{USED}{one.control}": [list(each) for each in spans]},
    )


def fits(rules: Iterable[ExceptionRule], spans: tuple[Span, ...], one: Excepted) -> bool:
    """Check whether it and those before it in 30 days are no longer together than allowed."""
    before = spent_since(spans, one.since - MONTH)
    most = max((rule.together for rule in rules if rule.control == one.control), default=0.0)
    return before + one.until - one.since <= most + SLACK


def requests_back(remembered: Mapping[str, Json]) -> dict[str, Request]:
    """Return the requests that outlived a restart, the oldest first."""
    read = (_read(key.removeprefix(MEMORY), value) for key, value in remembered.items())
    known = sorted((one for one in read if one is not None), key=lambda one: (one.asked, one.id))
    return {one.id: one for one in known}


def used_back(remembered: Mapping[str, Json]) -> dict[str, tuple[Span, ...]]:
    """Return for how long controls were excepted, as far as it outlived a restart."""
    return {key.removeprefix(USED): _spans(value) for key, value in remembered.items()}


def _spans(value: Json) -> tuple[Span, ...]:
    rows = value if isinstance(value, list) else []
    found: list[Span] = []
    for row in rows:
        match row:
            case [int() | float() as since, int() | float() as until]:
                found.append((float(since), float(until)))
    return tuple(found)


def _keep(decision: Decision, one: Request) -> Decision:
    known = {**decision.state.requests, one.id: one}
    written: Json = {
        "control": one.control,
        "until": one.until,
        "asked": one.asked,
        "state": one.state.value,
        "why": one.why,
        "ruled": one.ruled,
    }
    return decision.then(
        replace(decision.state, requests=known), memory={f"{MEMORY}{one.id}": written}
    )


def _read(id_: str, value: Json) -> Request | None:
    match value:
        case {
            "control": str(control),
            "until": int() | float() as until,
            "asked": int() | float() as asked_at,
            "state": str(state),
            "why": str(why),
            "ruled": int() | float() as ruled_at,
        } if state in set(RequestState):
            return Request(
                id=id_,
                control=control,
                until=float(until),
                asked=float(asked_at),
                state=RequestState(state),
                why=why,
                ruled=float(ruled_at),
            )
        case _:
            return None
