"""Gives desks what opens them by a supervisor's word when no network is there."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from agentguard.server import http_messages
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.device_requests import asked_by
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Now
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database
from agentguard.server.store.factors import by_phone
from agentguard.server.tamper import items, kinds
from agentguard.server.tamper.watch import Listener
from agentguard.wire import openings

LONGEST_NONCE = 100
_ASKED = msgspec.json.Decoder(openings.OpeningsAsked)


class Openings:
    """Answers `POST /v1/break-glass`."""

    def __init__(self, database: Database, keys: ServerKeys, listener: Listener, now: Now) -> None:
        self._database = database
        self._listener = listener
        self._keys = keys
        self._now = now

    async def answer(self, request: Request, device: Known) -> Answer:
        """Take in what was used, and give a fresh set, signed.

        Raises:
            Refused: the request is malformed or of another device.

        """
        asked = asked_by(device, request, _ASKED)
        if len(asked.nonce) > LONGEST_NONCE:
            raise Refused(400, "malformed")
        given = await self._database.write(lambda c: self._give(c, asked))
        told = msgspec.json.encode(given)
        signature = self._keys.sign(told)
        return http_messages.answer(
            200, openings.OpeningsGiven(openings=told.decode(), signature=signature)
        )

    def _give(self, connection: Connection, asked: openings.OpeningsAsked) -> openings.Openings:
        now = self._now()
        if by_phone.spent(connection, asked.device, asked.used, now):
            turn = items.raise_(connection, asked.device, kinds.OPENED_UNASKED, now)
            if turn is not None:
                self._listener.turns(connection, [turn])
        name, pairs = by_phone.make(connection, self._keys, asked.device, asked.holds, now)
        return openings.Openings(device=asked.device, nonce=asked.nonce, name=name, items=pairs)
