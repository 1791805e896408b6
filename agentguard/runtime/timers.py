"""What an agent does by time alone: ticks, verifies its journal, ends an idle scan child."""

from __future__ import annotations

from agentguard.detect.sandbox.client import ScanClient
from agentguard.engine.schedule import Auditor, Ticker
from agentguard.engine.supervisor import Actor
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal

RETIRE = 15.0  # seconds between two looks at an idle scan child


def by_time(clock: Clock, submit: Submit, journal: Journal, scan: ScanClient) -> tuple[Actor, ...]:
    """Return the actors that wait for nothing but time."""

    def retire(stop: Stop) -> None:
        while not clock.wait(stop, RETIRE):
            scan.retire_if_idle()

    return (
        Actor(name="ticker", run=Ticker(clock=clock, submit=submit).run),
        Actor(name="auditor", run=Auditor(clock=clock, submit=submit, journal=journal).run),
        Actor(name="scan", run=retire),
    )
