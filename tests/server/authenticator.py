"""An authenticator in software: makes passkeys and signs with them, as WebAuthn says."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

UP, UV, AT = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """Holds keys by their id; `count` is its signature counter, 0 for one that has none."""

    count: int = 0
    verified: bool = True
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)

    def create(self, options: dict[str, Any], origin: str, **other: Any) -> str:
        """Answer `navigator.credentials.create`."""
        key, id_ = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)
        self.keys[websafe_encode(id_)] = key
        public = ES256.from_cryptography_key(key.public_key())
        held = AttestedCredentialData.create(b"\0" * 16, id_, public)
        rp = other.get("rp", options["rp"]["id"])
        data = AuthenticatorData.create(
            hashlib.sha256(rp.encode()).digest(), self._flags | AT, self.count, held
        )
        made = AttestationObject.create("none", data, {})
        told = _client_data("webauthn.create", options, origin)
        return _answer(id_, clientDataJSON=told, attestationObject=bytes(made))

    def get(self, options: dict[str, Any], origin: str, **other: Any) -> str:
        """Answer `navigator.credentials.get` with the first key that is allowed and held."""
        allowed = [one["id"] for one in options.get("allowCredentials", [])]
        id_ = other.get("id_") or next(one for one in allowed if one in self.keys)
        self.count += bool(self.count)
        rp = other.get("rp", options["rpId"])
        data = AuthenticatorData.create(
            hashlib.sha256(rp.encode()).digest(), self._flags, self.count
        )
        told = _client_data(other.get("kind", "webauthn.get"), options, origin)
        signed = bytes(data) + hashlib.sha256(told).digest()
        signature = self.keys[id_].sign(signed, ec.ECDSA(hashes.SHA256()))
        return _answer_of(
            id_, clientDataJSON=told, authenticatorData=bytes(data), signature=signature
        )

    @property
    def _flags(self) -> int:
        return UP | (UV if self.verified else 0)


def _client_data(kind: str, options: dict[str, Any], origin: str) -> bytes:
    told = {"type": kind, "challenge": options["challenge"], "origin": origin}
    return json.dumps({**told, "crossOrigin": False}).encode()


def _answer(id_: bytes, **response: bytes) -> str:
    return _answer_of(websafe_encode(id_), **response)


def _answer_of(id_: str, **response: bytes) -> str:
    parts = {name: websafe_encode(value) for name, value in response.items()}
    return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": parts})
