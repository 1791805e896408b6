"""Gives a device another key, and each of two computers with one key an identity of its own."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from agentguard.server import http_messages
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.enrol import proved
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import KeyRefused, Known
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.server.store.outbox import happenings
from agentguard.server.store.records import audit
from agentguard.server.tamper import kinds
from agentguard.server.tamper.watch import Watch
from agentguard.wire import v1

DAY = 24 * 3600
_ASKED = msgspec.json.Decoder(v1.NewKey)
_JSON = msgspec.json.Encoder()


class Rekeying:
    """Answers `POST /v1/keys/rotate` and `/v1/keys/split`; `forget` drops a key kept at hand."""

    def __init__(
        self,
        database: Database,
        keys: ServerKeys,
        limits: Limits,
        now: Now,
        *,
        forget: Callable[[str], None],
        watch: Watch,
    ) -> None:
        self._database = database
        self._keys = keys
        self._limits = limits
        self._now = now
        self._forget = forget
        self._watch = watch

    async def rotate(self, request: Request, device: Known) -> Answer:
        """Take the new key; the one before counts for a day more.

        One that this endpoint did not ask for is a sign: who has stolen a key would replace it.

        Raises:
            Refused: the request is malformed or of another device, or the key is used already.

        """
        asked, key = _asked(request, device)
        if device.by_before and key != device.public_key:  # what was given up gives nobody a key
            raise Refused(403, "key-given-up")
        now = self._now()

        asked_for = now - device.key_since >= self._limits.key_days * DAY

        def write(connection: Connection) -> None:
            if key != device.public_key and not asked_for:
                self._watch.raised(connection, device.id, kinds.KEY_UNASKED, now)
            devices.rotate(connection, device.id, key, asked.key_place, now)
            audit.note(connection, now, f"device:{device.id}", "device.key-rotated")
            happenings.of_device(connection, device.id, "key-rotated", now)

        try:
            await self._database.write(write)
        except KeyRefused:
            raise Refused(403, "key-given-up") from None
        self._forget(device.id)
        return self._taken(device.id, asked.public_key, now, pending=False)

    async def split(self, request: Request, device: Known) -> Answer:
        """Make the computer an identity that waits for a person.

        Raises:
            Refused: as for `rotate`; or the device shares its key with nobody.

        """
        asked, key = _asked(request, device)
        if device.status != devices.CLONED:
            raise Refused(403, "not-cloned")
        now = self._now()
        try:
            id_ = await self._database.write(lambda c: self._split(c, device.id, asked, key))
        except KeyRefused:
            raise Refused(403, "key-given-up") from None
        return self._taken(id_, asked.public_key, now, pending=True)

    def _split(self, connection: Connection, device: str, asked: v1.NewKey, key: bytes) -> str:
        if devices.copies(connection, device) >= self._limits.copies:
            raise Refused(429, "busy", retry_after=3600)
        made = devices.split(connection, device, key, asked.key_place, self._now())
        audit.note(connection, self._now(), f"device:{device}", "device.split", made)
        happenings.of_device(connection, made, "asked", self._now())
        return made

    def _taken(self, device: str, public_key: str, now: float, *, pending: bool) -> Answer:
        taken = v1.Taken(device=device, public_key=public_key, at=iso(now), pending=pending)
        text = _JSON.encode(taken)
        return http_messages.answer(
            200, v1.KeyTaken(taken=text.decode(), signature=self._keys.sign(text))
        )


def _asked(request: Request, device: Known) -> tuple[v1.NewKey, bytes]:
    """Return what is asked, and the raw new key, whose owner has proved to have it."""
    try:
        asked = _ASKED.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "malformed") from None
    if asked.schema != v1.SCHEMA:
        raise Refused(400, "schema")
    if asked.device != device.id:
        raise Refused(403, "other-device")
    return asked, proved(asked.public_key, asked.proof, f"{asked.device}\n{asked.nonce}")
