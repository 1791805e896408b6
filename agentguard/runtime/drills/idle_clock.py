"""Nobody is at a desk of the drill's own: past the limit it must be locked, on no stalled clock.

The person's session is not touched: the real sensor looks at a session that the drill has made up,
and what the engine would do is written down and not done.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks import screen_lock
from agentguard.model.actions import ActionKind
from agentguard.model.events import Event, SessionState
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import SessionReading
from agentguard.runtime.drills.base import Bench, Drill, FailedError, NotPossibleError
from agentguard.sensors.session import STANDS, SessionSensor

CHECK = screen_lock.CHECK.id
MINUTE = 60.0
WITHIN = 10.0
LOOK = 1.0


@dataclass(slots=True)
class MadeUp:
    """A session at which nobody is: `stalled` is the idle time that it tells for ever, if any."""

    clock: Clock
    source: str
    idle: float
    stalled: bool = False
    begun: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self.begun = self.clock.now().boot

    def read(self) -> SessionReading:
        """Return the session."""
        passed = 0.0 if self.stalled else self.clock.now().boot - self.begun
        return SessionReading(idle=self.idle + passed, locked=False, source=self.source)

    def lock(self) -> None:
        """Do nothing: nobody asks for it."""


def run(bench: Bench) -> float:
    """See that the limit makes for a lock, and that a clock which stands still is told."""
    control = bench.rooms.policy().controls[CHECK]
    rules = control.settings
    if not isinstance(rules, screen_lock.Settings) or control.paused:
        raise NotPossibleError("policy-off")
    if ActionKind.LOCK not in control.respond:
        raise NotPossibleError("policy-off")
    source = f"drill-{bench.run}"
    bench.step("mark")
    bench.mark(source, source.encode())
    bench.step("idle")
    begun = bench.clock.now()
    over = MadeUp(bench.clock, source, rules.limit_minutes * MINUTE + 1)
    for seen in _looks(bench, over, 1):
        bench.rooms.submit(bench.rooms.labels.of_session(seen))
    seconds = bench.noticed(WITHIN).noticed_after(begun)
    bench.step("stall")
    stalled = MadeUp(bench.clock, source, rules.limit_minutes * MINUTE / 2, stalled=True)
    if all(one.idle is not None for one in _looks(bench, stalled, int(STANDS) + 2)):
        raise FailedError("not-noticed")
    return seconds


def restore(bench: Bench) -> None:
    """Know the made-up session no more."""
    bench.rooms.labels.close(f"drill-{bench.run}")


def _looks(bench: Bench, session: MadeUp, times: int) -> list[SessionState]:
    """Have the real sensor look at a made-up session a few times; give what it would tell."""
    seen: list[Event] = []
    turns = SessionSensor(session, bench.clock).turns(seen.append, bench.stop)
    for _ in range(times):
        next(turns)
        if times > 1:
            bench.step("look")
            bench.clock.wait(bench.stop, LOOK)
    return [one for one in seen if isinstance(one, SessionState)]


DRILL = Drill(id="idle-clock", proves=(CHECK,), run=run, restore=restore)
