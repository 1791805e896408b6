"""A card waits while what it is about is mended, and does not come where that solved it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.engine import causes
from agentguard.engine.causes import cause_of
from agentguard.engine.plan import make_plan
from agentguard.model.actions import Action, ActionKind, Deed, Outcome
from agentguard.model.deeds import DeedAsked
from agentguard.model.events import CallState, PromptAnswered
from agentguard.model.hits import Hit
from agentguard.model.prompts import Prompt, PromptKind
from tests.unit.engine.conftest import CHECKS, Rig, new_rig

CARD = Hit(kind="PAN", count=1, masked=("1111",))
FILE = "/home/a/1.csv"
DAY = 24 * 3600.0
NOTIFY, COACH, VAULT = ActionKind.NOTIFY, ActionKind.COACH, ActionKind.VAULT


def respond(rig: Rig, *kinds: ActionKind) -> None:
    """Let files be answered so and in no other way."""
    policy = rig.engine.policy()
    control = replace(policy.controls["pii-files"], respond=kinds)
    plan = make_plan(CHECKS, replace(policy, controls={**policy.controls, "pii-files": control}))
    rig.engine.state = replace(rig.engine.state, plan=plan)


def cards(rig: Rig) -> list[Prompt]:
    return [p for p in rig.engine.snapshot().prompts if p.kind is not PromptKind.PROOF]


def given_to_the_hands(rig: Rig, subject: str = FILE) -> Action:
    return next(a for a in reversed(rig.done) if a.subject == subject)


def moved(rig: Rig, subject: str = FILE) -> None:
    """Tell that a file was moved, and then that it is gone from its place."""
    rig.ended(given_to_the_hands(rig, subject), Outcome.DONE, "action.vaulted")
    rig.file(subject)


KINDS = {
    "a notice": (NOTIFY, VAULT),
    "a notice with coaching": (NOTIFY, COACH, VAULT),
    "coaching alone": (COACH, VAULT),
    "a lesson": (COACH, VAULT),
}


def prepared(rig: Rig, kind: str) -> None:
    """Bring it about that the next file is told by a card of this kind."""
    respond(rig, *KINDS[kind])
    for day in range(2 if kind == "a lesson" else 0):
        rig.file(f"/home/{day}/1.csv", CARD)
        moved(rig, f"/home/{day}/1.csv")
        (card,) = cards(rig)
        rig.see(PromptAnswered(at=rig.clock.now(), prompt=card.id, answer="ok"))
        rig.tick(DAY)


@pytest.mark.parametrize("kind", KINDS)
def test_row_435_nothing_is_told_while_it_is_mended_and_the_outcome_is(rig: Rig, kind: str) -> None:
    prepared(rig, kind)
    rig.file(FILE, CARD)
    for _ in range(5):
        rig.tick(1)
        assert cards(rig) == [], "the hands have it"
    rig.ended(given_to_the_hands(rig), Outcome.DONE, "action.vaulted")
    rig.tick(1)
    assert cards(rig) == [], "nobody has looked again yet"
    rig.file(FILE)
    (card,) = cards(rig)
    assert not card.urgent, "nothing is left to do"
    taught = card.coach or card.kind is PromptKind.LESSON
    assert taught or card.title is not None, "it tells what was done, or teaches"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNSUPPORTED, Outcome.WAITING])
def test_row_435_what_could_not_be_mended_is_told_at_once(
    rig: Rig, kind: str, outcome: Outcome
) -> None:
    prepared(rig, kind)
    rig.file(FILE, CARD)
    rig.ended(given_to_the_hands(rig), outcome, f"prompt.{outcome}")
    (card,) = cards(rig)
    assert card.urgent
    assert card.subject == FILE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("said", [False, True])
def test_row_435_hands_that_hang_and_looks_that_do_not_come_hide_nothing(
    rig: Rig, kind: str, *, said: bool
) -> None:
    prepared(rig, kind)
    rig.file(FILE, CARD)
    if said:
        rig.ended(given_to_the_hands(rig), Outcome.DONE, "action.vaulted")
    rig.tick(causes.PATIENCE - 1)
    assert cards(rig) == []
    rig.tick(1)
    assert len(cards(rig)) == 1


@pytest.mark.parametrize("kind", ["a notice", "a notice with coaching"])
def test_row_435_a_file_that_is_gone_before_its_hand_says_why_is_told_once_it_has(
    rig: Rig, kind: str
) -> None:
    prepared(rig, kind)
    rig.file(FILE, CARD)
    rig.file(FILE)
    rig.tick(1)
    assert cards(rig) == []
    rig.ended(given_to_the_hands(rig), Outcome.DONE, "action.vaulted")
    (card,) = cards(rig)
    assert card.title is not None
    assert card.title.id == "action.vaulted-title"


def test_row_435_what_is_gone_without_a_word_is_told_when_the_word_comes(rig: Rig) -> None:
    respond(rig, NOTIFY, VAULT)
    rig.file(FILE, CARD)
    rig.file(FILE)
    rig.tick(causes.PATIENCE + 60)
    assert cards(rig) == [], "nothing is there to be mended"
    rig.ended(given_to_the_hands(rig), Outcome.DONE, "action.vaulted")
    rig.tick(1)
    assert [card.title.id for card in cards(rig)] == ["action.vaulted-title"]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNSUPPORTED, Outcome.WAITING])
@pytest.mark.parametrize("shown", [False, True])
def test_row_435_what_the_person_mended_is_not_told_any_more(
    rig: Rig, outcome: Outcome, *, shown: bool
) -> None:
    """AgentGuard did nothing about it, so there is nothing to explain."""
    respond(rig, NOTIFY, VAULT)
    rig.see(CallState(at=rig.clock.now(), in_call=not shown, source="test"))
    rig.file(FILE, CARD)
    rig.ended(given_to_the_hands(rig), outcome, f"prompt.{outcome}")
    assert len(cards(rig)) == int(shown)
    rig.file(FILE)
    rig.see(CallState(at=rig.clock.now(), in_call=False, source="test"))
    rig.tick(60)
    assert cards(rig) == []
    assert rig.engine.state.attention.waiting == ()


def test_row_435_what_was_moved_is_told_whatever_else_the_person_mends_meanwhile(rig: Rig) -> None:
    respond(rig, NOTIFY, VAULT)
    rig.see(CallState(at=rig.clock.now(), in_call=True, source="test"))
    rig.file(FILE, CARD)
    moved(rig)
    rig.file("/home/b/1.csv", CARD)
    rig.ended(given_to_the_hands(rig, "/home/b/1.csv"), Outcome.UNSUPPORTED, "prompt.unsupported")
    rig.file("/home/b/1.csv")
    rig.see(CallState(at=rig.clock.now(), in_call=False, source="test"))
    rig.tick(60)
    assert [card.title.id for card in cards(rig)] == ["action.vaulted-title"]


def test_row_435_what_a_person_has_done_by_a_button_is_not_told_to_her(rig: Rig) -> None:
    respond(rig, NOTIFY)
    rig.see(CallState(at=rig.clock.now(), in_call=True, source="test"))
    rig.file(FILE, CARD)
    asked = DeedAsked(
        at=rig.clock.now(), check="pii-files", subjects=(FILE,), deed=Deed.VAULT, batch="1"
    )
    rig.see(CallState(at=rig.clock.now(), in_call=False, source="test"))
    rig.clock.advance(59.5)
    rig.see(asked)
    rig.tick(1)
    assert cards(rig) == [], "it is what she asked for"
    rig.ended(given_to_the_hands(rig), Outcome.DONE, "action.vaulted")
    rig.tick(1)
    assert cards(rig) == []
    rig.file(FILE)
    rig.tick(1)
    assert cards(rig) == []
    assert rig.engine.state.attention.waiting == ()


def test_row_435_of_a_folder_it_is_told_what_could_not_be_mended(rig: Rig) -> None:
    """Not that the last of its files was moved."""
    respond(rig, NOTIFY, VAULT)
    files = [f"/home/a/{number}.csv" for number in range(4)]
    for one in files:
        rig.file(one, CARD)
    rig.ended(given_to_the_hands(rig, files[1]), Outcome.UNSUPPORTED)
    assert cards(rig) == [], "others of the folder are in work"
    for one in (files[0], files[2], files[3]):
        moved(rig, one)
    (card,) = cards(rig)
    assert (card.subject, card.count, card.urgent) == (files[1], 1, True)
    assert card.title is None, "that one was not moved"


FILES = ("/home/a/1.csv", "/home/a/2.csv", "/home/b/1.csv")
STEPS = st.tuples(
    st.sampled_from(FILES),
    st.sampled_from(["found", "gone", "done", "failed", "waiting", "unsupported", "ok"]),
    st.sampled_from([0.0, 1.0, 61.0, 130.0, 4000.0]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, max_size=14))
def test_row_435_whatever_happens_a_card_is_true_when_it_comes(steps: list[tuple]) -> None:
    rig = new_rig()
    respond(rig, NOTIFY, VAULT)
    seen: set[tuple[str, float]] = set()
    for subject, step, seconds in steps:
        happens(rig, subject, step)
        judged(rig, seen)
        if seconds:
            rig.tick(seconds)
            judged(rig, seen)


def happens(rig: Rig, subject: str, step: str) -> None:
    """Let one thing happen to a file, or close the card that is shown."""
    if step == "ok":
        for card in cards(rig):
            rig.see(PromptAnswered(at=rig.clock.now(), prompt=card.id, answer="ok"))
    elif step in {"found", "gone"}:
        rig.file(subject, *([CARD] if step == "found" else []))
    elif any(a.subject == subject for a in rig.done):
        outcome = Outcome(step)
        done = "action.vaulted" if outcome is Outcome.DONE else f"prompt.{outcome}"
        rig.ended(given_to_the_hands(rig, subject), outcome, done)


def judged(rig: Rig, seen: set[tuple[str, float]]) -> None:
    """Hold each card that has just come to what is so at this moment."""
    state, at = rig.engine.state, rig.clock.now()
    for card in cards(rig):
        if (card.id, card.asked.boot) in seen:
            continue
        seen.add((card.id, card.asked.boot))
        alike = [f for f in state.findings.values() if cause_of(card)[2] in f.subject]
        assert not {f.key for f in alike} & causes.under_way(state, at), "it is being mended"
        if card.title is None:
            assert (card.check, card.subject) in state.findings, "it is solved"
        else:
            assert not [f for f in alike if f.key not in state.mended], "one is passed over"
