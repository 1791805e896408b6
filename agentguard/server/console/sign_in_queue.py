"""Lets what is dear through one at a time for each place, so that many of one delay nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

MOST = 50
"""Who may wait in one lane; more are told to come later, since their turn would come too late."""


class Crowded(Exception):
    """Too many wait in this lane already."""


@dataclass(slots=True)
class _Lane:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    there: int = 0


class Lanes:
    """The lanes of a process, each by its key and only while somebody is in it."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for one's turn, in the order of coming.

        Raises:
            Crowded: too many wait there.

        """
        lane = self._lanes.setdefault(key, _Lane())
        if lane.there >= MOST:
            raise Crowded
        lane.there += 1
        try:
            async with lane.turn:
                yield
        finally:
            lane.there -= 1
            if not lane.there:
                del self._lanes[key]
