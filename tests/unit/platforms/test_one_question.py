"""A question that hangs: one thread, one answer, and a time after which nothing stands any more."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base.errors import AgentGuardError, PlatformError
from agentguard.platforms._one_question import Question, open_for
from agentguard.ports.desktop import StillAsking

PROBES = Path(__file__).parents[3] / "agentguard/platforms/_win32"


class Silent(PlatformError):
    """No answer."""

    def __init__(self) -> None:
        super().__init__("silent")


class System:
    """Answers when it is let, and counts how often it was asked."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        assert self.let.wait(60)
        return self.asked


@pytest.fixture
def system() -> Iterator[System]:
    made = System()
    yield made
    made.let.set()


def question(system: System, *, seconds: float = 0.02, patience: float = 60.0) -> Question[int]:
    return Question("system", seconds, system, silent=Silent, patience=patience)


def test_row_141_sixty_turns_of_a_system_that_hangs_cost_one_thread(system: System) -> None:
    asked = question(system)
    before = threading.active_count()
    for _ in range(60):
        with pytest.raises(Silent):
            asked.ask()
    assert threading.active_count() <= before + 1
    assert system.asked == 1


def test_row_141_what_was_told_before_stands_while_it_is_asked_and_then_no_more(
    system: System,
) -> None:
    system.let.set()
    asked = question(system, seconds=60.0)
    assert asked.ask() == 1
    system.let.clear()
    asked._limit = 0.02
    for _ in range(3):
        with pytest.raises(StillAsking):
            asked.ask()
    asked._patience = 0.0
    with pytest.raises(Silent):
        asked.ask()
    assert system.asked == 2


def test_row_466_a_question_tells_how_long_it_is_open(system: System) -> None:
    asked, other = question(system), question(System())
    oldest = open_for(other, asked)
    assert (asked.open, oldest()) == (None, None)
    with pytest.raises(Silent):
        asked.ask()
    first = asked.open
    with pytest.raises(Silent):
        asked.ask()
    assert first is not None
    assert 0.0 < first < (asked.open or 0.0) <= (oldest() or 0.0)
    system.let.set()
    worker = asked._worker
    assert worker is not None
    worker.thread.join(20)
    assert (asked.open, oldest()) == (None, None)


def test_row_141_a_late_answer_is_given_at_the_next_turn(system: System) -> None:
    asked = question(system)
    with pytest.raises(Silent):
        asked.ask()
    system.let.set()
    asked._worker.thread.join(60)
    assert asked.ask() == 1
    asked._limit = 60.0
    assert asked.ask() == 2


def test_row_141_an_answer_that_is_too_old_is_asked_for_again(system: System) -> None:
    asked = question(system, patience=0.0)
    with pytest.raises(Silent):
        asked.ask()
    system.let.set()
    asked._worker.thread.join(60)
    asked._limit = 60.0
    assert asked.ask() == 2


def test_a_refusal_is_given_and_asked_again() -> None:
    refusals: list[AgentGuardError] = [PlatformError("no"), PlatformError("no again")]

    def refuse() -> int:
        raise refusals.pop(0)

    asked = Question("refusing", 60.0, refuse, silent=Silent)
    for said in ("no", "no again"):
        with pytest.raises(PlatformError, match=said):
            asked.ask()


def test_its_thread_is_prepared_and_put_back() -> None:
    told: list[str] = []

    @contextmanager
    def around() -> Iterator[None]:
        told.append(threading.current_thread().name)
        yield
        told.append("over")

    Question("x", 60.0, lambda: told.append("asked"), silent=Silent, around=around).ask()
    assert told == ["ask x", "asked", "over"]


def test_row_141_no_probe_of_windows_begins_a_thread_by_itself() -> None:
    """Each goes through a question, which never begins a second one."""
    files = [PROBES / "com.py", *(PROBES / "probes").glob("*.py")]
    assert len(files) > 10
    for file in files:
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not called & {"Thread", "start_new_thread", "Timer"}, file.name
