"""The shift in the engine: handed over or missed, a clean desk looked at, nothing left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.engine import attention, before, shift
from agentguard.engine.state import Paying
from agentguard.model.actions import ActionKind
from agentguard.model.attention import PointerOnCard, TodoOpened
from agentguard.model.events import (
    CallState,
    IncidentFollowed,
    NoticeRead,
    PolicyInForce,
    PromptAnswered,
    SessionState,
)
from agentguard.model.events import Tick as Passed
from agentguard.model.handover import (
    CleanDeskAnswered,
    CleanDeskDrawn,
    HandedOver,
    ShiftBegun,
    Tick,
    is_drawn,
)
from agentguard.model.hits import Hit
from agentguard.model.incidents import Stage
from agentguard.model.local_hours import local
from agentguard.model.locking import ShiftEnded, ShiftEnder
from agentguard.model.moments import Moment
from agentguard.model.policy import AttentionRules
from agentguard.model.posture import ControlState
from agentguard.model.prompts import PromptKind
from agentguard.model.verdicts import State
from tests.unit.engine import test_incidents
from tests.unit.engine.test_clipboard import Copies
from tests.unit.engine.test_incidents import report

POLICY = """
policy: shifts
version: 1
shift: {handover: true, lock: %s, shared: %s}
controls:
  clipboard: {respond: [notify]}
