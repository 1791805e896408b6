"""A service whose work fails as soon as it runs."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from agentguard.platforms import serve

NAME = "AgentGuardFailing"


def work(_stop: threading.Event, _changed: threading.Event) -> None:
    raise RuntimeError("made up")


if __name__ == "__main__":
    serve(NAME, work)
