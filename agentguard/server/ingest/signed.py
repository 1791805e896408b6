"""Hands a request on with the device that signed it, and tells of one that sends what is no use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.rate_limit import Tell
from agentguard.server.ingest.seldom import Seldom
from agentguard.server.settings import Now
from agentguard.server.store.desks.devices import Known

BEYOND = frozenset({"too-large", "malformed", "schema", "encoding"})
"""What no agent in order sends, whoever signed it."""


class Signed:
    """Makes handlers of requests from handlers of requests and who signed them."""

    def __init__(self, now: Now, tell: Tell) -> None:
        self._now = now
        self._tell = Seldom(tell)

    def __call__(
        self,
        known: Callable[[Request], Awaitable[Known]],
        handler: Callable[[Request, Known], Awaitable[Answer]],
    ) -> Callable[[Request], Awaitable[Answer]]:
        """Return a handler that asks `known` who signed and tells what `handler` cannot take."""

        async def verified(request: Request) -> Answer:
            device = await known(request)
            try:
                return await handler(request, device)
            except RecursionError:  # deeper than any reader goes, and no document of ours
                refused = Refused(400, "malformed")
            except Refused as error:
                refused = error
            if refused.kind in BEYOND:
                await self._tell(device.id, self._now())
            raise refused.of_known()

        return verified
