"""A security key in software: CTAP2 with PIN protocol 1 or a fingerprint reader, over no wire."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from fido2 import cbor
from fido2.cose import ES256
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.hid import CAPABILITY, CTAPHID

MAKE, GET, INFO, PIN = 1, 2, 4, 6
UP, UV, AT = 0x01, 0x04, 0x40
AAGUID = b"\x00" * 16
ERR = CtapError.ERR


@dataclass
class Twist:
    """What this key does wrong."""

    rp_id: str = ""
    no_uv: bool = False
    no_up: bool = False
    counter: int | None = None
    other_key: bool = False
    tamper: bool = False
    refuse: int | None = None
    pulled: bool = False
    garbage: bytes | None = None


@dataclass
class VirtualKey(CtapDevice):
    """A key with or without a fingerprint reader; `pin` empty for one that has none set."""

    pin: str = "2468"
    fingerprint: bool = False
    counts: bool = True
    twist: Twist = field(default_factory=Twist)
    credentials: dict[bytes, tuple[str, ec.EllipticCurvePrivateKey]] = field(default_factory=dict)
    counter: int = 0
    retries: int = 8
    asked: list[int] = field(default_factory=list)
    closed: int = 0
    _token: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _agreement: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def capabilities(self) -> int:
        return CAPABILITY.CBOR

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())

    def close(self) -> None:
        self.closed += 1

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        assert cmd == CTAPHID.CBOR
        command, arguments = data[0], cbor.decode(data[1:]) if data[1:] else {}
        self.asked.append(command)
        if self.twist.pulled and command in {MAKE, GET}:
            raise OSError(19, "No such device")
        if self.twist.garbage is not None and command in {MAKE, GET}:
            return self.twist.garbage
        if command in {MAKE, GET} and event is not None and event.is_set():
            return bytes([ERR.KEEPALIVE_CANCEL])
        if self.twist.refuse is not None and command in {MAKE, GET}:
            return bytes([self.twist.refuse])
        answer = {MAKE: self._make, GET: self._get, INFO: self._info, PIN: self._pin}[command]
        try:
            said = answer(arguments)
        except CtapError as error:
            return bytes([error.code])
        return b"\0" + (cbor.encode(said) if said else b"")

    def _info(self, _arguments: Any) -> dict[int, Any]:
        options: dict[str, bool] = {"rk": True, "up": True, "plat": False}
        if self.fingerprint:
            options["uv"] = True
        options["clientPin"] = bool(self.pin)
        return {
            1: ["FIDO_2_0"],
            3: AAGUID,
            4: options,
            5: 1200,
            6: [1],
        }

    def _verified(self, options: dict[str, bool], mac: bytes | None, signed: bytes) -> bool:
        if mac is not None:
            right = hmac.new(self._token, signed, hashlib.sha256).digest()[:16]
            if not hmac.compare_digest(right, mac):
                raise CtapError(ERR.PIN_AUTH_INVALID)
            return True
        return bool(options.get("uv")) and self.fingerprint

    def _make(self, said: dict[int, Any]) -> dict[int, Any]:
        rp_id = said[2]["id"]
        for excluded in said.get(5, ()):
            if excluded["id"] in self.credentials:
                raise CtapError(ERR.CREDENTIAL_EXCLUDED)
        verified = self._verified(said.get(7, {}), said.get(8), said[1])
        key = ec.generate_private_key(ec.SECP256R1())
        credential = secrets.token_bytes(32)
        self.credentials[credential] = (rp_id, key)
        cose = cbor.encode(dict(ES256.from_cryptography_key(key.public_key())))
        attested = AAGUID + struct.pack(">H", len(credential)) + credential + cose
        data = self._data(rp_id, verified=verified, extra=AT) + attested
        return {1: "none", 2: data, 3: {}}

    def _get(self, said: dict[int, Any]) -> dict[int, Any]:
        rp_id, client_hash = said[1], said[2]
        allowed = [each["id"] for each in said.get(3, ())]
        mine = [c for c in allowed if self.credentials.get(c, ("", None))[0] == rp_id]
        if not mine:
            raise CtapError(ERR.NO_CREDENTIALS)
        options = said.get(5, {})
        verified = self._verified(options, said.get(6), client_hash)
        if not options.get("up", True):  # the library only asks which credential there is
            data = self._data(rp_id, verified=verified, present=False)
        else:
            self.counter += 1 if self.counts else 0
            data = self._data(rp_id, verified=verified)
        key = self.credentials[mine[0]][1]
        if self.twist.other_key:
            key = ec.generate_private_key(ec.SECP256R1())
        signature = key.sign(data + client_hash, ec.ECDSA(hashes.SHA256()))
        if self.twist.tamper:
            data = data[:-1] + bytes([data[-1] ^ 1])
        return {1: {"id": mine[0], "type": "public-key"}, 2: data, 3: signature}

    def _data(self, rp_id: str, *, verified: bool, present: bool = True, extra: int = 0) -> bytes:
        flags = extra
        flags |= UP if present and not self.twist.no_up else 0
        flags |= UV if verified and not self.twist.no_uv else 0
        counter = self.counter if self.twist.counter is None else self.twist.counter
        rp_hash = hashlib.sha256((self.twist.rp_id or rp_id).encode()).digest()
        return rp_hash + struct.pack(">BI", flags, counter)

    def _pin(self, said: dict[int, Any]) -> dict[int, Any]:
        if said[2] == 1:
            return {3: self.retries}
        if said[2] == 2:
            public = dict(ES256.from_cryptography_key(self._agreement.public_key()))
            return {1: {**public, 3: -25}}
        assert said[2] == 5, said
        if not self.pin:
            raise CtapError(ERR.PIN_NOT_SET)
        if self.retries == 0:
            raise CtapError(ERR.PIN_BLOCKED)
        other = ES256(said[3])
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(other[-2]), int.from_bytes(other[-3]), ec.SECP256R1()
        )
        shared = hashlib.sha256(self._agreement.exchange(ec.ECDH(), numbers.public_key())).digest()
        cipher = Cipher(algorithms.AES(shared), modes.CBC(b"\0" * 16))
        typed = cipher.decryptor().update(said[6])
        if typed != hashlib.sha256(self.pin.encode()).digest()[:16]:
            self.retries -= 1
            raise CtapError(ERR.PIN_INVALID if self.retries else ERR.PIN_BLOCKED)
        self.retries = 8
        return {2: cipher.encryptor().update(self._token)}
