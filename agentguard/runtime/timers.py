"""What an agent does by time alone: ticks, verifies its journal, ends an idle scan child."""

from __future__ import annotations

from agentguard.detect.sandbox.client import ScanClient
from agentguard.engine.schedule import Auditor, Ticker
from agentguard.platforms import give_back
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import LONGEST, Member, Turns

RETIRE = 15.0  # seconds between two looks at an idle scan child
SETTLED, TIDY = 30.0, 600.0
"""Seconds after a start until freed memory is given back, and from then on between two times."""

MOMENTS = frozenset(
    {"ticker", "pulse", "session", "call", "front", "shift", "life", "security-keys"}
)
"""Who looks each second or so, at what the system tells at once: they are on the wheel itself."""

NAP = 5.0
"""Seconds after which the worker wakes at the latest, to see that the wheel turns."""
HELD = 5.0
"""Seconds of a turn of the worker's, after which another thread goes on with the rest."""

MINUTE, HOUR = 60.0, 3600.0
LONG = {
    "auditor": HOUR,
    "changes": HOUR,
    "drills": 15 * MINUTE,
    "host": 5 * MINUTE,
    "holds": 10 * MINUTE,
    "renewing": 12 * HOUR,
    "retention": 12 * HOUR,
    "self-test": 10 * MINUTE,
}
"""Seconds that a turn of these may take: it reads everything, or asks many others."""


def longest(name: str) -> float:
    """Return the seconds after which a turn of that name is said to hang."""
    return LONG.get(name, LONGEST)


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
        Member(name="memory", begin=lambda _stop: tidying()),
    )


def tidying() -> Turns:
    """Yield the seconds between two times at which freed memory is given back, in peaks."""
    yield SETTLED
    while True:
        give_back()
        yield TIDY
