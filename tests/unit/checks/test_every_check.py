"""What holds for every check: no event of any values makes a judge raise or reach outside."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard import checks
from agentguard.base import mappings
from agentguard.base.plugins import discover
from agentguard.checks.base import Check, few, named, today
from agentguard.model.events import Event, Facts
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.software import ProgramMatcher
from agentguard.model.vendors import ClassTeller
from agentguard.model.verdicts import State, Verdict
from agentguard.policy.spec import record
from agentguard.software import classes, shipped

CHECKS = discover(checks, "CHECK", Check)
MOMENTS = st.builds(Moment, boot=st.floats(allow_nan=False), wall=st.floats())
PLAIN: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(max_size=12) | st.sampled_from(["PAN", "clipboard", "foreground", "denied", "*"]),
    int: st.integers(min_value=-(2**63), max_value=2**63),
    float: st.floats(),
    bool: st.booleans(),
    date: st.dates(),
    type(None): st.none(),
    Moment: MOMENTS,
    Message: st.just(Message(id="unread.denied")),
    ProgramMatcher: st.just(shipped.matcher()),
    ClassTeller: st.just(classes.shipped()),
}


def several_of(hint: object) -> st.SearchStrategy[Any]:
    """Give any values of a type that holds others."""
    if get_origin(hint) is tuple and Ellipsis not in get_args(hint):
        return st.tuples(*map(any_of, get_args(hint)))
    return st.lists(any_of(get_args(hint)[0]), max_size=3).map(get_origin(hint))


def any_of(hint: object) -> st.SearchStrategy[Any]:
    """Give any value of a type that stands in an event, a fact or settings."""
    if hint in PLAIN:
        return PLAIN[hint]
    if get_origin(hint) in {tuple, frozenset}:
        return several_of(hint)
    if get_origin(hint) not in {None, Literal} and issubclass(get_origin(hint) or object, Mapping):
        return st.just({})
    if args := get_args(hint):  # a union, or words to choose from
        words = get_origin(hint) is Literal
        return st.one_of([st.just(arg) if words else any_of(arg) for arg in args])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    assert isinstance(hint, type)
    assert dataclasses.is_dataclass(hint)
    hints = get_type_hints(hint)
    fields = {
        f.name: CANARIES[f.name] if f.name in CANARIES else any_of(hints[f.name])
        for f in dataclasses.fields(hint)
    }
    return st.builds(hint, **fields)


CANARY = "canary-4111"
CANARIES = {
    "path": st.just(f"/home/{CANARY}/{CANARY}/Documents"),
    "masked": st.just((CANARY,)),
    "note": st.just(CANARY),
    "phone": st.just(CANARY),
}
"""Fields that hold what may not leave the device."""


def kinds(base: type[Event] = Event) -> list[type[Event]]:
    """Give every kind of event that a check can listen to."""
    return sorted({k for check in CHECKS for k in check.on}, key=lambda k: k.__name__)


EVENTS = st.one_of([any_of(kind) for kind in kinds()])


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_values_make_a_judge_raise_or_tell_what_is_private(
    check: Check[Any], data: st.DataObject
) -> None:
    facts = Facts(last={})
    for event in data.draw(st.lists(EVENTS, max_size=4)):
        facts = facts.seeing(event)
    event = data.draw(st.one_of([any_of(kind) for kind in check.on]))
    chosen = data.draw(st.just(check.settings()) | any_of(check.settings))
    facts = facts.seeing(event)
    verdict = check.judge(event, facts, chosen)
    assert verdict is None or isinstance(verdict, Verdict)
    assert isinstance(check.subject(event, chosen), str)
    if verdict is not None and verdict.state is State.FAIL:
        assert verdict.message is not None
    assert check.judge(event, facts, chosen) == verdict
    assert CANARY not in str(verdict and verdict.message)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_settings_are_frozen_told_and_have_defaults(check: Check[Any]) -> None:
    assert check.settings.__dataclass_params__.frozen
    for field in dataclasses.fields(check.settings()):
        assert str(field.metadata["doc"]).endswith((".", ")."))
        if get_type_hints(check.settings)[field.name] is int:
            assert field.metadata["min"] <= field.default <= field.metadata["max"]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_what_a_check_proves_is_named_in_its_frameworks(check: Check[Any]) -> None:
    """ISO and CSF have a number for each; none of PCI DSS or CIS is claimed for the sake of it."""
    for framework in ("ISO 27001 A.", "NIST CSF "):
        assert any(one.number.startswith(framework) for one in mappings.of_check(check.id))


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_a_policy_can_hold_its_settings(check: Check[Any]) -> None:
    entries = record(check.settings).entries
    assert set(entries) == {f.name for f in dataclasses.fields(check.settings())}


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ((), ""),
        (("b", "a", "a", ""), "a, b"),
        (("e", "d", "c", "b", "a"), "a, b, c, d, e"),
        (("f", "e", "d", "c", "b", "A"), "A, b, c, d, e (+1)"),
    ],
)
def test_a_sentence_names_a_few(names, shown) -> None:
    assert few(names) == shown


@pytest.mark.parametrize(
    ("name", "patterns", "fits"),
    [
        ("AnyDesk", ("anydesk",), True),
        ("anydesk2", ("anydesk",), False),
        ("anydesk2", ("any*", "x"), True),
        ("a+b", ("a+b",), True),
        ("a", (), False),
        ("", ("*",), True),
    ],
)
def test_names_fit_patterns_as_a_whole(name, patterns, fits) -> None:
    assert named(name, patterns) is fits


@given(wall=st.floats())
def test_every_wall_clock_gives_a_day(wall: float) -> None:
    assert isinstance(today(Moment(boot=0, wall=wall)), date)


def test_a_day_is_that_of_greenwich() -> None:
    assert today(Moment(boot=0, wall=1_795_564_800)) == date(2026, 11, 25)
