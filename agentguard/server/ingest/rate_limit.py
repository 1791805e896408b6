"""Holds each device to its measure, so that a broken or stolen one takes nothing from the others.

Its pace: a device that is in order sends a report a minute, and what it kept after an outage at
once: the bucket of `Limits.burst` holds a week of a busy desk. It fills by one in `Limits.pace`
seconds. A request takes one out of it, and a report's events as many more as `Limits.events_of_one`
go into.

Only a request whose signature holds takes anything, so that nobody empties the bucket of another;
an empty one is seen before the signature is verified, so that a flood costs little. Each process
counts for itself: what a device may take is the same small part of each of them, however many
there are. A bucket that is full again is forgotten, so that what is remembered are the devices of
the last moments.

What it has stored, whatever few bytes that takes on the wire: counted is a report as it comes out
of its compression, to the byte, and what each event costs beside its text. A desk in order needs
some hundred kilobytes a day; a week of a busy one, kept after an outage, is below a quarter of the
quota. It fills evenly through the day. The count stands in the device's row and is judged where the
report is written (`day_quota`), so that every process and every start goes on with it; here is only
remembered who was told to come later. What a report holds is not taken once the quota is used up:
it is not receipted, and the device keeps it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import msgspec

from agentguard.server.http_messages import Refused
from agentguard.server.settings import Limits
from agentguard.server.store.engine.database import Busy
from agentguard.server.store.reports.day_quota import DAY, Full

DEAF = 20
"""Requests before the time that was told, from which on a device does not listen."""
AGAIN = 3600.0
"""Seconds after which it is told once more of a device that still does not."""
OWED = 2
"""Whole buckets that a device can be behind, counted from a full one."""

Tell = Callable[[str, float], Awaitable[None]]
"""Hears of a device that does not listen, and when that was seen."""
ROW = 256
"""Bytes that an event costs beside its text: its columns and indexes."""
ROOM = DAY / 1024
"""Seconds that a device is told to wait beyond the moment at which there is room for one byte."""


class _Bucket(msgspec.Struct, gc=False):
    """When it is full again, until when the device was told to wait, and how often it did not."""

    full_at: float
    wait_until: float = 0.0
    early: int = 0
    told_at: float = 0.0


class Pace:
    """The buckets of the devices that were heard of last, at most `limits.keys` of them."""

    def __init__(self, limits: Limits, tell: Tell) -> None:
        self._each = limits.pace
        self._whole = limits.burst * limits.pace
        self._longest = OWED * self._whole
        self._most = limits.keys
        self._tell = tell
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """How many devices are remembered."""
        return len(self._buckets)

    def judge(self, device: str, now: float) -> None:
        """Let a device's request be looked at.

        Raises:
            Refused: its bucket is empty; the device is told when there is one in it again.

        """
        bucket = self._buckets.get(device)
        if bucket is None:
            return
        left = self._missing(bucket, now) + self._each - self._whole
        if left <= 0:
            return
        wait = math.ceil(left)
        bucket.wait_until = now + wait
        raise Refused(429, "too-often", retry_after=wait)

    async def count(self, device: str, now: float) -> None:
        """Count a request that a device has signed."""
        bucket = self._buckets.get(device)
        if bucket is not None and now < bucket.wait_until <= now + self._longest:
            await self._early(device, bucket, now)
        self.take(device, now, 1)

    def take(self, device: str, now: float, count: float) -> None:
        """Take so many requests out; what is not there is owed."""
        bucket = self._buckets.get(device)
        if bucket is None:
            bucket = self._buckets[device] = _Bucket(now)
        missing = self._missing(bucket, now) + count * self._each
        bucket.full_at = now + min(missing, self._longest)
        self._buckets.move_to_end(device)
        self._forget(now)

    def _missing(self, bucket: _Bucket, now: float) -> float:
        """Return the seconds until it is full; none after a clock that was set back."""
        missing = bucket.full_at - now
        return missing if 0 < missing <= self._longest else 0.0

    async def _early(self, device: str, bucket: _Bucket, now: float) -> None:
        """Count a request before its time, and tell of a device that goes on with them."""
        bucket.early += 1
        if bucket.early < DEAF or 0 <= now - bucket.told_at < AGAIN:
            return
        before, bucket.told_at = bucket.told_at, now
        try:
            await self._tell(device, now)
        except Busy:
            bucket.told_at = before

    def _forget(self, now: float) -> None:
        """Forget two that are full, and who was heard of longest ago when there are too many."""
        for _ in range(min(2, len(self._buckets))):
            device, bucket = next(iter(self._buckets.items()))
            if bucket.full_at > now and len(self._buckets) <= self._most:
                return
            del self._buckets[device]


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
