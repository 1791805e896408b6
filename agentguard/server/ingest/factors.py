"""Answers what people at desks prove with: an app's secret, an opening by phone, a code's ruling.

The secret of an authenticator app is given by a supervisor's leave, once; what opens a desk by a
supervisor's word is given while there is a network. All else that proves stays at the endpoint.
"""

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
from agentguard.server.store.factors import by_phone, invitations, proof_rulings
from agentguard.server.store.reports import containments
from agentguard.server.tamper import items, kinds
from agentguard.server.tamper.watch import Listener
from agentguard.wire import apps, openings
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked

LONGEST = 200
_APP = msgspec.json.Decoder(apps.AppAsked)
LONGEST_NONCE = 100
_OPENINGS = msgspec.json.Decoder(openings.OpeningsAsked)
_PROOF = msgspec.json.Decoder(ProofAsked)


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
        asked = asked_by(device, request, _APP)
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
        asked = asked_by(device, request, _OPENINGS)
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
        asked = asked_by(device, request, _PROOF)
        if asked.factor not in proof_rulings.FACTORS:
            raise Refused(400, "factor")

        def rule(connection: Connection) -> ProofAnswer:
            if containments.turned_away(connection, device.id):
                return ProofAnswer(accepted=False, problem="turned-away")
            return proof_rulings.prove(
                connection, self._keys, asked, now=self._now(), limits=self._limits
            )

        return http_messages.answer(200, await self._database.write(rule))
