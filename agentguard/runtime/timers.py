"""What an agent does by time alone: ticks, verifies its journal, ends an idle scan child."""

from __future__ import annotations

from agentguard.detect.sandbox.client import ScanClient
from agentguard.engine.schedule import Auditor, Ticker
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import Member, Turns

RETIRE = 15.0  # seconds between two looks at an idle scan child


MOMENTS = frozenset({"session", "call", "shift", "life"})
"""Who looks each second or so, at what the system tells at once; they share a thread."""

LONG = frozenset({"auditor", "scan", "holds", "renewing"})
"""Whose turns may take minutes, and of whom nobody waits to hear; they share another."""


def ticking(clock: Clock, submit: Submit) -> Member:
    """Return what moves an agent's time."""
    return Member(name="ticker", begin=lambda _stop: Ticker(clock=clock, submit=submit).turns())


def by_time(clock: Clock, submit: Submit, journal: Journal, scan: ScanClient) -> tuple[Member, ...]:
    """Return what waits for nothing but time, and may take its time."""
    auditor = Auditor(clock=clock, submit=submit, journal=journal)

    def retire(_stop: Stop) -> Turns:
        while True:
            yield RETIRE
            scan.retire_if_idle()

    return (
        Member(name="auditor", begin=lambda _stop: auditor.turns()),
        Member(name="scan", begin=retire),
    )
