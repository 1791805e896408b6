"""The clipboard in the engine: each copy counts, time to paste ends, nobody is fought for ever."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from agentguard.engine.core import begin
from agentguard.engine.loop import Engine, Ledger
from agentguard.engine.plan import make_plan
from agentguard.model.actions import Action, ActionKind, Outcome
from agentguard.model.events import (
    ActionFinished,
    ClipboardScanned,
    PolicyInForce,
    SessionState,
    Tick,
    WindowInFront,
)
from agentguard.model.hits import Hit
from agentguard.model.machine import HistoryCleaned, Removal
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import catalogue, shapes
from tests.unit.engine.conftest import ListJournal

CARD = Hit(kind="PAN", count=1)
POLICY = """
policy: copies
version: 1
controls:
  clipboard:
    respond: [clear-clipboard]
    settings: {rules: [%s]}
"""
CLEAR, MASK = ActionKind.CLEAR_CLIPBOARD, ActionKind.MASK_CLIPBOARD


@dataclass
class Copies:
    """An engine with the real checks, a clock that obeys, and hands that only remember."""

    rules: str = ""
    policy: str = ""
    clock: FakeClock = field(default_factory=FakeClock)
    journal: ListJournal = field(default_factory=ListJournal)
    done: list[Action] = field(default_factory=list)

    def __post_init__(self) -> None:
        words = self.policy or POLICY % self.rules
        policy = parse(words.encode(), "copies.yaml", shapes())
        begun = PolicyInForce(at=self.clock.now(), policy=policy)
        every = catalogue()
        self.engine = Engine(
            state=begin(make_plan(every, policy), begun, (), ()),
            ledger=Ledger(journal=self.journal),
            replan=lambda event: make_plan(every, event.policy),
            clock=self.clock,
            give=self.done.append,
        )

    def see(self, event: object) -> None:
        self.engine.submit(event)
        self.engine.drain()

    def copy(
        self, *hits: Hit, app: str = "crm", selection: str = "CLIPBOARD", **more: bool
    ) -> None:
        at = self.clock.now()
        self.see(ClipboardScanned(at=at, app=app, selection=selection, hits=hits, **more))

    def front(self, image: str, window_class: str = "") -> None:
        at = self.clock.now()
        self.see(WindowInFront(at=at, image=image, window_class=window_class or image))

    def session(self, **said: object) -> None:
        self.see(SessionState(at=self.clock.now(), idle=0.0, source="test", **said))

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.see(Tick(at=self.clock.now()))

    @property
    def kinds(self) -> list[ActionKind]:
        return [action.kind for action in self.done]

    def open(self) -> list[str]:
        return [f.subject for f in self.engine.snapshot().findings if f.check == "clipboard"]

    def records(self, kind: str) -> int:
        return sum(record.kind == kind for record in self.journal.records)


def test_a_second_card_number_is_cleared_like_the_first() -> None:
    desk = Copies()
    desk.copy(CARD)
    desk.pass_time(10)
    desk.copy(CARD)
    assert desk.kinds == [CLEAR, CLEAR]
    assert desk.records("finding.opened") == 1


def test_an_action_tells_of_which_copy_it_is() -> None:
    desk = Copies()
    desk.copy(CARD)
    assert desk.done[0].at == desk.clock.now()


def test_a_copy_that_was_not_judged_is_never_touched() -> None:
    desk = Copies()
    desk.copy(judged=False)
    desk.session(locked=True)
    assert desk.done == []


def test_of_another_tool_that_puts_it_back_five_rounds_are_fought_and_no_more() -> None:
    desk = Copies()
    for _ in range(20):
        desk.copy(CARD, app="syncer")
        desk.clock.advance(0.1)
        desk.copy()
    assert desk.kinds == [CLEAR] * 5
    assert desk.records("clipboard.contested") == 1


def test_after_a_while_of_peace_it_is_cleared_again() -> None:
    desk = Copies()
    for _ in range(8):
        desk.copy(CARD)
    desk.pass_time(10)
    desk.copy(CARD)
    assert desk.kinds == [CLEAR] * 6


def test_a_fight_about_one_selection_leaves_the_other_guarded() -> None:
    desk = Copies()
    for _ in range(8):
        desk.copy(CARD)
    desk.copy(CARD, selection="PRIMARY")
    assert desk.done[-1].subject == "PRIMARY"


def test_a_rule_clears_after_its_time_and_the_clock_on_the_wall_does_not_count() -> None:
    desk = Copies("{then: clear, seconds: 30}")
    desk.copy(CARD)
    desk.clock.jump_wall(10 * 365 * 86400)
    desk.pass_time(29)
    assert desk.done == []
    desk.pass_time(1)
    assert desk.kinds == [CLEAR]


def test_what_is_replaced_in_time_is_not_cleared() -> None:
    desk = Copies("{then: clear, seconds: 30}")
    desk.copy(CARD)
    desk.pass_time(10)
    desk.copy()
    desk.pass_time(60)
    assert desk.done == []


def test_a_new_copy_has_its_whole_time() -> None:
    desk = Copies("{then: clear, seconds: 30}")
    desk.copy(CARD)
    desk.pass_time(25)
    desk.copy(CARD)
    desk.pass_time(25)
    assert desk.done == []
    desk.pass_time(5)
    assert desk.kinds == [CLEAR]


def test_a_walk_between_windows_does_not_give_more_time() -> None:
    desk = Copies("{then: clear, seconds: 30}")
    desk.copy(CARD)
    for _ in range(3):
        desk.pass_time(10)
        desk.front(f"window{desk.clock.now().boot}")
    assert desk.kinds == [CLEAR]


def test_it_is_cleared_when_a_program_comes_to_the_front_where_it_may_not_go() -> None:
    desk = Copies("{targets: [chat], then: block}, {then: allow}")
    desk.copy(CARD)
    desk.front("crm")
    assert (desk.done, desk.open()) == ([], [])
    desk.front("chat")
    assert desk.kinds == [CLEAR]
    assert desk.open() == ["CLIPBOARD"]


def test_a_rule_may_mask_it_instead() -> None:
    desk = Copies("{then: mask}")
    desk.copy(CARD)
    assert desk.kinds == [MASK]
    desk.copy()  # the masked text
    assert desk.open() == []


def test_a_warning_touches_nothing() -> None:
    desk = Copies("{then: warn}")
    desk.copy(CARD)
    assert desk.done == []
    assert [p.check for p in desk.engine.snapshot().prompts] == ["clipboard"]


@pytest.mark.parametrize(
    "left", [{"locked": True}, {"locked": False, "active": False}], ids=["lock", "switch"]
)
def test_what_was_allowed_is_cleared_when_the_person_leaves(left) -> None:
    desk = Copies("{then: allow}")
    desk.session(locked=False)
    desk.copy(CARD)
    desk.copy(CARD, selection="PRIMARY")
    desk.copy(CARD, selection="SECONDARY", judged=False)
    desk.session(**left)
    assert sorted(action.subject for action in desk.done) == ["CLIPBOARD", "PRIMARY"]
    assert desk.open() == []


def test_a_lock_that_goes_on_clears_once() -> None:
    desk = Copies("{then: allow}")
    desk.copy(CARD)
    for _ in range(3):
        desk.session(locked=True)
        desk.clock.advance(60)
    assert desk.kinds == [CLEAR]


def test_a_clear_that_failed_is_tried_again_only_for_the_same_copy() -> None:
    desk = Copies()
    desk.copy(CARD)
    at = desk.clock.now()
    desk.see(ActionFinished(at=at, action=desk.done[0], outcome=Outcome.FAILED))
    desk.pass_time(1)
    assert desk.kinds == [CLEAR, CLEAR]
    desk.copy()
    desk.pass_time(121)
    assert desk.kinds == [CLEAR, CLEAR]


def test_a_busy_clipboard_is_tried_again_every_second_and_then_every_minute() -> None:
    desk = Copies()
    desk.copy(CARD)
    for tries in range(1, 12):
        assert desk.kinds == [CLEAR] * tries
        done = {"action": desk.done[-1], "outcome": Outcome.FAILED}
        desk.see(ActionFinished(at=desk.clock.now(), **done))
        desk.pass_time(1)
    assert (desk.kinds, desk.open()) == ([CLEAR] * 11, ["CLIPBOARD"])
    desk.pass_time(60)
    assert desk.kinds == [CLEAR] * 12


@pytest.mark.parametrize("removal", list(Removal), ids=str)
def test_row_142_what_came_of_a_copy_in_the_history_is_written_down(removal: Removal) -> None:
    desk = Copies()
    desk.see(HistoryCleaned(at=desk.clock.now(), removal=removal))
    assert desk.records("clipboard.history") == 1
    (told,) = (one for one in desk.journal.records if one.kind == "clipboard.history")
    assert told.payload == {"removal": removal.value}
