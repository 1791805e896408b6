"""An agent that starts cold and tells, as JSON, which policy it enforces and how it stands.

Argument: data folder. The clock is the system's, or what libfaketime makes of it.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from agentguard.model.events import PolicyStanding
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.runtime.bootstrap import Place, opened


def main() -> None:
    clock = system_clock()
    place = Place(folder=Path(sys.argv[1]), backend=SimulatedDesktop(clock).backend, clock=clock)
    told = threading.Event()
    with opened(place) as agent:
        agent.engine.subscribe(
            lambda _snapshot: told.set() if agent.engine.state.facts.get(PolicyStanding) else None
        )
        agent.start()
        assert told.wait(60)
        standing = agent.engine.state.facts.get(PolicyStanding)
        assert standing is not None
        policy = agent.engine.policy()
        health = next(c for c in agent.desk.snapshot().controls if c.check == "agent-health")
        said = {
            "wall": clock.now().wall,
            "policy": [policy.name, policy.version],
            "respond": list(policy.controls["screen-lock"].respond),
            "signed": standing.standing.signed,
            "expired": standing.standing.expired,
            "health": health.detail.id if health.detail else "",
        }
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
