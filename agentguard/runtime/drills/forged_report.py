"""A report in this desk's name that another key has signed is refused by the endpoint."""

from __future__ import annotations

from agentguard.base.errors import UplinkError
from agentguard.runtime.drills.base import Bench, Drill, FailedError, NotPossibleError

CHECK = "agent-health"


def run(bench: Bench) -> float:
    """Send it; it says what the desk's own reports say, so that it would change nothing."""
    bench.unmarked()
    bench.step("send")
    begun = bench.clock.now()
    try:
        refused = bench.rooms.link.forge()
    except UplinkError as error:
        raise NotPossibleError("offline") from error
    if refused is None:
        raise NotPossibleError("not-enrolled")
    if not refused:
        raise FailedError("forgery-taken")
    return bench.clock.now().since(begun)


DRILL = Drill(id="forged-report", proves=(CHECK,), run=run)
