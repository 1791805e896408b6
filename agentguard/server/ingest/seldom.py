"""Tells of a device at most once an hour, however often there is something to tell of it."""

from __future__ import annotations

from agentguard.server.ingest.rate_limit import Tell
from agentguard.server.store.engine.database import Busy

AGAIN = 3600.0
"""Seconds after which it is told once more."""


class Seldom:
    """Remembers of which devices it was told in the last hour."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told: dict[str, float] = {}

    async def __call__(self, device: str, now: float) -> None:
        """Tell of a device if that was not done lately; without room it is told the next time."""
        if 0 <= now - self._told.get(device, -AGAIN) < AGAIN:
            return
        self._told = {one: at for one, at in self._told.items() if 0 <= now - at < AGAIN}
        self._told[device] = now
        try:
            await self._tell(device, now)
        except Busy:
            self._told.pop(device, None)
