"""Holds what a device has stored to a size a day, whatever few bytes it takes on the wire.

Counted is a report as it comes out of its compression, to the byte, and what each event costs
beside its text. A desk in order needs some hundred kilobytes a day; a week of a busy one, kept
after an outage, is below a quarter of the quota. It fills evenly through the day. The count stands
in the device's row and is judged where the report is written (`day_quota`), so that every process
and every start goes on with it; here is only remembered who was told to come later, so that a flood
costs little. What a report holds is not taken once the quota is used up: it is not receipted, and
the device keeps it.
"""

from __future__ import annotations

import math
from collections import OrderedDict

from agentguard.server.http_messages import Refused
from agentguard.server.ingest.rate_limit import Tell
from agentguard.server.ingest.seldom import Seldom
from agentguard.server.settings import Limits
from agentguard.server.store.reports.day_quota import DAY, Full

ROW = 256
"""Bytes that an event costs beside its text: its columns and indexes."""
ROOM = DAY / 1024
"""Seconds that a device is told to wait beyond the moment at which there is room for one byte."""


class Quota:
    """Tells what a report costs, and turns away whose day is full."""

    def __init__(self, limits: Limits, tell: Tell) -> None:
        self._each = DAY / limits.stored_day
        self._most = limits.keys
        self._tell = Seldom(tell)
        self._until: OrderedDict[str, float] = OrderedDict()

    def cost(self, body: int, events: int) -> float:
        """Return the seconds of its day that a report of so many bytes and events takes."""
        return (body + ROW * events) * self._each

    async def judge(self, device: str, now: float) -> None:
        """Let a report be looked at.

        Raises:
            Refused: the device was told to come later than now.

        """
        until = self._until.get(device)
        if until is None:
            return
        left = until - now
        if not 0 < left < DAY:  # over, or the clock was set back
            del self._until[device]
            return
        await self._tell(device, now)
        raise Refused(429, "quota", retry_after=math.ceil(left))

    async def used_up(self, device: str, now: float, full: Full) -> Refused:
        """Return the answer to a report that was not taken, and remember it."""
        wait = math.ceil(full.wait + ROOM)
        self._until[device] = now + wait
        if len(self._until) > self._most:
            self._until.popitem(last=False)
        await self._tell(device, now)
        return Refused(429, "quota", retry_after=wait)