"""
CARD = Hit(kind="PAN", count=1)


def desk(*, lock: str = "true", shared: str = "true") -> Copies:
    made = Copies(policy=POLICY % (lock, shared))
    session(made, locked=False)
    return made


def session(at: Copies, *, locked: bool | None, idle: float = 30.0) -> None:
    at.see(SessionState(at=at.clock.now(), locked=locked, idle=idle, source="test"))


def tick(at: Copies, seconds: float) -> None:
    at.clock.advance(seconds)
    at.see(Passed(at=at.clock.now()))


def control(at: Copies) -> ControlState:
    return next(c for c in at.engine.snapshot().controls if c.check == "handover")


def begin_again(at: Copies) -> None:
    at.see(PolicyInForce(at=at.clock.now(), policy=at.engine.policy()))


def end(at: Copies) -> None:
    at.see(ShiftEnded(at=at.clock.now(), by=ShiftEnder.SCHEDULE))


def hand_over(at: Copies, *ticks: Tick, downloads: int | None = 2) -> None:
    at.see(HandedOver(at=at.clock.now(), ticks=frozenset(ticks), findings=1, downloads=downloads))


def record(at: Copies, kind: str) -> dict[str, object]:
    return dict(next(r.payload for r in reversed(at.journal.records) if r.kind == kind))


def kinds(at: Copies) -> list[str]:
    return [one.kind for one in at.journal.records]


def test_a_handover_is_written_down_clears_the_clipboard_and_locks() -> None:
    at = desk(lock="false")
    at.copy(CARD)
    hand_over(at, Tick.PAPER, Tick.NOTES)
    assert record(at, "shift.handed-over") == {
        "findings": 1,
        "downloads": 2,
        "paper": True,
        "phone": False,
        "notes": True,
    }
    assert [a.kind for a in at.done] == [ActionKind.CLEAR_CLIPBOARD, ActionKind.LOCK]
    assert record(at, "proof.ended") == {"why": "handed-over"}


def test_what_is_not_known_is_not_said() -> None:
    at = desk()
    at.see(HandedOver(at=at.clock.now(), clipboard=False))
    told = record(at, "shift.handed-over")
    assert told["clipboard"] is False
    assert "downloads" not in told


def test_the_next_person_finds_nothing_of_the_last_one() -> None:
    at = desk()
    at.copy(CARD)
    report(at)
    test_incidents.begin(at, number="2222-2222")
    at.see(IncidentFollowed(at=at.clock.now(), number="T7HH-DKM2", stage=Stage.TAKEN, by="dana"))
    (prompt,) = (p for p in at.engine.snapshot().prompts if p.kind is PromptKind.NOTICE)
    at.see(PromptAnswered(at=at.clock.now(), prompt=prompt.id, answer="later"))
    assert at.engine.snapshot().inbox
    assert at.engine.state.attention.waiting
    hand_over(at)
    seen = at.engine.snapshot()
    assert (seen.inbox, seen.prompts, seen.history) == ((), (), ())
    assert at.engine.state.attention.waiting == ()
    assert at.journal.memory("waiting/") == {}
    assert not any(one.mine for one in (*seen.reported, *seen.responses))
    assert at.journal.memory("notice/") == {}
    at.see(IncidentFollowed(at=at.clock.now(), number="T7HH-DKM2", stage=Stage.CLOSED, by="dana"))
    assert at.engine.snapshot().inbox == ()
    assert {one.stage for one in seen.reported} == {Stage.TAKEN, Stage.WRITTEN}
    tick(at, 4000.0)
    assert at.engine.snapshot().prompts == ()
    hand_over(at)
    assert at.journal.memory("notice/") == {}


def test_who_has_an_account_finds_the_inbox_again() -> None:
    at = desk(shared="false")
    report(at)
    at.see(IncidentFollowed(at=at.clock.now(), number="T7HH-DKM2", stage=Stage.TAKEN, by="dana"))
    hand_over(at)
    assert len(at.engine.snapshot().inbox) == 1
    assert at.engine.snapshot().reported[0].mine


def test_an_end_without_a_handover_is_told_half_an_hour_later() -> None:
    at = desk()
    end(at)
    tick(at, shift.GRACE - 1)
    begin_again(at)
    assert control(at).state is State.NOT_APPLICABLE
    tick(at, 1)
    assert kinds(at).count("shift.missed") == 1
    assert control(at).state is State.FAIL
    assert control(at).owner.value == "supervisor"
    tick(at, shift.GRACE)
    assert kinds(at).count("shift.missed") == 1
    hand_over(at)
    assert control(at).state is State.PASS


def test_a_handover_in_time_or_before_the_end_is_none_missed() -> None:
    at = desk()
    end(at)
    hand_over(at)
    session(at, locked=False, idle=1.0)  # who looks back for a moment begins no shift
    end(at)
    tick(at, 2 * shift.GRACE)
    assert "shift.missed" not in kinds(at)


def test_a_desk_that_nobody_used_misses_no_handover() -> None:
    at = Copies(policy=POLICY % ("true", "true"))
    session(at, locked=False, idle=900.0)
    session(at, locked=True, idle=1.0)
    session(at, locked=None, idle=1.0)
    end(at)
    tick(at, 2 * shift.GRACE)
    assert "shift.missed" not in kinds(at)


def test_the_next_shift_begins_when_somebody_works_again() -> None:
    at = desk()
    hand_over(at)
    at.clock.advance(shift.AFTER)
    session(at, locked=False, idle=1.0)
    end(at)
    tick(at, shift.GRACE)
    assert "shift.missed" in kinds(at)


def test_after_a_restart_of_the_computer_the_half_hour_is_over() -> None:
    at = desk()
    end(at)
    ended = at.engine.state.shift
    assert before.read_back(at.journal.memory).shift == ended
    at.see(Passed(at=Moment(boot=5.0, wall=at.clock.now().wall + 60.0)))
    assert "shift.missed" in kinds(at)


def test_without_the_rule_nothing_is_missed() -> None:
    at = Copies(policy="policy: shifts\nversion: 1\n")
    session(at, locked=False, idle=1.0)
    end(at)
    tick(at, 2 * shift.GRACE)
    assert "shift.missed" not in kinds(at)
    begin_again(at)
    assert control(at).detail.id == "handover.off"


def test_the_beginning_is_written_down() -> None:
    at = desk()
    at.see(ShiftBegun(at=at.clock.now(), not_ready=1, unknown=2))
    assert record(at, "shift.begun") == {"not_ready": 1, "unknown": 2}
    assert at.engine.snapshot().shift.begun == at.clock.now()


def draw(at: Copies) -> None:
    now = at.clock.now()
    at.see(CleanDeskDrawn(at=now, day=local(now.wall).date().isoformat()))


def rest(at: Copies, seconds: float = shift.BREAK, *, idle: float = 30.0) -> None:
    session(at, locked=True)
    at.clock.advance(seconds / 2)
    session(at, locked=True)
    at.clock.advance(seconds / 2)
    session(at, locked=False, idle=idle)
    tick(at, 1)


def asked(at: Copies) -> int:
    return kinds(at).count("desk.clean-asked")


def test_a_drawn_desk_is_asked_about_after_a_break_and_once() -> None:
    at = desk()
    draw(at)
    draw(at)
    tick(at, 1)
    assert asked(at) == 0
    rest(at, shift.BREAK / 2)
    assert asked(at) == 0
    rest(at)
    rest(at)
    assert asked(at) == 1
    (prompt,) = at.engine.snapshot().prompts
    assert prompt.title.id == "clean-desk.title"
    at.see(CleanDeskAnswered(at=at.clock.now(), ticks=frozenset({Tick.PHONE})))
    at.see(CleanDeskAnswered(at=at.clock.now(), ticks=frozenset({Tick.PAPER})))
    assert kinds(at).count("desk.clean") == 1
    told = {"paper": False, "phone": True, "notes": False}
    assert record(at, "desk.clean") == told


def test_it_is_never_asked_in_a_call_and_not_while_the_screen_is_locked() -> None:
    at = desk()
    draw(at)
    at.see(CallState(at=at.clock.now(), in_call=True, source="test"))
    rest(at)
    assert asked(at) == 0
    session(at, locked=True)
    at.see(CallState(at=at.clock.now(), in_call=False, source="test"))
    tick(at, 1)
    assert asked(at) == 0
    at.clock.advance(shift.BREAK)
    session(at, locked=False)
    tick(at, 1)
    assert asked(at) == 1


@pytest.mark.parametrize("how", ["handed", "missed"])
def test_a_question_that_nobody_answered_is_told_as_that(how) -> None:
    at = desk()
    draw(at)
    rest(at)
    if how == "handed":
        hand_over(at)
    else:
        end(at)
        tick(at, shift.GRACE)
    assert kinds(at).count("desk.clean-missed") == 1
    at.see(CleanDeskAnswered(at=at.clock.now()))
    assert "desk.clean" not in kinds(at)


def call(at: Copies, *, live: bool) -> None:
    at.see(CallState(at=at.clock.now(), in_call=live, source="test"))


def share(at: Copies, percent: int) -> None:
    policy = at.engine.policy()
    shift_rules = replace(policy.shift, clean_desk_percent=percent)
    at.see(PolicyInForce(at=at.clock.now(), policy=replace(policy, shift=shift_rules)))


def pays(at: Copies) -> None:
    at.engine.state = replace(at.engine.state, paying=Paying(since=at.clock.now()))


def tomorrow(at: Copies) -> None:
    tick(at, 24 * 3600.0)


GOES = {
    "locked": lambda at: session(at, locked=True),
    "call": lambda at: call(at, live=True),
    "payment": pays,
    "policy": lambda at: share(at, 1),
    "shift-ended": end,
    "handed-over": hand_over,
    "day": tomorrow,
}


def id_of(at: Copies) -> str:
    return f"clean-desk-{at.engine.state.shift.clean.day}"


def seen_of(at: Copies) -> tuple[list[str], list[str], list[str]]:
    """Give what of the question stands anywhere: cards, what waits, the inbox."""
    shown, state = at.engine.snapshot(), at.engine.state
    return (
        [p.id for p in shown.prompts if p.id.startswith("clean-desk")],
        [w.prompt.id for w in state.attention.waiting if w.prompt.id.startswith("clean-desk")],
        [n.id for n in shown.inbox if n.id.startswith("clean-desk")],
    )


@pytest.mark.parametrize("why", GOES)
def test_row_436_when_its_moment_is_over_the_question_is_taken_back(why: str) -> None:
    at = desk(lock="false", shared="false")
    share(at, 100)
    draw(at)
    rest(at)
    assert asked(at) == 1
    GOES[why](at)
    tick(at, 1)
    assert seen_of(at) == ([], [], [])
    if why in {"shift-ended", "handed-over"}:
        tick(at, shift.GRACE)
        assert kinds(at).count("desk.clean-missed") == 1, "it was asked and not answered"
        assert "desk.clean-withdrawn" not in kinds(at)
    else:
        assert record(at, "desk.clean-withdrawn") == {"why": why, "shown": True}
        assert "desk.clean-missed" not in kinds(at)


@pytest.mark.parametrize("why", GOES)
def test_row_436_what_nobody_saw_is_written_down_as_not_asked(why: str) -> None:
    at = desk(lock="false", shared="false")
    share(at, 100)
    draw(at)
    rest(at, idle=1.0)  # somebody types, so that it waits
    assert seen_of(at)[1:] == ([id_of(at)], [id_of(at)])
    GOES[why](at)
    tick(at, 1)
    assert seen_of(at) == ([], [], [])
    tick(at, shift.GRACE)
    assert asked(at) == 0
    assert record(at, "desk.clean-withdrawn") == {"why": why, "shown": False}
    assert "desk.clean-missed" not in kinds(at), "nobody was asked"


@pytest.mark.parametrize("why", ["locked", "call"])
def test_row_436_the_next_break_is_another_moment(why: str) -> None:
    at = desk()
    draw(at)
    rest(at)
    GOES[why](at)
    tick(at, 1)
    session(at, locked=False)
    call(at, live=False)
    tick(at, 3700.0)
    assert asked(at) == 1
    rest(at)
    assert asked(at) == 2
    at.see(CleanDeskAnswered(at=at.clock.now(), ticks=frozenset({Tick.PAPER})))
    assert kinds(at).count("desk.clean") == 1
    assert seen_of(at) == ([], [], []), "who answered is not asked any more"


def test_row_436_it_is_not_taken_from_under_the_pointer() -> None:
    at = desk()
    draw(at)
    rest(at)
    at.see(PointerOnCard(at=at.clock.now(), on=True))
    call(at, live=True)
    tick(at, 1)
    assert seen_of(at)[0]
    at.see(PointerOnCard(at=at.clock.now(), on=False))
    tick(at, 1)
    assert not seen_of(at)[0]


def test_row_436_a_time_that_was_promised_is_kept_over_a_lock() -> None:
    at = desk()
    draw(at)
    rest(at)
    (prompt,) = at.engine.snapshot().prompts
    at.see(PromptAnswered(at=at.clock.now(), prompt=prompt.id, answer="later-hour"))
    session(at, locked=True)
    tick(at, 60)
    session(at, locked=False)
    tick(at, 1)
    assert "desk.clean-withdrawn" not in kinds(at)
    tick(at, prompt.later[-1].until.since(at.clock.now()))
    assert seen_of(at)[0] == [prompt.id]


@pytest.mark.parametrize("by", ["to do", "inbox"])
def test_row_436_who_read_of_it_without_a_card_was_asked(by: str) -> None:
    at = desk()
    draw(at)
    rest(at, idle=1.0)
    assert asked(at) == 0
    now = at.clock.now()
    at.see(TodoOpened(at=now) if by == "to do" else NoticeRead(at=now, notice=id_of(at)))
    assert asked(at) == 1


def test_row_436_what_no_budget_let_through_is_not_told_as_asked() -> None:
    at = desk()
    policy = replace(at.engine.policy(), attention=AttentionRules(prompts=0))
    at.see(PolicyInForce(at=at.clock.now(), policy=policy))
    draw(at)
    rest(at)
    tick(at, attention.STALE)
    tick(at, 1)
    assert record(at, "desk.clean-withdrawn") == {"why": "untold", "shown": False}
    assert asked(at) == 0


def test_an_answer_that_nobody_asked_for_is_none() -> None:
    at = desk()
    at.see(CleanDeskAnswered(at=at.clock.now()))
    assert "desk.clean" not in kinds(at)


def test_what_cannot_be_read_of_a_shift_begins_anew() -> None:
    for value in (None, 3, {"clean": 4}, {"clean": {"day": 5}}):
        assert before.read_back(lambda _prefix, v=value: {"shift": v}).shift.clean is None


def test_the_clean_desk_outlives_a_restart() -> None:
    at = desk()
    draw(at)
    rest(at)
    kept = before.read_back(at.journal.memory).shift.clean
    assert kept == at.engine.state.shift.clean


def test_days_are_drawn_as_often_as_the_share_and_the_same_again() -> None:
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    for percent in (0, 10, 50, 100):
        hit = [is_drawn(b"key", "ada", day, percent) for day in days]
        assert hit == [is_drawn(b"key", "ada", day, percent) for day in days]
        assert abs(100 * sum(hit) / len(days) - percent) < 6
    others = [is_drawn(b"key", "bea", day, 10) for day in days]
    assert others != [is_drawn(b"key", "ada", day, 10) for day in days]
