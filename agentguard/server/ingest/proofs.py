"""Rules on the one-time codes of people at desks; the secrets never leave the endpoint."""

from __future__ import annotations

import msgspec

from agentguard.server.ingest import http
from agentguard.server.ingest.http import Answer, Refused, Request
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store import factors
from agentguard.server.store.database import Database
from agentguard.server.store.devices import Known
from agentguard.wire import v1

TOTP = "totp"
_ASKED = msgspec.json.Decoder(v1.ProofAsked)


class Proofs:
    """Answers `POST /v1/proofs`."""

    def __init__(self, database: Database, keys: ServerKeys, limits: Limits, now: Now) -> None:
        self._database = database
        self._keys = keys
        self._limits = limits
        self._now = now

    async def answer(self, request: Request, device: Known) -> Answer:
        """Rule on a code.

        Raises:
            Refused: the request is malformed or of another device.

        """
        try:
            asked = _ASKED.decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Refused(400, "malformed") from None
        if asked.device != device.id:
            raise Refused(403, "other-device")
        if asked.factor != TOTP:
            raise Refused(400, "factor")
        ruling = await self._database.write(
            lambda c: factors.prove(c, self._keys, asked, now=self._now(), limits=self._limits)
        )
        return http.answer(200, ruling)
