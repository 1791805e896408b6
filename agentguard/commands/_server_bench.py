"""`agentguard server bench`: what this computer's endpoint can take, with simulated desks."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.errors import CannotError, UsageError
from agentguard.platforms import system_clock
from agentguard.server.admin import Admin
from agentguard.server.bench.stages import Bench, Stage
from agentguard.server.settings import ServerSettings
from agentguard.texts import Texts

ID = "cli.server-bench"
USUAL, MOST = 1000, 20_000


def arguments(act: Callable[[str], argparse.ArgumentParser], said: Texts) -> None:
    """Add the act."""
    bench = act("bench")
    bench.add_argument("--desks", type=int, default=USUAL, help=said.say(f"{ID}.desks", most=MOST))


def run(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    """Run the bench and give its verdict.

    Raises:
        UsageError: so many desks are not simulated, or the database is in use.
        CannotError: something was lost, or the storm took too long.

    """
    if not 1 <= given.desks <= MOST:
        raise UsageError(said.say(f"{ID}.count", most=MOST))
    clock = system_clock()
    supervisor = Supervisor(clock=clock, submit=lambda _event: None)
    with tempfile.TemporaryDirectory(prefix="agentguard-bench-") as folder:
        own = replace(settings, data=Path(folder))
        _must_be_empty(own, said)
        bench = Bench(
            own,
            lambda: clock.now().wall,
            lambda: clock.now().boot,
            lambda name, work: supervisor.start(Actor(name=name, run=lambda _stop: work())),
            tell=lambda stage: _tell(stage, said),
        )
        try:
            outcome = bench.run(given.desks)
        finally:
            supervisor.stop()
    numbers: dict[str, int | str] = {
        "lost": outcome.lost,
        "doubled": outcome.doubled,
        "waiting": outcome.unreceipted,
        "seconds": f"{outcome.recovered:.1f}",
    }
    if not outcome.good:
        raise CannotError(said.say(f"{ID}.bad", **numbers), said.say(f"{ID}.bad-advice"))
    return said.say(f"{ID}.good", **numbers)


def _must_be_empty(settings: ServerSettings, said: Texts) -> None:
    with Admin(settings, lambda: 0.0) as admin:
        if admin.desks():
            raise UsageError(said.say(f"{ID}.full"), said.say(f"{ID}.full-advice"))


def _tell(stage: Stage, said: Texts) -> None:
    line = said.say(
        f"{ID}.stage",
        name=said.say(f"{ID}.{stage.name}"),
        reports=stage.reports,
        seconds=f"{stage.seconds:.1f}",
        rate=f"{stage.reports / max(stage.seconds, 0.001):.0f}",
        p50=f"{stage.p50 * 1000:.0f}",
        p99=f"{stage.p99 * 1000:.0f}",
        away=stage.turned_away,
        failed=stage.failed,
    )
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
