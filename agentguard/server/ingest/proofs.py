"""Answers what people at desks prove with; the secrets never leave the endpoint."""

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
from agentguard.server.store.factors import proof_rulings
from agentguard.server.store.reports import containments
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked

_ASKED = msgspec.json.Decoder(ProofAsked)


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
        asked = asked_by(device, request, _ASKED)
        if asked.factor not in proof_rulings.FACTORS:
            raise Refused(400, "factor")

        def rule(connection: Connection) -> ProofAnswer:
            if containments.turned_away(connection, device.id):
                return ProofAnswer(accepted=False, problem="turned-away")
            return proof_rulings.prove(
                connection, self._keys, asked, now=self._now(), limits=self._limits
            )

        return http_messages.answer(200, await self._database.write(rule))
