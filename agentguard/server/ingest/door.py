"""The outer switch: what devices ask is answered here, everything else by the console."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from agentguard.server.ingest import http
from agentguard.server.ingest.authentic import Authentic, Nonces
from agentguard.server.ingest.enrol import Enrolment
from agentguard.server.ingest.http import Answer, Refused, Request
from agentguard.server.ingest.known import KnownDevices
from agentguard.server.ingest.policies import Policies
from agentguard.server.ingest.proofs import Proofs
from agentguard.server.ingest.reports import Reports
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.database import Busy, Database
from agentguard.server.store.devices import Known
from agentguard.texts import Texts
from agentguard.wire import v1

LOG = logging.getLogger(__name__)
LIVE = "/healthz"

Handler = Callable[[Request], Awaitable[Answer]]


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
        inner: http.App,
    ) -> None:
        self._inner = inner
        self._now = now
        self._words = words
        self._busy = settings.limits.retry_after
        self._devices = KnownDevices(database, settings.limits, now)
        authentic = Authentic(self._devices.known, now, Nonces(settings.limits.nonces))
        policies = Policies(database, now)
        parts = (database, keys, settings.limits, now)
        enrolment = Enrolment(*parts)
        reports = Reports(*parts, policies.wanted)
        proofs = Proofs(*parts)
        self._handlers: dict[tuple[str, str], Handler] = {
            ("POST", v1.ENROL): enrolment.answer,
            ("POST", v1.REPORTS): _signed(authentic, reports.answer),
            ("POST", v1.PROOFS): _signed(authentic, proofs.answer),
            ("GET", v1.POLICY): _signed(authentic, policies.answer),
            ("GET", v1.ROOTS): _signed(authentic, policies.roots),
            ("GET", LIVE): _alive,
        }
        self._paths = frozenset(path for _, path in self._handlers)

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        """Serve one ASGI request."""
        if scope["type"] == "http" and (
            scope["path"] in self._paths or scope["path"].startswith("/v1/")
        ):
            await self._serve(scope, receive, send)
        else:
            await self._inner(scope, receive, send)

    async def _serve(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        try:
            given = await self._answer(scope, receive)
        except http.Gone:
            return
        except Refused as refused:
            given = http.problem(refused, self._words)
        await http.reply(send, given, self._now())

    async def _answer(self, scope: http.Scope, receive: http.Receive) -> Answer:
        handler = self._handlers.get((scope["method"], scope["path"]))
        if handler is None:
            known = scope["path"] in self._paths
            raise Refused(405, "method") if known else Refused(404, "not-found")
        try:
            return await handler(await http.read(scope, receive))
        except Busy:
            raise Refused(429, "busy", retry_after=self._busy) from None
        except (Refused, http.Gone):
            raise
        except Exception as error:  # noqa: BLE001 - the edge: a device gets a problem, not a trace
            LOG.error("%s failed: %s", scope["path"], type(error).__name__)  # noqa: TRY400 - no values
            raise Refused(503, "unavailable", retry_after=self._busy) from None


def _signed(
    authentic: Authentic, handler: Callable[[Request, Known], Awaitable[Answer]]
) -> Handler:
    async def verified(request: Request) -> Answer:
        return await handler(request, await authentic.device(request))

    return verified


async def _alive(_request: Request) -> Answer:
    return Answer(status=200, body=b"{}")
