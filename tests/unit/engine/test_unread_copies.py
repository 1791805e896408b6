"""A read that fails is no copy: what waits to be done to the clipboard keeps its time."""

from __future__ import annotations

import pytest

from agentguard.model.actions import Outcome
from agentguard.model.events import ActionFinished, ClipboardScanned
from agentguard.model.hits import Hit
from tests.unit.engine.test_clipboard import CARD, CLEAR, Copies

IN_TIME = "{then: clear, seconds: 30}"
OFTEN = pytest.mark.parametrize("times", [1, 7, 40], ids=["once", "some", "often"])
IBAN = Hit(kind="IBAN", count=1)
PAYING = """
policy: copies
version: 1
controls:
  payment: {respond: []}
payment:
  windows: [{images: [till], window_classes: [till]}]
"""


def fail(desk: Copies, times: int = 1, seconds: float = 0.5) -> None:
    """Let reads fail, one after the other."""
    for _ in range(times):
        desk.copy(app="", judged=False)
        desk.pass_time(seconds)


def finish(desk: Copies, outcome: Outcome) -> None:
    desk.see(ActionFinished(at=desk.clock.now(), action=desk.done[-1], outcome=outcome))


@OFTEN
def test_row_465_after_reads_that_failed_the_same_copy_has_no_more_time(times: int) -> None:
    desk = Copies(IN_TIME)
    desk.copy(CARD)
    fail(desk, times)
    desk.copy(CARD, full=True, same=True)
    desk.pass_time(29.5 - times * 0.5)
    assert desk.done == []
    desk.pass_time(0.5)
    assert desk.kinds == [CLEAR]


def test_row_465_a_copy_that_is_never_read_again_is_cleared_in_its_time() -> None:
    desk = Copies(IN_TIME)
    desk.copy(CARD)
    fail(desk, 59)
    assert desk.done == []
    fail(desk, 60)
    assert desk.kinds == [CLEAR]


def test_row_465_a_copy_that_only_ever_comes_in_part_is_cleared_in_its_time() -> None:
    desk = Copies(IN_TIME)
    desk.copy(CARD)
    for _ in range(59):
        desk.copy(CARD, full=True, same=True)
        desk.pass_time(0.5)
    assert desk.done == []
    desk.pass_time(0.5)
    desk.copy(CARD, full=True, same=True)
    assert desk.kinds == [CLEAR]
    assert desk.records("finding.opened") == 1


@OFTEN
def test_row_465_another_copy_meanwhile_has_its_own_time(times: int) -> None:
    desk = Copies(IN_TIME)
    desk.copy(CARD)
    fail(desk, times)
    desk.copy(IBAN, full=True)
    desk.pass_time(29)
    assert desk.done == []
    desk.pass_time(1)
    assert desk.kinds == [CLEAR]


@pytest.mark.parametrize("judged", [True, False], ids=["harmless", "too long"])
def test_row_465_what_was_replaced_meanwhile_is_not_cleared(judged: bool) -> None:
    desk = Copies(IN_TIME)
    desk.copy(CARD)
    fail(desk)
    desk.copy(full=True, judged=judged)
    desk.pass_time(60)
    assert desk.done == []


@OFTEN
def test_row_465_at_the_lock_what_was_read_last_is_cleared(times: int) -> None:
    desk = Copies("{then: allow}")
    desk.copy(CARD)
    fail(desk, times)
    desk.session(locked=True)
    assert desk.kinds == [CLEAR]


def test_row_465_a_copy_that_was_never_read_is_not_cleared_at_the_lock() -> None:
    desk = Copies("{then: allow}")
    fail(desk, 3)
    desk.session(locked=True)
    assert desk.done == []


def test_row_465_reads_that_fail_while_it_is_locked_leave_what_is_to_be_done() -> None:
    desk = Copies(IN_TIME)
    desk.copy(CARD)
    desk.session(locked=True)
    fail(desk, 80)
    desk.session(locked=False)
    assert CLEAR in desk.kinds


def test_row_465_a_hand_that_failed_is_tried_again_though_nothing_can_be_read() -> None:
    desk = Copies()
    desk.copy(CARD)
    for tries in range(1, 11):
        assert desk.kinds == [CLEAR] * tries
        finish(desk, Outcome.FAILED)
        fail(desk, 1, 1)


def test_row_465_a_hand_that_failed_often_is_tried_soon_when_it_can_be_read_again() -> None:
    desk = Copies()
    desk.copy(CARD)
    for _ in range(11):
        finish(desk, Outcome.FAILED)
        fail(desk, 1, 1)
    done = len(desk.done)
    finish(desk, Outcome.FAILED)
    desk.pass_time(1)
    assert len(desk.done) == done
    desk.copy(CARD, full=True, same=True)
    desk.pass_time(1)
    assert len(desk.done) == done + 1


def test_row_465_a_copy_that_is_read_again_is_not_cleared_twice_at_once() -> None:
    desk = Copies()
    desk.copy(CARD)
    for _ in range(20):
        desk.copy(CARD, full=True, same=True)
    assert desk.kinds == [CLEAR]
    assert desk.records("clipboard.contested") == 0


def test_row_465_while_a_payment_is_taken_a_copy_read_again_is_not_cleared_twice() -> None:
    desk = Copies(policy=PAYING)
    desk.front("till")
    desk.copy(CARD, full=True)
    desk.copy(CARD, full=True, same=True)
    assert desk.kinds == [CLEAR]


def test_row_465_the_copy_that_was_judged_stays_known() -> None:
    desk = Copies(IN_TIME)
    desk.copy(CARD)
    fail(desk)
    told = desk.engine.known().latest(ClipboardScanned, "CLIPBOARD")
    assert told is not None
    assert (told.hits, desk.open()) == ((CARD,), ["CLIPBOARD"])
