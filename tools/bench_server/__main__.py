"""What this computer's endpoint can take.

    dev.py bench server [--desks N] [--database URL] [--processes N]

Simulated desks enrol at an endpoint of their own, report, and come back all at once after an
outage, with the waiting that agents do. The database is SQLite in a folder that is gone
afterwards, or an empty one that AGENTGUARD_DATABASE, AGENTGUARD_DATABASE_FILE or --database names.
Without --processes all is in this process and without TLS; with it the endpoint is an `agentguard
serve`, the desks are in so many processes, and the CPU of both is told apart.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from agentguard.base import translations
from agentguard.base.errors import AgentGuardError, UsageError
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.platforms import system_clock
from agentguard.server.admin import overview
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import open_database
from tools.bench_server.apart import Apart, Cost
from tools.bench_server.stages import Bench, Outcome, Stage

USUAL, MOST, MOST_APART = 1000, 20_000, 200_000
STAGES = {
    "enrol": "enrolment, one by one",
    "first": "first report with posture",
    "heartbeat": "all report again",
    "storm": "all come back after an outage",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench and return 0, 1 when something was lost or late, 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="dev.py bench server", description=__doc__)
    parser.add_argument(
        "--desks",
        type=int,
        default=USUAL,
        help=f"how many, at most {MOST}, in processes {MOST_APART}",
    )
    parser.add_argument("--processes", type=int, default=0, help="of desks, beside a real endpoint")
    parser.add_argument("--database", default="", help="the address of an empty database")
    given = parser.parse_args(argv)
    limit = MOST_APART if given.processes else MOST
    if not 1 <= given.desks <= limit:
        parser.error(f"between 1 and {limit} desks are simulated")
    try:
        outcome = _benched(given.desks, given.database, given.processes)
    except AgentGuardError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"{told(outcome)}\n")
    return 0 if outcome.good else 1


def _benched(desks: int, database: str, processes: int) -> Outcome:
    """Run it on a database that holds no endpoint yet.

    Raises:
        UsageError: the database is in use, or its address is none.

    """
    clock = system_clock()
    supervisor = Supervisor(clock=clock, submit=lambda _event: None)
    where = open_database.chosen(database, os.environ, translations.load())
    with tempfile.TemporaryDirectory(prefix="agentguard-bench-") as folder:
        settings = ServerSettings(data=Path(folder), database=where)
        if overview.is_there(settings):
            raise UsageError(
                "The database holds desks already, or an endpoint that was begun.",
                "Give an empty one.",
            )
        now, boot = (lambda: clock.now().wall), (lambda: clock.now().boot)
        if processes:
            apart = Apart(settings, now, boot, processes=processes, tell=_tell, cost=_cost)
            return apart.run(desks)
        bench = Bench(
            settings,
            now,
            boot,
            lambda name, work: supervisor.start(Actor(name=name, run=lambda _stop: work())),
            tell=_tell,
        )
        try:
            return bench.run(desks)
        finally:
            supervisor.stop()


def told(outcome: Outcome) -> str:
    """Return the verdict in a sentence."""
    if outcome.good:
        seconds = f"{outcome.recovered:.1f} s"
        return f"Nothing was lost or doubled; all had receipts {seconds} after the outage."
    return (
        f"{outcome.lost} events were lost, {outcome.doubled} doubled, {outcome.unreceipted} have "
        f"no receipt; the last receipt came after {outcome.recovered:.1f} s."
    )


def _tell(stage: Stage) -> None:
    rate = stage.reports / max(stage.seconds, 0.001)
    sys.stdout.write(
        f"{STAGES[stage.name]:<30} {stage.reports:>6} answers in {stage.seconds:>6.1f} s "
        f"{rate:>6.0f}/s   p50 {stage.p50 * 1000:>5.0f} ms   p99 {stage.p99 * 1000:>5.0f} ms   "
        f"told to wait {stage.turned_away}, not answered {stage.failed}\n"
    )
    sys.stdout.flush()


def _cost(cost: Cost) -> None:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    sys.stdout.write(
        f"{'':<30} CPU: desks {cost.desks:.1f} s, endpoint {cost.endpoint:.1f} s; "
        f"the endpoint holds {cost.memory / 1024**2:.0f} MiB; load {load:.1f}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
