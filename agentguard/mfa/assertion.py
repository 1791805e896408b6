"""Verifies what an authenticator says, with no network and no secret (WebAuthn Level 2, 7.1, 7.2).

The challenge, the origin and the rpId are ours, the public key is of the signed policy; presence
and verification of the person must both be said. A counter is believed where one is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from agentguard.ports.authenticators import Asserted, Registered

GET, CREATE = "webauthn.get", "webauthn.create"
LARGEST = 64 * 1024


class Wrong(StrEnum):
    """What is wrong with an answer."""

    SHAPE = "shape"
    TYPE = "type"
    CHALLENGE = "challenge"
    ORIGIN = "origin"
    RP = "rp"
    PRESENCE = "presence"
    VERIFICATION = "verification"
    SIGNATURE = "signature"
    COUNTER = "counter"
    FOREIGN = "foreign"


class WrongError(ValueError):
    """The answer is refused; `wrong` says why."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.value)
        self.wrong = wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an answer must be about."""

    rp_id: str
    challenge: bytes

    @property
    def origin(self) -> str:
        """The origin that a browser would name for the rpId."""
        return f"https://{self.rp_id}"


def client_data(kind: str, expected: Expected) -> bytes:
    """Return the JSON that is signed (WebAuthn 5.8.1.1)."""
    from fido2.webauthn import CollectedClientData  # noqa: PLC0415 - costs memory

    return bytes(
        CollectedClientData.create(
            type=kind, challenge=expected.challenge, origin=expected.origin, cross_origin=False
        )
    )


def verify(answer: Asserted, public_key: bytes, expected: Expected, known: int) -> int:
    """Return the counter of an assertion that holds; `known` is the last one, 0 for none.

    Raises:
        WrongError: it does not hold.

    """
    from fido2.webauthn import AuthenticatorData  # noqa: PLC0415 - costs memory

    _judge_client_data(answer.client_data, GET, expected)
    if len(answer.auth_data) > LARGEST:
        raise WrongError(Wrong.SHAPE)
    try:
        data = AuthenticatorData(answer.auth_data)
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise WrongError(Wrong.SHAPE) from error
    _judge_flags(data.rp_id_hash, int(data.flags), expected)
    _judge_signature(answer, public_key)
    if (data.counter or known) and data.counter <= known:
        raise WrongError(Wrong.COUNTER)
    return data.counter


def registered(answer: Registered, expected: Expected) -> tuple[bytes, bytes]:
    """Return credential id and COSE public key of a new credential.

    Raises:
        WrongError: it is not what was asked for.

    """
    from fido2 import cbor  # noqa: PLC0415 - costs memory
    from fido2.webauthn import AuthenticatorData  # noqa: PLC0415 - as above

    _judge_client_data(answer.client_data, CREATE, expected)
    try:
        data = AuthenticatorData(answer.auth_data)
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise WrongError(Wrong.SHAPE) from error
    _judge_flags(data.rp_id_hash, int(data.flags), expected)
    credential = data.credential_data
    if credential is None:
        raise WrongError(Wrong.SHAPE)
    return credential.credential_id, cbor.encode(dict(credential.public_key))


def _judge_client_data(data: bytes, kind: str, expected: Expected) -> None:
    from fido2.utils import websafe_decode  # noqa: PLC0415 - costs memory

    if len(data) > LARGEST:
        raise WrongError(Wrong.SHAPE)
    try:
        said = json.loads(data)
        challenge = websafe_decode(said["challenge"])
        found = (said["type"], said["origin"], said.get("crossOrigin", False))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WrongError(Wrong.SHAPE) from error
    if found[0] != kind:
        raise WrongError(Wrong.TYPE)
    if not hmac.compare_digest(challenge, expected.challenge):
        raise WrongError(Wrong.CHALLENGE)
    if found[1] != expected.origin or found[2] is not False:
        raise WrongError(Wrong.ORIGIN)


def _judge_flags(rp_id_hash: bytes, flags: int, expected: Expected) -> None:
    from fido2.webauthn import AuthenticatorData  # noqa: PLC0415 - costs memory

    if rp_id_hash != hashlib.sha256(expected.rp_id.encode()).digest():
        raise WrongError(Wrong.RP)
    if not flags & AuthenticatorData.FLAG.UP:
        raise WrongError(Wrong.PRESENCE)
    if not flags & AuthenticatorData.FLAG.UV:
        raise WrongError(Wrong.VERIFICATION)


def _judge_signature(answer: Asserted, public_key: bytes) -> None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - costs memory
    from fido2 import cbor  # noqa: PLC0415 - as above
    from fido2.cose import CoseKey  # noqa: PLC0415 - as above

    signed = answer.auth_data + hashlib.sha256(answer.client_data).digest()
    try:
        key = cbor.decode(public_key)
        if not isinstance(key, Mapping):
            raise WrongError(Wrong.SIGNATURE)
        CoseKey.parse(key).verify(signed, answer.signature)
    except (InvalidSignature, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise WrongError(Wrong.SIGNATURE) from error
