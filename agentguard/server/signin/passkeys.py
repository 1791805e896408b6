"""The passkey ceremonies (WebAuthn Level 3) of the endpoint: what is asked, and whether it holds.

A passkey belongs to a host name, which a browser checks: a copy of the page elsewhere gets nothing.
User verification (finger, face or PIN) is always required, so that one passkey is two factors.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "AgentGuard"
LONGEST = 20_000  # characters of a browser's answer
VERIFIED = UserVerificationRequirement.REQUIRED
_SPOILT = (
    *(ValueError, TypeError, KeyError, AttributeError),
    *(IndexError, AssertionError, RecursionError, OverflowError),
)
"""What the libraries raise at an answer that is none."""


class PasskeyRefused(Exception):
    """The answer proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as it is kept; `data` is WebAuthn's attested credential data."""

    id: bytes
    data: bytes
    rp: str
    count: int


class Relying:
    """The relying party at one address, such as `https://guard.example.org:8443`."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.rp = urlsplit(origin).hostname or ""
        entity = PublicKeyCredentialRpEntity(id=self.rp, name=NAME)
        self._server = Fido2Server(entity, verify_origin=lambda given: given == origin)

    @property
    def named(self) -> bool:
        """Check whether browsers make passkeys here: not for a bare IP address."""
        try:
            ipaddress.ip_address(self.rp)
        except ValueError:
            return bool(self.rp)
        return False

    def to_register(self, owner: str, known: list[Passkey], challenge: bytes) -> str:
        """Return the options of `navigator.credentials.create`, as JSON."""
        user = PublicKeyCredentialUserEntity(
            id=hashlib.sha256(f"agentguard {owner}".encode()).digest(),
            name=owner,
            display_name=owner,
        )
        options, _ = self._server.register_begin(
            user,
            [AttestedCredentialData(one.data) for one in known],
            resident_key_requirement=ResidentKeyRequirement.PREFERRED,
            user_verification=VERIFIED,
            challenge=challenge,
        )
        return json.dumps(dict(options.public_key))

    def registered(self, answer: str, challenge: bytes) -> Passkey:
        """Return the new passkey.

        Raises:
            PasskeyRefused: the answer is malformed, or for another challenge or address.

        """
        try:
            data = self._server.register_complete(_state(challenge), _read(answer))
            credential = data.credential_data
        except _SPOILT as error:
            raise PasskeyRefused from error
        if credential is None:
            raise PasskeyRefused
        return Passkey(
            id=credential.credential_id, data=bytes(credential), rp=self.rp, count=data.counter
        )

    def to_prove(self, known: list[Passkey], challenge: bytes) -> str:
        """Return the options of `navigator.credentials.get`, as JSON.

        Of nobody, any passkey may.
        """
        options, _ = self._server.authenticate_begin(
            [AttestedCredentialData(one.data) for one in known] or None,
            user_verification=VERIFIED,
            challenge=challenge,
        )
        return json.dumps(dict(options.public_key))

    def proved(self, known: list[Passkey], answer: str, challenge: bytes) -> Passkey:
        """Return the passkey that signed, with its new count; a count that stands still is a copy.

        Raises:
            PasskeyRefused: nothing of `known` signed this challenge for this address.

        """
        here = [one for one in known if one.rp == self.rp]
        credentials = [AttestedCredentialData(one.data) for one in here]
        try:
            given = AuthenticationResponse.from_dict(_read(answer))
            count = given.response.authenticator_data.counter
            found = self._server.authenticate_complete(_state(challenge), credentials, given)
        except _SPOILT as error:
            raise PasskeyRefused from error
        known_one = next(one for one in here if one.id == found.credential_id)
        if count <= known_one.count and (count, known_one.count) != (0, 0):
            raise PasskeyRefused
        return Passkey(id=known_one.id, data=known_one.data, rp=self.rp, count=count)


def credential_of(answer: str) -> bytes:
    """Return the id of the passkey that an answer is of; empty when it is none."""
    try:
        return AuthenticationResponse.from_dict(_read(answer)).raw_id
    except _SPOILT:
        return b""


def challenge_of(answer: str) -> bytes:
    """Return the challenge that an answer is for; empty when it is none."""
    try:
        given = _read(answer)
        kind = RegistrationResponse if "attestationObject" in given["response"] else None
        return (kind or AuthenticationResponse).from_dict(given).response.client_data.challenge
    except _SPOILT:
        return b""


def _state(challenge: bytes) -> Any:
    return {"challenge": websafe_encode(challenge), "user_verification": VERIFIED}


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise ValueError
    given = json.loads(answer)
    if not isinstance(given, dict):
        raise TypeError
    return given
