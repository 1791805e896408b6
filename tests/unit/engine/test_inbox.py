"""A burst of findings makes one entry of the inbox, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentguard.base import translations
from agentguard.engine import memory
from agentguard.model.events import CallState, NoticeRead, PromptAnswered
from agentguard.model.hits import Hit
from agentguard.model.prompts import PromptKind
from agentguard.ui.notice_words import notice_title
from tests.unit.engine.conftest import Rig

CARD = Hit(kind="PAN", count=1, masked=("1111",))


def burst(rig: Rig, count: int, *, begin: int = 0, apart: float = 1.0) -> None:
    """Find card numbers in one file after the other."""
    for number in range(begin, begin + count):
        rig.file(f"/home/a/{number}.csv", CARD)
        rig.clock.advance(apart)


def titles(rig: Rig) -> list[str]:
    return [notice_title(n, translations.load()) for n in rig.engine.snapshot().inbox]


def restarted(rig: Rig, make_rig: Callable[..., Rig]) -> Rig:
    """Give an engine that remembers what the first one wrote, at the same time of the day."""
    again = make_rig(inbox=memory.notices(rig.journal.memory(memory.NOTICE)))
    again.journal.known.update(rig.journal.known)
    again.clock.advance(rig.clock.now().boot - again.clock.now().boot)
    return again


def test_a_hundred_files_make_one_entry(rig: Rig) -> None:
    burst(rig, 100)
    (entry,) = rig.engine.snapshot().inbox
    assert entry.count == 100
    assert titles(rig) == ["Customer data in a file that is not protected (100 times)"]
    assert entry.at.boot == rig.clock.now().boot - 1
    assert len(rig.journal.memory(memory.NOTICE)) == 1
    assert len(rig.engine.snapshot().findings) == 100


def test_one_alone_is_not_counted(rig: Rig) -> None:
    burst(rig, 1)
    assert titles(rig) == ["Customer data in a file that is not protected"]


def test_another_check_has_an_entry_of_its_own(rig: Rig) -> None:
    burst(rig, 2)
    rig.firewall(on=False)
    burst(rig, 2, begin=2)
    found = [(n.check, n.count) for n in rig.engine.snapshot().inbox]
    assert found == [("pii-files", 4), ("firewall", 1)], "the newest stands first"


@pytest.mark.parametrize(("apart", "entries"), [(600.0, 1), (601.0, 3)])
def test_ten_minutes_of_quiet_end_a_burst(rig: Rig, apart: float, entries: int) -> None:
    burst(rig, 3, apart=apart)
    assert len(rig.engine.snapshot().inbox) == entries


def test_what_was_read_is_left_as_it_is(rig: Rig) -> None:
    burst(rig, 2)
    rig.see(NoticeRead(at=rig.clock.now(), notice=""))
    burst(rig, 2, begin=2)
    assert [(n.count, n.read) for n in rig.engine.snapshot().inbox] == [(2, False), (2, True)]


def test_a_burst_goes_on_after_a_restart(rig: Rig, make_rig: Callable[..., Rig]) -> None:
    burst(rig, 3)
    again = restarted(rig, make_rig)
    assert again.engine.snapshot().inbox == rig.engine.snapshot().inbox
    burst(again, 2, begin=3)
    (entry,) = again.engine.snapshot().inbox
    assert entry.count == 5
    assert memory.notices(again.journal.memory(memory.NOTICE)) == (entry,)


def test_but_not_after_a_restart_of_the_computer_with_its_small_boot_times(
    rig: Rig, make_rig: Callable[..., Rig]
) -> None:
    burst(rig, 1)
    again = restarted(rig, make_rig)
    again.clock.jump_wall(3600)
    burst(again, 1, begin=1)
    assert [n.count for n in again.engine.snapshot().inbox] == [1, 1]


def test_an_entry_that_an_older_version_wrote_is_kept_and_joins_nothing(
    rig: Rig, make_rig: Callable[..., Rig]
) -> None:
    burst(rig, 1)
    ((key, value),) = rig.journal.memory(memory.NOTICE).items()
    assert isinstance(value, dict)
    rig.journal.known[key] = {k: v for k, v in value.items() if k not in {"check", "count"}}
    again = restarted(rig, make_rig)
    burst(again, 1, begin=1)
    assert [n.count for n in again.engine.snapshot().inbox] == [1, 1]


def test_ok_on_the_screen_marks_the_whole_burst_as_read(rig: Rig) -> None:
    rig.able = False
    burst(rig, 3)
    (prompt,) = [p for p in rig.engine.snapshot().prompts if p.kind is PromptKind.NOTICE]
    rig.see(PromptAnswered(at=rig.clock.now(), prompt=prompt.id, answer="ok"))
    assert [n.read for n in rig.engine.snapshot().inbox] == [True]


def test_a_notice_and_its_coaching_are_one_card_and_one_answer(rig: Rig) -> None:
    rig.able = False
    burst(rig, 1)
    (prompt,) = rig.engine.snapshot().prompts
    assert (prompt.kind, prompt.coach) == (PromptKind.NOTICE, "pii-files")
    rig.see(PromptAnswered(at=rig.clock.now(), prompt=prompt.id, answer="ok"))
    assert rig.engine.snapshot().prompts == ()
    assert [n.read for n in rig.engine.snapshot().inbox] == [True]


def test_a_burst_in_a_call_is_one_entry_as_well(rig: Rig) -> None:
    rig.able = False
    rig.see(CallState(at=rig.clock.now(), in_call=True, source="softphone"))
    burst(rig, 5)
    assert rig.engine.snapshot().prompts == ()
    assert [n.count for n in rig.engine.snapshot().inbox] == [5]
    rig.see(CallState(at=rig.clock.now(), in_call=False, source=""))
    rig.tick(60)
    (prompt,) = [p for p in rig.engine.snapshot().prompts if p.kind is PromptKind.NOTICE]
    rig.see(PromptAnswered(at=rig.clock.now(), prompt=prompt.id, answer="ok"))
    assert [n.read for n in rig.engine.snapshot().inbox] == [True]


def test_different_bursts_never_push_each_other_out_of_order(rig: Rig) -> None:
    for number in range(memory.INBOX_LIMIT + 5):
        rig.file(f"/home/a/{number}.csv", CARD)
        rig.clock.advance(700.0)
    inbox = rig.engine.snapshot().inbox
    assert len(inbox) == memory.INBOX_LIMIT
    assert {f"{memory.NOTICE}{n.id}" for n in inbox} == set(rig.journal.memory(memory.NOTICE))
