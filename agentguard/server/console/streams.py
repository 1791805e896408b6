"""Tells open pages that something of what they show has changed, and nothing of what it is.

One look a second serves all streams of a process, whoever they are; without streams there is none.
A stream says that there is news, or that it is still there; the page then asks for its part as who
it is, so that nothing is told here that a role may not see. It ends with the session or the grant.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass, field
from time import perf_counter

from sqlalchemy import Connection

from agentguard.server.roles import Scope
from agentguard.server.settings import Limits, Now
from agentguard.server.store.engine import causes
from agentguard.server.store.engine.database import Database
from agentguard.server.store.floor.marks import Teams, Versions, Watch

LOG = logging.getLogger(__name__)
KIND = "text/event-stream"
SUMS_EVERY = 5.0
"""Seconds between two looks at what is written over."""
SHARE = 50
"""Such a look may take one part in so many of the time; where it takes longer, it comes later."""
Still = Callable[[Connection, float], bool]
"""Tells whether who opened a stream may still see the same; the number is the wall time."""
Source = Callable[[], Hashable]
"""Gives another value when something that no table holds has changed."""


@dataclass(slots=True, kw_only=True, eq=False)
class OpenPage:
    """One open page; `owner` is the session or screen by which it is bounded."""

    owner: str
    scope: Scope
    still: Still
    topic: str = ""
    version: int = 0
    beat_at: float = 0.0
    seen_at: float = 0.0
    _said: int = 0
    _due: bytes = b""
    _over: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def news(self) -> None:
        """Say that something has changed; what was not sent yet is said once."""
        self._said += 1
        self._say(b"id: %d\nevent: news\ndata: %d\n\n" % (self._said, self._said))

    def beat(self, seconds: float) -> None:
        """Say that it is there, and for how many seconds at most it will now be silent."""
        self._say(self._due or beat(seconds))

    def end(self) -> None:
        """Say that it is over; the page finds out why when it asks for its part."""
        self._say(b"event: over\ndata: 0\n\n")
        self._over = True

    def _say(self, what: bytes) -> None:
        if not self._over:
            self._due = what
        self._wake.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what is said until it is over."""
        while self._due or not self._over:
            await self._wake.wait()
            self._wake.clear()
            due, self._due = self._due, b""
            yield due


class Streams:
    """The open streams of one process; `sources` are what else can be looked at, by topic."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        now: Now,
        sources: dict[str, Source] | None = None,
    ) -> None:
        self._database = database
        self._limits = limits
        self._now = now
        self._sources = sources or {}
        self._open: set[OpenPage] = set()
        self._versions = Versions()
        self._given: dict[str, tuple[int, Hashable]] = {}
        self._watch = Watch()
        self._task: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()
        self._sums_at = 0.0
        self._closed = False

    @property
    def topics(self) -> frozenset[str]:
        """What can be looked at beside the tables."""
        return frozenset(self._sources)

    def full(self, owner: str) -> bool:
        """Check whether there is no room for one more, of all or of this owner."""
        many = sum(one.owner == owner for one in self._open)
        return (
            self._closed
            or len(self._open) >= self._limits.streams
            or many >= self._limits.streams_of_one
        )

    async def told(self, stream: OpenPage) -> AsyncIterator[bytes]:
        """Yield what a page is told, from now until it goes away or may not look any more."""
        if self.full(stream.owner):
            return
        at = asyncio.get_running_loop().time()
        if self._task is None:
            self._watch, self._sums_at, self._given = Watch(), 0.0, {}
            self._begun.clear()
            self._task = asyncio.create_task(self._look_on())
        stream.version, stream.beat_at, stream.seen_at = self._version(stream), at, at
        self._open.add(stream)
        try:
            await self._begun.wait()  # what comes after the first sign of life is news
            yield beat(self._limits.stream_beat)
            async for piece in stream.pieces():
                yield piece
        finally:
            self._open.discard(stream)

    def leave(self) -> None:
        """End all of them, and begin none any more: the endpoint stops."""
        self._closed = True
        self._end_all()

    async def stop(self) -> None:
        """Look no more."""
        self.leave()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _end_all(self) -> None:
        for one in self._open:
            one.end()

    async def _look_on(self) -> None:
        """Look while anybody is there; where that cannot be, end all, so that they ask by time."""
        try:
            while self._open:
                await self._look()
                self._begun.set()
                await asyncio.sleep(self._limits.stream_look)
        except Exception as error:  # noqa: BLE001 - the task's boundary: pages go on by asking
            LOG.error("open pages are told nothing: %s", causes.logged(error))  # noqa: TRY400 - no values
            self._end_all()
        finally:
            self._task = None
            self._begun.set()

    async def _look(self) -> None:
        at, beat_ = asyncio.get_running_loop().time(), self._limits.stream_beat
        due = [one for one in self._open if at - one.seen_at >= beat_]
        await self._ask_sources()
        changed, gone = await self._database.read(lambda c: self._read(c, at, due))
        self._versions.changed(changed)
        for one in due:
            one.seen_at = at
        for one in list(self._open):
            version = self._version(one)
            if one in gone:
                one.end()
            elif version != one.version:
                one.version, one.beat_at = version, at
                one.news()
            elif at - one.beat_at >= beat_:
                one.beat_at = at
                one.beat(beat_)

    def _read(
        self, connection: Connection, at: float, due: list[OpenPage]
    ) -> tuple[Teams, set[OpenPage]]:
        """Return whose picture has changed, and which of the streams that are due must end."""
        now = self._now()
        changed = self._watch.look(connection, at)
        if at >= self._sums_at:
            begun = perf_counter()
            changed |= self._watch.add_up(connection, now - self._limits.silent_after, now)
            self._sums_at = at + max(SUMS_EVERY, SHARE * (perf_counter() - begun))
        return changed, {one for one in due if not one.still(connection, now)}

    async def _ask_sources(self) -> None:
        for topic in {one.topic for one in self._open} & self._sources.keys():
            value = await asyncio.to_thread(self._sources[topic])
            version, before = self._given.get(topic, (0, value))
            self._given[topic] = version + (value != before), value

    def _version(self, stream: OpenPage) -> int:
        if stream.topic:
            return self._given.get(stream.topic, (0, None))[0]
        return self._versions.of(stream.scope)


def beat(seconds: float) -> bytes:
    """Return what is said when there is nothing to say: how long it will now be at most."""
    return b"event: beat\ndata: %g\n\n" % seconds
