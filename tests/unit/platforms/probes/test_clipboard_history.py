"""Programs that keep a history of what is copied."""

from __future__ import annotations

from agentguard.model.facts import ProgramsSeen
from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes.clipboard_history import read_from

AT = Moment(boot=10.0, wall=1_790_000_000.0)


def test_each_keeper_is_told_once_by_its_product() -> None:
    running = ProgramsSeen(at=AT, images=frozenset({"bash", "copyq", "plasmashell", "klipper"}))
    seen = read_from(running, AT)
    assert (seen.kept, seen.sent, seen.products) == (True, False, ("CopyQ", "Klipper"))


def test_without_one_there_is_no_history() -> None:
    seen = read_from(ProgramsSeen(at=AT, images=frozenset({"bash"})), AT)
    assert (seen.kept, seen.products, seen.unread) == (False, (), "")


def test_where_the_programs_are_not_told_neither_is_this() -> None:
    assert read_from(ProgramsSeen(at=AT, unread="no-answer"), AT).unread == "no-answer"
