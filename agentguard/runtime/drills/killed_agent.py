"""What starts this agent again when it is ended starts a stand-in again that is ended.

The agent goes on. The stand-in is a process that does nothing, under the agent's own restart rules.
"""

from __future__ import annotations

from agentguard.base.errors import PlatformError
from agentguard.ports.revival import PASSED, Revival
from agentguard.runtime.drills.base import Bench, Drill, FailedError, NotPossibleError

CHECK = "agent-health"
WITHIN = 30.0
"""Seconds for a start, and for the end of what was told to end."""
OURS = "drill-"
LATEST = 2 * 86_400.0
"""Seconds for which a drill of the keeper's counts: it has one each day."""


def run(bench: Bench) -> float:
    """End the stand-in at once, and wait until another process stands in its place."""
    there = bench.rooms.backend.revival
    if there is None:
        return _by_keeper(bench)
    pause = _pause(there)
    bench.unmarked()
    name = f"{OURS}{bench.run}"
    bench.step("begin-stand-in")
    there.begin(name)
    bench.until(lambda: there.process(name), WITHIN, "not-started")
    first = there.process(name)
    bench.step("kill")
    there.kill(first)
    return bench.until(lambda: there.process(name) not in {0, first}, pause + WITHIN, "not-started")


def _by_keeper(bench: Bench) -> float:
    """Return how soon the keeper started its own stand-in again, since the computer began.

    Where the keeper starts agents, as the system, nobody else may tell it what to start or end: it
    tries its rules by itself, each day and soon after it began.
    """
    told = bench.rooms.keeper_drill()
    if told is None or not 0 <= bench.clock.now().boot - told.at <= LATEST:
        raise NotPossibleError("no-keeper")
    bench.unmarked()
    if told.outcome != PASSED:
        raise FailedError("not-started")
    return told.seconds


def restore(bench: Bench) -> None:
    """End every stand-in, and see that it is gone."""
    there = bench.rooms.backend.revival
    if there is None:
        return
    begun = bench.clock.now()
    while left := _left(there):
        for name in left:
            there.end(name)
        if bench.clock.now().since(begun) > WITHIN:
            raise PlatformError("A stand-in of a drill does not end.")
        bench.clock.wait(bench.stop, 0.1)


def _pause(there: Revival) -> float:
    try:
        pause = there.pause()
    except PlatformError as error:
        raise NotPossibleError("no-keeper") from error
    if pause is None:
        raise NotPossibleError("no-keeper")
    return pause


def _left(there: Revival) -> tuple[str, ...]:
    """Return the stand-ins that are there; none where nobody could have started one."""
    try:
        return there.left()
    except PlatformError:
        return ()


DRILL = Drill(id="killed-agent", proves=(CHECK,), run=run, restore=restore)
