"""Gives a person at a desk the secret of a new authenticator app, by a supervisor's leave, once."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from agentguard.server import http_messages
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.device_requests import asked_by
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database
from agentguard.server.store.factors import invitations
from agentguard.wire import apps

LONGEST = 200
_ASKED = msgspec.json.Decoder(apps.AppAsked)


class Apps:
    """Answers `POST /v1/factors/app`."""

    def __init__(self, database: Database, keys: ServerKeys, limits: Limits, now: Now) -> None:
        self._database = database
        self._keys = keys
        self._limits = limits
        self._now = now

    async def answer(self, request: Request, device: Known) -> Answer:
        """Rule on the supervisor's code.

        Raises:
            Refused: the request is malformed or of another device.

        """
        asked = asked_by(device, request, _ASKED)
        try:
            apps.seal(asked.public_key, "")  # a key that is none must not cost the code
        except ValueError:
            raise Refused(400, "malformed") from None
        if not asked.user or max(len(asked.user), len(asked.code)) > LONGEST:
            raise Refused(400, "malformed")
        given = await self._database.write(lambda c: self._give(c, asked))
        return http_messages.answer(200, given)

    def _give(self, connection: Connection, asked: apps.AppAsked) -> apps.AppGiven:
        wanted = invitations.Wanted(device=asked.device, user=asked.user, code=asked.code)
        problem, wait, address = invitations.take(
            connection, self._keys, wanted, now=self._now(), limits=self._limits
        )
        sealed = apps.seal(asked.public_key, address) if address else ""
        return apps.AppGiven(sealed=sealed, problem=problem, wait=wait)
