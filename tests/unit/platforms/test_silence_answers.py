"""When an agent's process has been silent for so long that the keeper of a Windows PC ends it."""

from __future__ import annotations

from itertools import count

import pytest

from agentguard.platforms._win32.silence_answers import LOOK, PATIENCE, Signs, Silence
from agentguard.service import run

PACE = run.LOOK


def works(turn: int) -> Signs:
    return Signs(operations=10 + turn, cycles=1000 + turn, debugged=False)


def hung(turn: int) -> Signs:
    """Return what is counted of one whose threads wait for each other: they wake, and do nothing.

    Python's threads look each 5 ms whether the one that holds the interpreter has let go of it.
    """
    return Signs(operations=10, cycles=1000 + turn, debugged=False)


def seconds(silence: Silence, signs, *, start: float = 0.0, limit: float = 3600.0) -> float | None:
    """Look at the keeper's pace; return when it was judged to hang, None for not within `limit`."""
    for turn in count():
        at = turn * PACE
        if at > limit:
            return None
        if silence.hangs(signs(turn), start + at):
            return at
    raise AssertionError


def test_row_451_one_that_hangs_is_told_after_ten_minutes_and_one_that_works_never() -> None:
    assert seconds(Silence(), works) is None
    assert seconds(Silence(), hung) == PATIENCE == 600.0


def test_row_451_a_single_operation_begins_the_ten_minutes_anew() -> None:
    def once(turn: int) -> Signs:
        return Signs(operations=10 + (turn >= 250), cycles=turn + 1, debugged=False)

    assert seconds(Silence(), once) == 250 * PACE + PATIENCE


def test_row_451_what_runs_nothing_at_all_is_frozen_and_not_silent() -> None:
    """As every program of a desk is in a modern standby, while services look on."""
    frozen = Signs(operations=10, cycles=1000, debugged=False)
    assert seconds(Silence(), lambda _turn: frozen) is None
    silence = Silence()
    assert seconds(silence, hung, limit=400.0) is None
    assert seconds(silence, lambda _turn: hung(200), start=400.0) is None
    assert seconds(silence, lambda turn: hung(201 + turn), start=5000.0) == pytest.approx(
        PATIENCE - 400.0, abs=2 * LOOK
    )


def test_row_451_a_debugger_is_waited_for_and_the_time_with_it_does_not_count() -> None:
    def watched(turn: int) -> Signs:
        return Signs(operations=10, cycles=turn + 1, debugged=turn < 1000)

    assert seconds(Silence(), watched) == 1000 * PACE + PATIENCE


@pytest.mark.parametrize(
    "missing",
    [
        {"operations": None},
        {"cycles": None},
        {"debugged": None},
        {"operations": 0},
        {"cycles": 0},
    ],
    ids=lambda given: "-".join(f"{name}={value}" for name, value in given.items()),
)
def test_row_451_what_windows_does_not_tell_silences_nobody(missing) -> None:
    def told(turn: int) -> Signs:
        return Signs(**{"operations": 10, "cycles": turn + 1, "debugged": False, **missing})

    assert seconds(Silence(), told) is None


@pytest.mark.parametrize("leap", [10_000.0, -10_000.0, 86_400.0])
def test_row_451_a_pause_of_the_keeper_or_a_clock_that_leaps_is_worth_one_look(leap: float) -> None:
    silence = Silence()
    assert seconds(silence, hung, limit=300.0) is None
    before = silence.seconds
    assert not silence.hangs(hung(1000), 300.0 + leap)
    assert before <= silence.seconds <= before + LOOK
