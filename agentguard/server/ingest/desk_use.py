"""Writes down who uses which desk, under a pseudonym; the name is sealed before it is kept."""

from __future__ import annotations

from collections import OrderedDict

from agentguard.server.keys import ServerKeys
from agentguard.server.store.engine.database import Busy, Database
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.persons import use_spans
from agentguard.wire import v1

EVERY = 600.0
"""Seconds for which an unchanged use is not written again; a report is far more frequent."""
LONGEST = 200  # characters of a name, as of the one that codes are asked for


class Seats:
    """Remembers the last `most` desks, so that few reports cost a write."""

    def __init__(self, database: Database, keys: ServerKeys, most: int) -> None:
        self._database = database
        self._keys = keys
        self._most = most
        self._written: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def seen(self, report: v1.Report, now: float) -> None:
        """Keep whose session a report is of; nothing where the desk does not say.

        What a report tells lies in the use that it belongs to. While too many writes wait, this is
        left to a later report: the report itself is kept already.
        """
        name, device = report.user.strip()[:LONGEST], report.device
        if not name:
            return
        person = self._keys.pseudonym(name)
        known, at = self._written.get(device, ("", 0.0))
        if known == person and 0 <= now - at < EVERY and not report.events:
            return
        first = min([now, *(seconds(one.at, now) for one in report.events)])
        seen = use_spans.Seen(
            device=device,
            person=person,
            sealed=self._keys.seal(name),
            since=max(first, now - use_spans.GAP),
            at=now,
        )
        try:
            await self._database.write_together(use_spans.take_all, seen)
        except Busy:
            return
        self._written[device] = (person, now)
        self._written.move_to_end(device)
        while len(self._written) > self._most:
            self._written.popitem(last=False)
