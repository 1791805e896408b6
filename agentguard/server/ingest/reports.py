"""Takes reports: answered only after the COMMIT, with a signed receipt of what is held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from agentguard.server import http_messages, masking
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.desk_use import Seats
from agentguard.server.ingest.policies import Wanted
from agentguard.server.ingest.rate_limit import Pace, Quota
from agentguard.server.ingest.report_answers import DrillRequests, Excepted, Orders
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.server.store.reports import batches, incident_steps, intake
from agentguard.server.store.reports.day_quota import Full
from agentguard.server.tamper.watch import Cloned, Outdated, Watch
from agentguard.wire import exceptions, v1

DAY = 86400
LAST = 2**63 - 1  # what a column of the database holds
SEAL = 64  # characters of a public key in hex
_REPORT = msgspec.json.Decoder(v1.Report)
_JSON = msgspec.json.Encoder()


class Reports:
    """Answers `POST /v1/reports`; `wanted(device, present)` tells which policy it needs.

    `forget` drops what is kept at hand of a device, `again(signer)` judges a device anew.
    """

    def __init__(
        self,
        database: Database,
        keys: ServerKeys,
        limits: Limits,
        now: Now,
        *,
        wanted: Callable[[Known, str], Awaitable[Wanted]],
        forget: Callable[[str], None],
        again: Callable[[Known], Awaitable[Known]],
        watch: Watch,
        seats: Seats,
        pace: Pace,
        quota: Quota,
        drills: DrillRequests,
    ) -> None:
        self._database = database
        self._keys = keys
        self._limits = limits
        self._now = now
        self._wanted = wanted
        self._forget = forget
        self._again = again
        self._watch = watch
        self._seats = seats
        self._pace = pace
        self._quota = quota
        self._drills = drills
        self._orders = Orders(database, keys, now)
        self._excepted = Excepted(database)

    async def answer(self, request: Request, device: Known) -> Answer:
        """Take an agent's report in.

        Raises:
            Refused: it is malformed, of another device or of a keeper, or contradicts what is held.

        """
        if device.role == devices.KEEPER:
            raise Refused(403, "no-agent")
        return await self.take(request, device)

    async def take(self, request: Request, device: Known) -> Answer:
        """Take a report in, of whatever device.

        Raises:
            Refused: it is malformed, of another device, too much for a day, or contradicts what is
                held.

        """
        report, now = _of_device(device, request), self._now()
        await self._quota.judge(device.id, now)
        cost = self._quota.cost(len(request.body), len(report.events))
        if report.events:
            self._pace.take(device.id, now, len(report.events) / self._limits.events_of_one)
        arrived = batches.Arrived(report=report, now=now, signer=device, cost=cost)
        try:
            known = await self._taken(arrived)
        except Outdated:
            self._forget(device.id)
            device = await self._again(device)
            known = await self._taken(msgspec.structs.replace(arrived, signer=device))
        await self._seats.seen(report, now)
        wanted = await self._wanted(device, report.policy_digest)
        news = wanted.digest not in {"", report.policy_digest}
        text = _JSON.encode(_receipt(report, now, device.team if news else ""))
        received = v1.Received(
            **await self._asked(report, now),
            receipt=text.decode(),
            signature=self._keys.sign(text),
            next_in=self._limits.next_in,
            policy_digest=wanted.digest,
            policy_root=wanted.root,
            catalogue=wanted.catalogue,
            need_posture=not known,
            drills=await self._drills.of(device.id),
            new_key=now - device.key_since >= self._limits.key_days * DAY,
        )
        return http_messages.answer(200, received)

    async def _asked(self, report: v1.Report, now: float) -> dict[str, str]:
        """Return the parts of an answer that tell or ask something, each with its signature."""
        follow = await self._follow(report, now)
        told = await self._excepted.told(report, now)
        return {
            "exceptions": told.decode(),
            "exceptions_signature": self._keys.sign(exceptions.seal(told)) if told else "",
            "follow": follow.decode(),
            "follow_signature": self._keys.sign(follow) if follow else "",
            **await self._orders.of(report.device, report.orders),
        }

    async def _follow(self, report: v1.Report, now: float) -> bytes:
        """Return what the desk does not know of its incidents; empty where it asks for nothing."""
        if not report.follows:
            return b""
        told = await self._database.read(
            lambda c: incident_steps.news(c, report.device, report.follows)
        )
        if not told:
            return b""
        return _JSON.encode(v1.FollowedUp(device=report.device, at=iso(now), incidents=told))

    async def _taken(self, arrived: batches.Arrived) -> bool:
        """Take the report in; tell whether a posture of the device is held."""
        id_, now = arrived.report.device, arrived.now
        try:
            return bool(await self._database.write_together(self._watch.take_all, arrived))
        except Cloned:
            self._forget(id_)
            raise Refused(409, "cloned") from None
        except Full as full:
            raise await self._quota.used_up(id_, now, full) from None
        except intake.Missing as missing:
            raise Refused(409, "gap", seq=missing.held) from None
        except intake.Forked:
            epoch = await self._database.write(lambda c: self._watch.forked(c, id_, now))
            if epoch is None:
                self._forget(id_)
                raise Refused(409, "cloned") from None
            raise Refused(409, "fork", epoch=epoch) from None


def _of_device(device: Known, request: Request) -> v1.Report:
    report = _decoded(request.body)
    if report.device != device.id:
        raise Refused(403, "other-device")
    return report


def _receipt(report: v1.Report, now: float, team: str) -> v1.Receipt:
    return v1.Receipt(
        device=report.device,
        epoch=report.epoch,
        seq=report.seq,
        hash=report.hash,
        at=iso(now),
        seal=report.seal[:SEAL],
        team=team,
    )


def _decoded(body: bytes) -> v1.Report:
    try:
        report = _REPORT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "malformed") from None
    if report.schema != v1.SCHEMA:
        raise Refused(400, "schema")
    if len(report.events) > v1.MAX_EVENTS or len(report.controls or ()) > v1.MAX_CONTROLS:
        raise Refused(413, "too-large")
    last = report.seq
    if not (0 <= report.epoch <= LAST and 0 <= last <= LAST and -1 <= report.since <= last):
        raise Refused(400, "malformed")
    for one in report.events:
        if not 0 <= one.seq <= last:
            raise Refused(400, "malformed")
    return masking.report(report)
