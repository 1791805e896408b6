"""Holds what a device has stored to a size a day, whatever few bytes it takes on the wire.

Counted is a report as it is kept: decompressed, and with what each event costs beside its text. A
desk in order needs some hundred kilobytes a day; a week of a busy one, kept after an outage, is
below a quarter of the quota. It fills evenly through the day. Each process counts for itself, and
begins anew when it is started; what a report holds is not taken once the quota is used up, so that
it is not receipted and the device keeps it.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.server.http_messages import Refused
from agentguard.server.ingest.rate_limit import Pace, Tell
from agentguard.server.settings import Limits
from agentguard.server.store.engine.database import Busy

DAY = 86400.0
PIECES = 1024
"""Into so many parts the quota is cut."""
ROW = 256
"""Bytes that an event costs beside its text: its columns and indexes."""
AGAIN = 3600.0
"""Seconds after which it is told once more of a device that still has used up its quota."""


class Quota:
    """What the devices that were heard of last have stored."""

    def __init__(self, limits: Limits, tell: Tell) -> None:
        self._piece = limits.stored_day / PIECES
        self._pace = Pace(replace(limits, burst=PIECES, pace=DAY / PIECES), tell, "quota")
        self._tell = tell
        self._told: dict[str, float] = {}

    async def spend(self, device: str, now: float, body: int, events: int) -> None:
        """Count a report of so many bytes and events.

        Raises:
            Refused: the device has stored its part of the day; it is told when to come again.

        """
        try:
            self._pace.judge(device, now)
        except Refused:
            await self._used_up(device, now)
            raise
        self._pace.take(device, now, (body + ROW * events) / self._piece)

    async def _used_up(self, device: str, now: float) -> None:
        self._told = {one: at for one, at in self._told.items() if 0 <= now - at < AGAIN}
        if device in self._told:
            return
        try:
            await self._tell(device, now)
        except Busy:
            return
        self._told[device] = now
