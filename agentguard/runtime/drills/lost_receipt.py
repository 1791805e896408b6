"""An event whose receipt is lost stays the desk's to tell, is told again, and gets its receipt."""

from __future__ import annotations

from agentguard.model.events import UplinkState
from agentguard.runtime.drills.base import Bench, Drill, NotPossibleError

CHECK = "agent-health"
WITHIN = 90.0


def run(bench: Bench) -> float:
    """Lose the endpoint's next answer; the event is the drill's own beginning."""
    rooms = bench.rooms
    uplink = rooms.known.latest(UplinkState)
    if uplink is None or uplink.problem:
        raise NotPossibleError("offline")
    bench.unmarked()
    goal = rooms.outbox.cursor() + rooms.outbox.waiting()
    bench.step("lose")
    lost = rooms.link.lose_answer()
    if lost is None:
        raise NotPossibleError("not-enrolled")
    begun = bench.clock.now()
    rooms.report_now()
    bench.until(lost, WITHIN, "no-answer")
    bench.until(lambda: rooms.outbox.cursor() >= goal, WITHIN, "no-receipt")
    return bench.clock.now().since(begun)


def restore(bench: Bench) -> None:
    """Lose no answer any more."""
    bench.rooms.link.keep_answers()


DRILL = Drill(id="lost-receipt", proves=(CHECK,), run=run, restore=restore)
