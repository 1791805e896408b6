"""A sensor of the drill's own stops as a real one would, and the agent says that it is blind there.

It runs under the supervisor's rules in a thread of the agent; the others watch on.
"""

from __future__ import annotations

from agentguard.base.errors import PlatformError
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.model.events import Event, SensorState
from agentguard.ports.clock import Stop
from agentguard.runtime.drills.base import Bench, Drill

CHECK = "agent-health"
WITHIN = 30.0


def run(bench: Bench) -> float:
    """Start a sensor that fails at once, and wait until the agent's own check has noticed it."""
    name = f"drill-{bench.run[:6]}"
    bench.step("mark")
    bench.mark(name, name.encode())

    def submit(event: Event) -> None:
        if isinstance(event, SensorState):
            bench.rooms.submit(bench.rooms.labels.of_sensor(event))

    supervisor = Supervisor(clock=bench.clock, submit=submit, patience=1.0)
    bench.step("stop")
    begun = bench.clock.now()
    supervisor.start(Actor(name=name, run=_fail))
    try:
        return bench.noticed(WITHIN).noticed_after(begun)
    finally:
        supervisor.stop()
        bench.rooms.labels.close(name)


def _fail(_stop: Stop) -> None:
    raise PlatformError("This sensor was stopped by a drill.")


DRILL = Drill(id="stopped-sensor", proves=(CHECK,), run=run)
