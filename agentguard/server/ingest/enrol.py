"""Takes a workstation in: a single-use code, and proof that it holds the key that it names."""

from __future__ import annotations

import base64
import binascii

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import Connection

from agentguard.server import http_messages, masking
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.keys import ServerKeys
from agentguard.server.listener.slow_clients import origin
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks import devices, enrolment_codes, policies
from agentguard.server.store.desks.devices import KeyRefused
from agentguard.server.store.desks.enrolment_codes import CodeRefused, Grant
from agentguard.server.store.engine.database import Database
from agentguard.server.store.factors import proof_limits, tries
from agentguard.server.store.factors.tries import Count
from agentguard.server.store.outbox import happenings
from agentguard.server.store.records import audit
from agentguard.wire import v1

KEY = 32  # bytes of an Ed25519 public key
SIGNATURE = 64
_ASKED = msgspec.json.Decoder(v1.Enrol)


class Enrolment:
    """Answers `POST /v1/enroll`."""

    def __init__(self, database: Database, keys: ServerKeys, limits: Limits, now: Now) -> None:
        self._database = database
        self._keys = keys
        self._limits = limits
        self._now = now

    async def answer(self, request: Request) -> Answer:
        """Enrol the device.

        Raises:
            Refused: the code, the proof or the request is not good.

        """
        asked = _decoded(request.body)
        key = proved(asked.public_key, asked.proof, f"{asked.code}\n{asked.nonce}")
        counts = [proof_limits.ENROL.of(self._limits, origin(request.client))]
        given = await self._database.write(lambda c: self._judged(c, asked, key, counts))
        if isinstance(given, Refused):
            raise given
        return http_messages.answer(201, given)

    def _judged(
        self, connection: Connection, asked: v1.Enrol, key: bytes, counts: list[Count]
    ) -> v1.Enrolled | Refused:
        """Count the code, judge it, and take the device in, all in this transaction."""
        wait = tries.reserve(connection, counts, self._now())
        if wait:
            return Refused(429, "busy", retry_after=wait)
        given_up = None
        try:
            with connection.begin_nested():
                enrolled = self._enrol(connection, asked, key)
        except CodeRefused as refused:
            return Refused(403, f"code-{refused.kind}")
        except KeyRefused:
            given_up = Refused(403, "key-given-up")
        tries.release(connection, counts)
        return given_up or enrolled

    def _enrol(self, connection: Connection, asked: v1.Enrol, key: bytes) -> v1.Enrolled:
        now = self._now()
        id_ = devices.id_of(connection, key)
        grant = enrolment_codes.take(connection, asked.code, now, id_, asked.asset)
        state = self._state(connection, id_, grant)
        if not grant.again:
            about = devices.About(
                team=grant.team,
                label=masking.name(asked.label),
                system=asked.system,
                asset=asked.asset,
                key_place=asked.key_place,
                role=grant.role,
            )
            devices.put(connection, id_, key, about, now, state)
            act = "device.asked" if state == devices.PENDING else "device.enrolled"
            audit.note(connection, now, f"device:{id_}", act, grant.team_name)
            happenings.of_device(connection, id_, act.removeprefix("device."), now)
        root = policies.roots(connection)
        return v1.Enrolled(
            device=id_,
            team=grant.team_name,
            receipt_key=self._keys.receipt_key,
            next_in=self._limits.next_in,
            policy_root=f"[{root[-1].decode()}]" if root else "",
            pending=state == devices.PENDING,
        )

    def _state(self, connection: Connection, id_: str, grant: Grant) -> str:
        """Return the status of a device after its code was used.

        A code that was used before changes nothing, so that nobody who was turned away comes back
        by it; nor does one for many, unless a person says so.
        """
        before = devices.status(connection, id_)
        if grant.again:
            if before == devices.RETIRED:
                raise CodeRefused("used")
            return before
        turned_away = before in {devices.RETIRED, devices.CLONED}
        waits = grant.confirm or self._limits.confirm_all or (grant.many and turned_away)
        return devices.PENDING if waits else devices.ACTIVE


def _decoded(body: bytes) -> v1.Enrol:
    try:
        asked = _ASKED.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "malformed") from None
    if asked.schema != v1.SCHEMA:
        raise Refused(400, "schema")
    return asked


def proved(public_key: str, proof: str, said: str) -> bytes:
    """Return the raw public key, whose owner has signed `said`.

    Raises:
        Refused: it has not, or key or proof are none.

    """
    try:
        key = base64.b64decode(public_key, validate=True)
        signature = base64.b64decode(proof, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "malformed") from None
    if len(key) != KEY or len(signature) != SIGNATURE:
        raise Refused(400, "malformed")
    try:
        VerifyKey(key).verify(said.encode(), signature)
    except BadSignatureError:
        raise Refused(403, "proof") from None
    return key
