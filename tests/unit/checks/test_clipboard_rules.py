"""The clipboard's rules: by source, by the program in front, by kind, and what is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.checks.clipboard import CHECK, Rule, Settings
from agentguard.model.actions import ActionKind
from agentguard.model.events import ClipboardScanned, SessionState, WindowInFront
from agentguard.model.hits import Hit
from agentguard.model.verdicts import State, Verdict

CARD = Hit(kind="PAN", count=1)
NAME = Hit(kind="IBAN", count=1)


def verdict(desk, *rules: Rule, hits=(CARD,), app="crm", **more: Any) -> Verdict:
    """Judge a copy under these rules."""
    event = desk.see(ClipboardScanned, app=app, selection="CLIPBOARD", hits=hits)
    told = CHECK.judge(event, desk.facts, Settings(rules=rules, **more))
    assert told is not None
    return told


def in_front(desk, image: str) -> None:
    desk.see(WindowInFront, image=image, window_class=image)


@pytest.mark.parametrize(
    ("then", "kinds"),
    [
        ("warn", (ActionKind.NOTIFY,)),
        ("mask", (ActionKind.MASK_CLIPBOARD, ActionKind.NOTIFY)),
        ("block", (ActionKind.CLEAR_CLIPBOARD, ActionKind.NOTIFY)),
    ],
)
def test_a_rule_says_what_is_done_at_once(desk, then, kinds) -> None:
    told = verdict(desk, Rule(then=then))
    assert told.state is State.FAIL
    assert (told.response.kinds, told.response.after) == (kinds, 0.0)


def test_a_rule_may_give_time_to_paste(desk) -> None:
    told = verdict(desk, Rule(then="clear", seconds=20))
    assert (told.response.kinds[0], told.response.after) == (ActionKind.CLEAR_CLIPBOARD, 20.0)


def test_what_a_rule_allows_is_no_finding(desk) -> None:
    told = verdict(desk, Rule(then="allow"))
    assert (told.state, told.response) == (State.PASS, None)


def test_the_first_rule_that_fits_decides(desk) -> None:
    rules = (Rule(sources=("mail",), then="allow"), Rule(sources=("crm*",), then="warn"), Rule())
    assert verdict(desk, *rules).response.kinds == (ActionKind.NOTIFY,)
    assert verdict(desk, *rules, app="mail").state is State.PASS
    assert verdict(desk, *rules, app="chat").response.kinds[0] is ActionKind.CLEAR_CLIPBOARD


def test_without_a_fitting_rule_the_control_responds(desk) -> None:
    assert verdict(desk, Rule(sources=("mail",))).response is None
    assert verdict(desk).response is None


def test_a_rule_with_targets_holds_while_one_of_them_is_in_front(desk) -> None:
    rules = (Rule(targets=("billing",), then="allow"),)
    assert verdict(desk, *rules).state is State.FAIL
    in_front(desk, "billing")
    assert verdict(desk, *rules).state is State.PASS
    in_front(desk, "chat")
    assert verdict(desk, *rules).state is State.FAIL


def test_a_rule_of_a_kind_does_not_let_another_kind_through(desk) -> None:
    rules = (Rule(kinds=("IBAN",), then="allow"),)
    assert verdict(desk, *rules, hits=(NAME,)).state is State.PASS
    assert verdict(desk, *rules, hits=(NAME, CARD)).state is State.FAIL


@pytest.mark.parametrize(("full", "cleared"), [(True, True), (False, False)])
def test_everything_is_left_behind_where_nobody_tells_who_copied_it(desk, full, cleared) -> None:
    desk.see(SessionState, idle=1.0, source="test", locked=True)
    event = desk.see(ClipboardScanned, app="", selection="PRIMARY", hits=(), full=full)
    told = CHECK.judge(event, desk.facts, Settings(leaving="everything"))
    assert (told.response is not None) is cleared


@pytest.mark.parametrize(
    ("leaving", "hits", "cleared"),
    [
        ("personal-data", (CARD,), True),
        ("personal-data", (), False),
        ("everything", (), True),
        ("nothing", (CARD,), False),
    ],
)
@pytest.mark.parametrize(
    "session", [{"locked": True}, {"locked": False, "active": False}], ids=["locked", "switched"]
)
def test_what_is_left_behind_is_cleared_without_a_finding(
    desk, leaving, hits, cleared, session
) -> None:
    desk.see(SessionState, idle=1.0, source="test", **session)
    told = verdict(desk, Rule(then="allow"), hits=hits, leaving=leaving)
    assert told.state is State.PASS
    assert (told.response is not None) is cleared


@pytest.mark.parametrize(
    "session",
    [{"locked": None}, {"locked": False}, {"locked": False, "active": True}],
    ids=["untold", "open", "in-front"],
)
def test_nobody_has_left_before_it_is_known(desk, session) -> None:
    desk.see(SessionState, idle=1.0, source="test", **session)
    assert verdict(desk, Rule(then="allow")).response is None
