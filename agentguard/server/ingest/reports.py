"""Takes reports: answered only after the COMMIT, with a signed receipt of what is held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from agentguard.server.ingest import http
from agentguard.server.ingest.http import Answer, Refused, Request
from agentguard.server.ingest.policies import Wanted
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store import batches, reports
from agentguard.server.store.database import Database
from agentguard.server.store.devices import Known
from agentguard.server.store.times import iso
from agentguard.wire import v1

LAST = 2**63 - 1  # what a column of the database holds
SEAL = 64  # characters of a public key in hex
_REPORT = msgspec.json.Decoder(v1.Report)
_JSON = msgspec.json.Encoder()


class Reports:
    """Answers `POST /v1/reports`; `wanted(device, present)` tells which policy it needs."""

    def __init__(
        self,
        database: Database,
        keys: ServerKeys,
        limits: Limits,
        now: Now,
        wanted: Callable[[Known, str], Awaitable[Wanted]],
    ) -> None:
        self._database = database
        self._keys = keys
        self._limits = limits
        self._now = now
        self._wanted = wanted

    async def answer(self, request: Request, device: Known) -> Answer:
        """Take a report in.

        Raises:
            Refused: it is malformed, of another device, or contradicts what is held.

        """
        report = _decoded(request.body)
        if report.device != device.id:
            raise Refused(403, "other-device")
        now = self._now()
        try:
            known = await self._database.write_together(
                batches.take_all, batches.Arrived(report=report, now=now)
            )
        except reports.Forked:
            epoch = await self._database.write(lambda c: reports.mark_fork(c, device.id))
            raise Refused(409, "fork", epoch=epoch) from None
        receipt = v1.Receipt(
            device=device.id,
            epoch=report.epoch,
            seq=report.seq,
            hash=report.hash,
            at=iso(now),
            seal=report.seal[:SEAL],
        )
        text = _JSON.encode(receipt)
        wanted = await self._wanted(device, report.policy_digest)
        received = v1.Received(
            receipt=text.decode(),
            signature=self._keys.sign(text),
            next_in=self._limits.next_in,
            policy_digest=wanted.digest,
            policy_root=wanted.root,
            need_posture=not known,
        )
        return http.answer(200, received)


def _decoded(body: bytes) -> v1.Report:
    try:
        report = _REPORT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "malformed") from None
    if report.schema != v1.SCHEMA:
        raise Refused(400, "schema")
    if len(report.events) > v1.MAX_EVENTS:
        raise Refused(413, "too-large")
    numbers = (report.epoch, report.seq, *(e.seq for e in report.events))
    if any(not 0 <= n <= LAST for n in numbers) or max(numbers[1:]) > report.seq:
        raise Refused(400, "malformed")
    return report
