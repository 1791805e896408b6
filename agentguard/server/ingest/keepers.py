"""Takes the reports of keepers, and gives them codes with which their computer's agents enrol."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from agentguard.server import http_messages
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.reports import Reports
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks import keepers
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database
from agentguard.server.store.records import audit
from agentguard.wire import keeper_messages, v1

WELL = "good"
A_DAY = 24 * 3600
_REPORT = msgspec.json.Decoder(v1.Report)


class Keepers:
    """Answers `POST /v1/keeper` and `POST /v1/keeper/code`."""

    def __init__(
        self,
        database: Database,
        reports: Reports,
        limits: Limits,
        now: Now,
        *,
        forget: Callable[[str], None],
    ) -> None:
        self._forget = forget
        self._database = database
        self._reports = reports
        self._most = limits.keys
        self._now = now
        self._noted: OrderedDict[str, tuple[bool, v1.Seats | None]] = OrderedDict()

    async def answer(self, request: Request, device: Known) -> Answer:
        """Take a keeper's report in.

        Raises:
            Refused: as that of an agent; or the device is an agent.

        """
        if device.id not in self._noted and not await self._database.read(
            lambda c: keepers.is_admitted(c, device.id)
        ):
            raise Refused(403, "no-keeper")
        answer = await self._reports.take(request, device)
        report = _REPORT.decode(request.body)
        well, now = report.overall == WELL, self._now()
        seats = v1.Seats(on=0) if report.goodbye else report.seats
        if self._noted.get(device.id) != (well, seats):
            await self._database.write(
                lambda c: keepers.note(c, device.id, well=well, seats=seats, now=now)
            )
            if device.id not in self._noted:
                self._forget(device.id)  # what it is may have been written down just now
            self._noted[device.id] = well, seats
            self._noted.move_to_end(device.id)
            if len(self._noted) > self._most:
                self._noted.popitem(last=False)
        return answer

    async def code(self, _request: Request, device: Known) -> Answer:
        """Return a code for an agent of the keeper's computer.

        Raises:
            Refused: the device is no keeper, or has asked too often.

        """
        now = self._now()

        def make(connection: Connection) -> str | None:
            if not keepers.is_keeper(connection, device.id):
                return None
            given = keepers.code(connection, device.id, device.team, now)
            if given:
                audit.note(connection, now, f"device:{device.id}", "code.made", device.team)
            return given

        given = await self._database.write(make)
        if given is None:
            raise Refused(403, "no-keeper")
        if not given:
            raise Refused(429, "busy", retry_after=A_DAY // 24)
        return http_messages.answer(201, keeper_messages.CodeGiven(code=given))
