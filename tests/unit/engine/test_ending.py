"""A notice tells what was done about its finding, that it waits or failed: never a wish."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.base import translations
from agentguard.engine import action_outcome, causes, memory
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import (
    ActionFinished,
    CallState,
    FileScanned,
    PromptAnswered,
    Tick,
)
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, say
from agentguard.model.outcomes import FileOutcome
from agentguard.model.prompts import Notice, Prompt
from agentguard.ui.notice_words import notice_advice, notice_body, notice_title
from tests.unit.engine.conftest import Rig

CARD = Hit(kind="PAN", count=1, masked=("1111",))
FILE = "/home/a/november.csv"
WORDS = translations.load()


def ended(rig: Rig, outcome: Outcome, message: Message) -> None:
    """Tell the engine how the newest action ended."""
    action = next(one for one in reversed(rig.done) if one.kind is ActionKind.VAULT)
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=outcome, message=message))


def vaulted(rig: Rig) -> None:
    """Have the file moved as the hand does: it is gone first, and then it is said."""
    rig.see(FileScanned(at=rig.clock.now(), path=FILE, outcome=FileOutcome.GONE))
    ended(rig, Outcome.DONE, say("action.vaulted"))


def shown(rig: Rig) -> tuple[Prompt, Notice]:
    """Give the card in the corner and the newest entry of the inbox."""
    snapshot = rig.engine.snapshot()
    prompt = next(p for p in snapshot.prompts if p.check == "pii-files" and p.notice)
    return prompt, snapshot.inbox[0]


def said(about: Prompt | Notice) -> tuple[str, str]:
    return notice_title(about, WORDS), notice_advice(about, WORDS)


def test_while_it_is_done_the_notice_says_so_with_the_file(rig: Rig) -> None:
    """The entry at once, and the card once nobody knows how long it takes."""
    rig.file(FILE, CARD)
    rig.tick(causes.PATIENCE)
    prompt, notice = shown(rig)
    wanted = (
        "Customer data in a file that is not protected",
        "AgentGuard is moving the file to the vault.",
    )
    assert said(prompt) == said(notice) == wanted
    assert prompt.place == notice.place == "november.csv"


def test_what_was_done_is_told_on_the_card_and_in_the_inbox(rig: Rig) -> None:
    rig.file(FILE, CARD)
    vaulted(rig)
    prompt, notice = shown(rig)
    title, advice = said(prompt)
    assert said(notice) == (title, advice)
    assert title == "A file was moved to the vault"
    assert "Vault" in advice
    assert "Move the file" not in advice
    assert notice_body(prompt, WORDS).startswith("It held personal data")
    assert rig.engine.state.telling == {}


def test_the_inbox_tells_it_also_when_the_card_was_closed_before(rig: Rig) -> None:
    rig.file(FILE, CARD)
    rig.tick(causes.PATIENCE)
    prompt, _ = shown(rig)
    rig.see(PromptAnswered(at=rig.clock.now(), prompt=prompt.id, answer="ok"))
    vaulted(rig)
    assert said(rig.engine.snapshot().inbox[0])[0] == "A file was moved to the vault"


def test_what_is_held_in_a_call_tells_the_end_after_it(rig: Rig) -> None:
    rig.see(CallState(at=rig.clock.now(), in_call=True, source="softphone"))
    rig.file(FILE, CARD)
    vaulted(rig)
    rig.see(CallState(at=rig.clock.now(), in_call=False, source="softphone"))
    rig.tick(60)
    prompt, _ = shown(rig)
    assert said(prompt)[0] == "A file was moved to the vault"


@pytest.mark.parametrize("kind", sorted(action_outcome.SHOWN))
def test_every_action_that_is_told_has_words_for_its_course(kind: ActionKind) -> None:
    for way in ("doing", "failed"):
        assert WORDS.has(f"prompt.{way}-{kind}"), way
    assert {f"{one}-title" for one in action_outcome.TITLED} <= set(WORDS.sentences)


def test_a_failure_keeps_the_state_and_says_that_it_is_tried_again(rig: Rig) -> None:
    rig.file(FILE, CARD)
    ended(rig, Outcome.FAILED, say("action.failed", kind="vault"))
    title, advice = said(shown(rig)[0])
    assert title == "Customer data in a file that is not protected"
    assert advice == WORDS.say("prompt.failed-vault")
    vaulted(rig)
    assert said(shown(rig)[0])[0] == "A file was moved to the vault", "it is told in the end"


def test_row_518_a_failure_of_the_vault_tells_its_own_reason(rig: Rig) -> None:
    rig.file(FILE, CARD)
    ended(rig, Outcome.FAILED, say("vault.left.unwritten"))
    title, advice = said(shown(rig)[0])
    assert title == "Customer data in a file that is not protected"
    assert advice == WORDS.say("vault.left.unwritten")
    assert "program" not in advice


def test_what_is_left_alone_says_why_and_for_how_long(rig: Rig) -> None:
    rig.file(FILE, CARD)
    ended(rig, Outcome.UNSUPPORTED, say("vault.left.mail"))
    assert said(shown(rig)[0])[1] == WORDS.say("vault.left.mail")


def test_what_waits_is_written_down_once_and_not_once_a_minute(rig: Rig) -> None:
    rig.file(FILE, CARD)
    for _ in range(10):
        ended(rig, Outcome.WAITING, say("vault.left.settling"))
        rig.clock.advance(61)
        rig.see(Tick(at=rig.clock.now()))
    records = rig.journal.records
    kinds = [r.kind for r in records if r.kind.startswith("action.")]
    assert kinds == ["action.intended", "action.finished"]
    assert said(rig.engine.snapshot().inbox[0])[1] == WORDS.say("vault.left.settling")
    assert len([a for a in rig.done if a.kind is ActionKind.VAULT]) == 11, "it is tried on"
    vaulted(rig)
    ends = [one for one in rig.journal.records if one.kind == "action.finished"]
    assert [one.payload["outcome"] for one in ends] == ["waiting", "done"]


def test_of_too_many_that_wait_the_oldest_is_forgotten(rig: Rig) -> None:
    for number in range(action_outcome.AWAITED + 5):
        rig.file(f"/home/a/{number}.csv", CARD)
    assert len(rig.engine.state.telling) == action_outcome.AWAITED


def test_an_entry_is_read_back_as_it_was_and_an_older_one_too(rig: Rig) -> None:
    rig.file(FILE, CARD)
    vaulted(rig)
    kept = rig.journal.memory(memory.NOTICE)
    (notice,) = memory.notices(kept)
    assert notice == rig.engine.snapshot().inbox[0]
    older = {
        k: {n: v for n, v in one.items() if n not in {"advice", "place"}} for k, one in kept.items()
    }
    assert memory.notices(older) == (replace(notice, advice=None, place=""),)


@pytest.mark.parametrize(
    ("subject", "place"),
    [
        ("/home/a/b.csv", "b.csv"),
        ("C:\\Users\\a\\b.csv", "b.csv"),
        ("D:/b.csv", "b.csv"),
        ("\\\\server\\share\\b.csv", "b.csv"),
        ("CLIPBOARD", ""),
        ("", ""),
    ],
)
def test_only_a_path_has_a_file_name(rig: Rig, subject: str, place: str) -> None:
    rig.file(FILE, CARD)
    rig.tick(causes.PATIENCE)
    assert replace(shown(rig)[0], subject=subject).place == place
