"""The outer switch: what devices ask is answered here, everything else by the console.

What was refused is written down: once for each kind and path in ten minutes, then how often.
Neither addresses nor names are written. What a flood of bad requests leaves in the log is bounded
by the kinds and the paths that there are.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from agentguard.base.translations import Texts
from agentguard.server import http_messages
from agentguard.server.feeds import metrics
from agentguard.server.feeds.metrics import Metrics
from agentguard.server.feeds.outbox import listener
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest import openapi
from agentguard.server.ingest.authentication import (
    BEYOND,
    Authentic,
    KnownDevices,
    Nonces,
    Replaced,
    Signed,
)
from agentguard.server.ingest.desk_use import Seats
from agentguard.server.ingest.enrol import Enrolment
from agentguard.server.ingest.factors import Apps, Openings, Proofs
from agentguard.server.ingest.held_data import Holding
from agentguard.server.ingest.inventory import Inventories
from agentguard.server.ingest.keepers import Keepers
from agentguard.server.ingest.lessons import Lessons
from agentguard.server.ingest.policies import Policies
from agentguard.server.ingest.rate_limit import Pace, Quota, Tell
from agentguard.server.ingest.readiness import Readiness
from agentguard.server.ingest.reading import Reading, route
from agentguard.server.ingest.rekey import Rekeying
from agentguard.server.ingest.report_answers import DrillRequests
from agentguard.server.ingest.reports import Reports
from agentguard.server.jobs import backups
from agentguard.server.keys import ServerKeys
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.playbooks import following
from agentguard.server.playbooks.following import Following
from agentguard.server.policies.teaching import judges
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.desks import devices
from agentguard.server.store.engine import causes
from agentguard.server.store.engine.database import Busy, Database
from agentguard.server.store.software.intake import Intake
from agentguard.server.tamper import kinds
from agentguard.server.tamper.kinds import Kind
from agentguard.server.tamper.watch import Watch
from agentguard.wire import (
    apps,
    data_request,
    inventory,
    keeper_messages,
    lesson_messages,
    openings,
    reading,
    v1,
)

LOG = logging.getLogger(__name__)
LIVE, READY = "/healthz", "/readyz"

Handler = Callable[[Request], Awaitable[Answer]]
SPAN = 600.0  # seconds
USUAL = frozenset({"busy", "no-policy", "no-catalogue"})
"""What is refused in everyday work."""


class Door:
    """Answers enrolment, reports, proofs and policy; hands the rest to `inner`."""

    def __init__(
        self,
        settings: ServerSettings,
        database: Database,
        keys: ServerKeys,
        *,
        now: Now,
        words: Texts,
        inner: http_messages.App,
        outside: Outside,
        playbooks: Following,
    ) -> None:
        self._outside = outside
        self._playbooks = playbooks
        self._inner = inner
        self._now = now
        self._words = words
        self._busy = settings.limits.retry_after
        self._devices = KnownDevices(database, settings.limits, now)
        self._metrics = Metrics(database, settings, outside, now)
        self._refusals = Refusals(now, words)
        self._description = openapi.document(words)
        self._handlers: dict[tuple[str, str], Handler] = {
            **self._asked_by_devices(settings, database, keys, now),
            ("GET", LIVE): _alive,
            ("GET", READY): self._readiness(database, settings, now).answer,
            ("GET", metrics.PATH): self._metrics.answer,
            ("GET", openapi.PATH): self._described,
            **_read_with_tokens(Reading(database, keys, settings.limits, now)),
        }
        self._paths = frozenset(path for _, path in self._handlers)

    def _readiness(self, database: Database, settings: ServerSettings, now: Now) -> Readiness:
        return Readiness(
            database,
            settings,
            now,
            lambda: self._outside.wrong(now()),
            overdue=lambda connection, at: backups.overdue(connection, settings, at),
            files=lambda: {following.JOB: self._playbooks.places},
        )

    def _asked_by_devices(
        self, settings: ServerSettings, database: Database, keys: ServerKeys, now: Now
    ) -> dict[tuple[str, str], Handler]:
        watch = Watch(settings.limits, listener(settings))
        pace, authentic, reporting = self._signers(settings, database, watch, now)
        policies = Policies(database, now)
        parts = (database, keys, settings.limits, now)
        quota = Quota(settings.limits, _telling(database, watch, kinds.OVER_QUOTA))
        reports = Reports(
            *parts,
            wanted=policies.wanted,
            forget=self._devices.forget,
            again=reporting.again,
            watch=watch,
            seats=Seats(database, keys, settings.limits.keys), pace=pace, quota=quota,
            drills=DrillRequests(database, now),
        )  # fmt: skip
        keepers = Keepers(database, reports, settings.limits, now, forget=self._devices.forget)
        opened = Openings(database, keys, watch.listener, now)
        signed = Signed(now, _telling(database, watch, kinds.BEYOND_BOUNDS))
        rekeying = Rekeying(*parts, forget=self._devices.forget, watch=watch)
        lists = Inventories(*parts, intake=Intake(judges(settings.reading)), pace=pace, quota=quota)
        return {
            ("POST", v1.ENROL): Enrolment(*parts).answer,
            ("POST", v1.REPORTS): signed(reporting.device, reports.answer),
            ("POST", keeper_messages.KEEPER): signed(authentic.device, keepers.answer),
            ("POST", keeper_messages.CODE): signed(authentic.device, keepers.code),
            ("POST", v1.PROOFS): signed(authentic.device, Proofs(*parts).answer),
            ("POST", apps.APPS): signed(authentic.device, Apps(*parts).answer),
            ("POST", openings.OPENINGS): signed(authentic.device, opened.answer),
            ("POST", lesson_messages.LESSONS): signed(authentic.device, Lessons(*parts).answer),
            ("POST", v1.ROTATE): signed(authentic.device, rekeying.rotate),
            ("POST", v1.SPLIT): signed(authentic.signer, rekeying.split),
            ("PUT", inventory.INVENTORY): signed(authentic.device, lists.answer),
            ("GET", data_request.HELD): signed(authentic.device, Holding(*parts).answer),
            ("GET", v1.POLICY): signed(authentic.device, policies.answer),
            ("GET", v1.ROOTS): signed(authentic.device, policies.roots),
            ("GET", v1.CATALOGUE): signed(authentic.device, policies.catalogue),
        }

    def _signers(
        self, settings: ServerSettings, database: Database, watch: Watch, now: Now
    ) -> tuple[Pace, Authentic, Authentic]:
        """Return the pace of reports, who lets in what is asked, and who lets in reports.

        They hold a device to its pace apart: a backlog takes nothing from who waits at the desk.
        """
        unruly = _telling(database, watch, kinds.TOO_OFTEN)
        held_twice = _telling(database, watch, kinds.KEY_HELD_TWICE)

        async def follow(device: str, at: float) -> None:
            await database.write(lambda c: devices.followed(c, device, at))
            self._devices.forget(device)

        replaced = Replaced(follow, held_twice)
        nonces, known = Nonces(settings.limits.nonces), self._devices.known
        pace, other = (Pace(settings.limits, unruly) for _ in range(2))
        reporting = Authentic(known, now, nonces, pace, self._devices.at_hand, replaced=replaced)
        return pace, Authentic(known, now, nonces, other, replaced=replaced), reporting

    async def __call__(
        self, scope: http_messages.Scope, receive: http_messages.Receive, send: http_messages.Send
    ) -> None:
        """Serve one ASGI request."""
        if scope["type"] == "http" and (
            scope["path"] in self._paths or scope["path"].startswith("/v1/")
        ):
            await self._serve(scope, receive, send)
        else:
            await self._inner(scope, receive, send)

    async def _serve(
        self, scope: http_messages.Scope, receive: http_messages.Receive, send: http_messages.Send
    ) -> None:
        begun = asyncio.get_running_loop().time()
        asked = route(scope["path"])
        path = asked if asked in self._paths else "/v1"
        try:
            given = await self._answer(scope, receive)
        except http_messages.Gone:
            return
        except Refused as refused:
            self._refusals.note(refused, path)
            self._metrics.refused(refused.kind)
            if refused.kind in BEYOND and not refused.known:
                self._outside.refused[refused.kind] += 1
            given = http_messages.problem(refused, self._words)
        self._metrics.count(path, given.status, asyncio.get_running_loop().time() - begun)
        await http_messages.reply(send, given, self._now())

    async def _answer(self, scope: http_messages.Scope, receive: http_messages.Receive) -> Answer:
        asked = route(scope["path"])
        handler = self._handlers.get((scope["method"], asked))
        if handler is None:
            known = asked in self._paths
            raise Refused(405, "method") if known else Refused(404, "not-found")
        try:
            return await handler(await http_messages.read(scope, receive))
        except Busy:
            raise Refused(429, "busy", retry_after=self._busy) from None
        except (Refused, http_messages.Gone):
            raise
        except RecursionError:  # deeper than any reader goes, and no document of ours
            raise Refused(400, "malformed") from None
        except SQLAlchemyError as error:
            why = causes.cause(error)
            raise Refused(503, "unavailable", retry_after=self._busy, why=why) from None
        except Exception as error:  # noqa: BLE001 - the edge: a device gets a problem, not a trace
            LOG.error("%s failed: %s", scope["path"], causes.logged(error))  # noqa: TRY400 - no values
            raise Refused(503, "unavailable", retry_after=self._busy) from None

    async def _described(self, _request: Request) -> Answer:
        return Answer(status=200, body=self._description)


def _telling(database: Database, watch: Watch, kind: Kind) -> Tell:
    async def tell(device: str, at: float) -> None:
        await database.write(lambda c: watch.raised(c, device, kind, at))

    return tell


def _read_with_tokens(reader: Reading) -> dict[tuple[str, str], Handler]:
    return {
        ("GET", reading.VERDICTS): reader.verdict,
        ("GET", reading.VERDICT_KEYS): reader.keys,
        ("GET", reading.DESKS): reader.desks,
        ("GET", reading.FINDINGS): reader.findings,
    }


async def _alive(_request: Request) -> Answer:
    return Answer(status=200, body=b"{}")


class Refusals:
    """Counts refusals by kind and path."""

    def __init__(self, now: Now, words: Texts) -> None:
        self._now = now
        self._words = words
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self._since = 0.0

    def note(self, refused: Refused, path: str) -> None:
        """Write a refusal down, if it is the first of its kind for a while."""
        if refused.kind in USUAL:
            return
        self._turn(self._now())
        key = refused.kind, path, refused.why
        self._seen[key] += 1
        if self._seen[key] == 1:
            why = self._why(refused)
            LOG.warning("refused at %s: %s (%d)%s", path, refused.kind, refused.status, why)

    def _why(self, refused: Refused) -> str:
        return f" {causes.sentence(refused.why, self._words)}" if refused.why else ""

    def _turn(self, now: float) -> None:
        """Begin a new span when the old one is over, and sum that one up."""
        if 0 <= now - self._since < SPAN:
            return
        for (kind, path, _), count in self._seen.items():
            if count > 1:
                LOG.warning("refused at %s: %s, %d times in all", path, kind, count)
        self._seen.clear()
        self._since = now
