"""Replaces the key that signs requests, and asks for an identity of its own where a copy runs.

The new key lies on the disk before the endpoint hears of it, and the enrolment names the key that
counts. Whatever is cut in between is done again with the same key, and nothing is lost.
"""

from __future__ import annotations

import base64
import secrets
from contextlib import suppress
from pathlib import Path

import msgspec

from agentguard.base import translations
from agentguard.base.errors import EnrolmentError, UplinkError
from agentguard.ports.secrets import SecretPlace
from agentguard.uplink import enrolment_record, identity
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.uplink.identity import DeviceKey, KeySafe
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import RequestSigner, signed_by
from agentguard.wire import v1

_REFUSED = "http_4xx"


class Rekeying:
    """Changes the key of the enrolment in `folder`; `places` are those of the device's key."""

    def __init__(self, folder: Path, client: Client, places: tuple[SecretPlace, ...] = ()) -> None:
        self._folder = folder
        self._client = client
        self._rotated = KeySafe(folder / identity.ROTATED, places)
        self._next = KeySafe(folder / identity.NEXT, places)
        self._places = places

    def rotate(self) -> Enrolment:
        """Have another key for the same device; give the enrolment that names it.

        Raises:
            UplinkError: the endpoint was not reached, or refused.
            EnrolmentError: a key could not be read or kept, or there is no enrolment.

        """
        known, present = self._present()
        new = self._fresh(present)
        try:
            taken = self._asked(v1.ROTATE, known, new, present)
        except UplinkError as error:
            if error.kind != _REFUSED:
                raise
            taken = self._asked(v1.ROTATE, known, new, new)  # it had been taken long before
        return self._settled(known, new, taken)

    def split(self) -> Enrolment:
        """Have an identity of its own, which waits for a person; give the enrolment.

        Raises:
            UplinkError: the endpoint was not reached, or refused.
            EnrolmentError: a key could not be read or kept, or there is no enrolment.

        """
        known, present = self._present()
        new = self._fresh(present)
        return self._settled(known, new, self._asked(v1.SPLIT, known, new, present))

    def _present(self) -> tuple[Enrolment, DeviceKey]:
        known = enrolment_record.load(self._folder)
        if known is None:
            said = translations.load()
            raise EnrolmentError(
                said.say("uplink.not-enrolled"), said.say("uplink-advice.not-enrolled")
            )
        return known, enrolment_record.request_key(self._folder, known, self._places)

    def _fresh(self, present: DeviceKey) -> DeviceKey:
        """Return the key to ask with: the one of a try that was cut, or a new one."""
        new = self._next.load_or_make()
        if new.public == present.public:  # that try was whole but for its end
            self._rotated.keep(new.seed)
            new = self._next.make()
        return new

    def _asked(self, path: str, known: Enrolment, new: DeviceKey, by: DeviceKey) -> v1.Taken:
        nonce = secrets.token_urlsafe(18)
        proof = new.sign(f"{known.device}\n{nonce}".encode())
        asked = v1.NewKey(
            device=known.device,
            public_key=new.public,
            nonce=nonce,
            proof=base64.b64encode(proof).decode(),
            key_place=new.place,
        )
        sign = RequestSigner(key=by, device=known.device)
        answer = self._client.post(path, msgspec.json.encode(asked), v1.KeyTaken, sign)
        if not signed_by(known.receipt_key, answer.taken.encode(), answer.signature):
            raise problem("portal", self._client.host)
        try:
            taken = msgspec.json.decode(answer.taken, type=v1.Taken)
        except msgspec.DecodeError as error:
            raise problem("portal", self._client.host) from error
        if taken.public_key != new.public:
            raise problem("portal", self._client.host)
        return taken

    def _settled(self, known: Enrolment, new: DeviceKey, taken: v1.Taken) -> Enrolment:
        """Remember what the endpoint has taken; from the first line on the new key counts."""
        settled = msgspec.structs.replace(
            known, device=taken.device, public_key=new.public, pending=taken.pending
        )
        enrolment_record.save(self._folder, settled)
        self._rotated.keep(new.seed)
        with suppress(EnrolmentError):  # left there it is the same key
            self._next.forget()
        return settled
