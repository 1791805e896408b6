"""Exceptions in the engine: judged as ever, nothing done, ended by what is worse, then restored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentguard.engine import before, exceptions
from agentguard.model.actions import ActionKind
from agentguard.model.events import PolicyInForce
from agentguard.model.exception_events import ExceptionAsked, ExceptionsHeld
from agentguard.model.exceptions import Excepted, ExceptionRule, allowed, rule_for
from agentguard.model.hits import Hit
from agentguard.model.modes import ModeKind, modes
from agentguard.model.posture import Overall, shown
from agentguard.model.verdicts import Severity, State
from tests.unit.engine.conftest import make_policy

HOUR = 3600.0
LATE = 901.0
RULES = (
    ExceptionRule(control="firewall", hours=8),
    ExceptionRule(control="screen-lock", hours=8),
    ExceptionRule(control="pii-files", hours=8, worst=Severity.MEDIUM),
    ExceptionRule(control="vpn", hours=8),
)
CARD, MAIL = Hit(kind="PAN", count=1, masked=()), Hit(kind="EMAIL", count=1, masked=())


def one(rig: Any, control: str = "screen-lock", **more: Any) -> Excepted:
    now = rig.clock.now().wall
    values = {"id": f"x-{control}", "worst": Severity.HIGH, "since": now, "until": now + 8 * HOUR}
    return Excepted(control=control, **{**values, **more})


def hold(rig: Any, *items: Excepted, over: tuple[tuple[str, str], ...] = ()) -> None:
    rig.see(ExceptionsHeld(at=rig.clock.now(), items=items, over=over))


def policy(rig: Any, *rules: ExceptionRule, **more: Any) -> None:
    made = replace(make_policy(**more), exceptions=rules)
    rig.see(PolicyInForce(at=rig.clock.now(), policy=made))


def told(rig: Any, kind: str) -> list[dict[str, Any]]:
    return [dict(r.payload) for r in rig.journal.records if r.kind == f"exception.{kind}"]


@pytest.fixture
def allowing(rig: Any) -> Any:
    policy(rig, *RULES)
    return rig


def test_row_314_an_excepted_control_is_judged_and_nothing_is_done(allowing: Any) -> None:
    rig = allowing
    hold(rig, one(rig))
    rig.session(idle=LATE)
    assert rig.done == []
    control = rig.control("screen-lock")
    assert control.state is State.FAIL
    assert control.excepted == one(rig)
    assert "finding.opened" in rig.kinds
    seen = rig.engine.snapshot()
    assert seen.overall is not Overall.ACT, "it counts not against the desk"
    assert shown(Overall.GOOD, seen.controls) == "paused", "and not as in order"
    assert rig.engine.snapshot().prompts == ()


def test_row_314_what_was_open_asks_nobody_any_more(allowing: Any) -> None:
    rig = allowing
    rig.firewall(on=False)
    assert rig.engine.snapshot().inbox
    hold(rig, one(rig, "firewall"))
    assert [p for p in rig.engine.snapshot().prompts if p.check == "firewall"] == []
    assert told(rig, "began")[0]["control"] == "firewall"


def test_row_314_what_is_worse_ends_it_at_once(allowing: Any) -> None:
    rig = allowing
    hold(rig, one(rig, "pii-files", worst=Severity.MEDIUM))
    rig.file("/a", MAIL)
    assert rig.done == []
    rig.file("/a", CARD)
    assert [a.kind for a in rig.done] == [ActionKind.VAULT]
    (ended,) = told(rig, "ended")
    assert ended["why"] == "worsened"
    assert rig.kinds.count("finding.opened") == 2, "the endpoint hears how bad it is now"
    assert rig.control("pii-files").excepted is None
    hold(rig, one(rig, "pii-files", worst=Severity.MEDIUM))
    assert len(told(rig, "began")) == 1, "it does not come back"


def test_row_314_it_is_counted_down_as_a_mode(allowing: Any) -> None:
    rig = allowing
    hold(rig, one(rig))
    (mode,) = (m for m in modes(rig.engine.snapshot()) if m.kind is ModeKind.EXCEPTION)
    assert (mode.form, mode.checks, mode.params) == (
        "running",
        ("screen-lock",),
        {"left": 8, "about": "screen-lock"},
    )
    assert mode.at is not None
    assert mode.at.wall == one(rig).until


def test_row_313_what_is_open_is_answered_when_it_ends_and_a_pass_proves_it(
    allowing: Any,
) -> None:
    rig = allowing
    hold(rig, one(rig))
    rig.session(idle=LATE)
    assert rig.done == []
    hold(rig, over=(("x-screen-lock", "until"),))
    assert [a.kind for a in rig.done] == [ActionKind.LOCK]
    assert told(rig, "ended") == [{"id": "x-screen-lock", "control": "screen-lock", "why": "until"}]
    assert told(rig, "proved") == []
    rig.session(idle=LATE)
    assert told(rig, "proved") == []
    rig.session(idle=0.0)
    rig.session(idle=0.0)
    assert told(rig, "proved") == [{"id": "x-screen-lock", "control": "screen-lock"}]
    assert [n.id for n in rig.engine.snapshot().inbox if n.id.startswith("exception-")] == [
        "exception-ended-until-x-screen-lock",
        "exception-began-x-screen-lock",
    ]


def test_row_313_one_that_ends_with_nothing_open_does_nothing(allowing: Any) -> None:
    rig = allowing
    rig.session(idle=0.0)
    hold(rig, one(rig))
    hold(rig)
    assert told(rig, "ended")[0]["why"] == "withdrawn"
    assert rig.done == []


@pytest.mark.parametrize(
    "change",
    [
        {"control": "reauth"},
        {"control": "vpn"},
        {"worst": Severity.CRITICAL},
        {"until": 9 * HOUR},
    ],
)
def test_row_311_the_desk_takes_no_more_than_its_policy_allows(
    allowing: Any, change: dict[str, Any]
) -> None:
    rig = allowing
    if "until" in change:
        change = {"until": rig.clock.now().wall + change["until"]}
    asked = one(rig, **{"control": "screen-lock", **change, "id": "y"})
    hold(rig, asked)
    hold(rig, asked)
    assert told(rig, "refused") == [{"id": "y", "control": asked.control}], "written down once"
    assert told(rig, "began") == []
    rig.session(idle=LATE)
    assert [a.kind for a in rig.done] == [ActionKind.LOCK]


def test_row_311_without_a_word_in_the_policy_nothing_is_excepted(rig: Any) -> None:
    hold(rig, one(rig))
    assert told(rig, "began") == []


def test_row_311_a_new_policy_ends_what_it_does_not_allow(allowing: Any) -> None:
    rig = allowing
    hold(rig, one(rig), one(rig, "firewall"))
    policy(rig, RULES[0], version=2)
    assert [(e["control"], e["why"]) for e in told(rig, "ended")] == [("screen-lock", "policy")]
    assert rig.control("firewall").excepted is not None
    rig.session(idle=LATE)
    assert [a.kind for a in rig.done] == [ActionKind.LOCK]


def test_of_two_for_a_control_the_longer_one_holds(allowing: Any) -> None:
    rig = allowing
    short = one(rig, id="short", until=rig.clock.now().wall + HOUR)
    hold(rig, short, one(rig), short)
    assert rig.control("screen-lock").excepted == one(rig)


def test_a_paused_control_is_not_answered_when_its_exception_ends(allowing: Any) -> None:
    rig = allowing
    hold(rig, one(rig))
    policy(rig, *RULES, version=2, paused=("screen-lock",))
    hold(rig)
    assert rig.done == []


def test_exceptions_outlive_a_restart(allowing: Any) -> None:
    rig = allowing
    hold(rig, one(rig), one(rig, "firewall"))
    hold(rig, one(rig))
    read = before.read_back(rig.journal.memory)
    assert read.excepted == {"screen-lock": one(rig)}
    assert read.spent == {"x-firewall": "withdrawn"}
    assert read.proving == {"firewall": "x-firewall"}
    assert exceptions.read_back({"exception/a": {"id": "x"}, "exception/b": []}) == {}


def test_only_so_many_are_remembered_as_over(allowing: Any) -> None:
    rig = allowing
    for n in range(exceptions.MOST + 2):
        hold(rig, one(rig, "reauth", id=f"n-{n}"))
    assert len(rig.journal.memory(exceptions.SPENT)) == exceptions.MOST


def test_row_314_what_a_person_asks_for_is_written_down(rig: Any) -> None:
    asked = ExceptionAsked(
        at=rig.clock.now(),
        id="ab",
        control="firewall",
        hours=4,
        until=77.6,
        reason="r",
        instead="i",
    )
    rig.see(asked)
    assert told(rig, "asked") == [
        {"id": "ab", "control": "firewall", "hours": 4, "until": 78, "note": "r", "instead": "i"}
    ]


def test_the_rule_that_allows_the_most_is_told() -> None:
    rules = (ExceptionRule(control="a", hours=1), ExceptionRule(control="a", hours=5))
    told_ = rule_for(rules, "a")
    assert told_ is not None
    assert told_.hours == 5
    assert rule_for(rules, "b") is None
    x = Excepted(id="x", control="a", worst=Severity.LOW, since=0, until=5 * HOUR)
    assert allowed(rules, x)
    assert not allowed(rules, replace(x, until=6 * HOUR))
