"""What the latencies of the real program have in common on every system."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from agentguard.base.errors import StoreError
from agentguard.store.agent_store import open_for_reading

CARD = "4556 7375 8689 9855"
POLICY = """
policy: latency
version: 1
description: What the rounds need.
watch: {{folders: ["{folder}"]}}
controls:
  pii-files: {{respond: []}}
  clipboard: {{respond: [clear-clipboard]}}
"""
PATIENCE = 20.0
REST = 0.2  # seconds between two copies: the agent reads at most 20 in a second
PEACE = 3.2  # seconds after which the agent takes a copy for a new one, not for a fight

Round = Callable[[int], float]


def watching(data: Path) -> bool:
    """Tell whether the agent's sensors are at work."""
    try:
        with closing(open_for_reading(data)) as store:
            said = [e.record for e in store.journal.read(0, 1000)]
    except StoreError:
        return False
    sensors = {
        r.payload["sensor"]
        for r in said
        if r.kind == "sensor.state" and r.payload["state"] == "watching"
    }
    return {"clipboard", "files"} <= sensors


def rounds(one: Round, count: int) -> list[float]:
    return [one(number) for number in range(count + 1)][1:]
