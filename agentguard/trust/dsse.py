"""Signed envelopes in the DSSE form: bytes and their type are signed as they are.

https://github.com/secure-systems-lab/dsse, protocol.md and envelope.md, version 1. Nothing is put
into a canonical form: what was signed is handed on byte for byte. A key's id only tells which
signature to try; a signature counts when one of the believed keys made it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from agentguard.trust import curves, strict_json
from agentguard.trust.keys import PublicKey, public_of
from agentguard.trust.refusal import rejected

if TYPE_CHECKING:
    from agentguard.trust.keys import Key

SIGNATURE_BYTES = 64
MOST_SIGNATURES = 16
_AROUND = 16 * 1024  # bytes of an envelope beside its payload


class _Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sig: str
    keyid: str = ""


class _Envelope(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    payload: str
    payload_type: str
    signatures: tuple[_Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An envelope, taken apart and not believed yet; signatures are (key id, bytes)."""

    type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...] = ()


def pae(type_: str, payload: bytes) -> bytes:
    """Return what is signed: the pre-authentication encoding of protocol.md."""
    name = type_.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def read(raw: bytes, type_: str, most: int) -> Sealed:
    """Take an envelope apart; its payload must be of `type_` and has at most `most` bytes.

    Raises:
        PolicyRejected: it is no such envelope.

    """
    try:
        given = strict_json.read(raw, most * 4 // 3 + _AROUND)
    except ValueError as error:
        raise rejected(f"envelope-{error}") from None
    return taken_apart(given, type_, most)


def taken_apart(given: object, type_: str, most: int) -> Sealed:
    """Judge the form of an envelope that was read already.

    Raises:
        PolicyRejected: it is no such envelope.

    """
    try:
        envelope = msgspec.convert(given, _Envelope)
        payload = base64.b64decode(envelope.payload, validate=True)
        signatures = tuple(
            (one.keyid, base64.b64decode(one.sig, validate=True)) for one in envelope.signatures
        )
    except (msgspec.ValidationError, binascii.Error, ValueError):
        raise rejected("envelope-form") from None
    if envelope.payload_type != type_:
        raise rejected("envelope-type")
    if len(payload) > most:
        raise rejected("envelope-too-big")
    if len(signatures) > MOST_SIGNATURES or any(len(s) != SIGNATURE_BYTES for _, s in signatures):
        raise rejected("envelope-form")
    return Sealed(type=type_, payload=payload, signatures=signatures)


def write(sealed: Sealed) -> bytes:
    """Return the envelope's bytes."""
    envelope = _Envelope(
        payload=base64.b64encode(sealed.payload).decode(),
        payload_type=sealed.type,
        signatures=tuple(
            _Signature(keyid=keyid, sig=base64.b64encode(sig).decode())
            for keyid, sig in sealed.signatures
        ),
    )
    return msgspec.json.encode(envelope)


def sign(sealed: Sealed, key: Key) -> Sealed:
    """Add a key's signature; one that the key made before is replaced."""
    id_ = public_of(key).id
    others = tuple(one for one in sealed.signatures if one[0] != id_)
    made = key.sign(pae(sealed.type, sealed.payload))
    return replace(sealed, signatures=(*others, (id_, made)))


def signers(sealed: Sealed, believed: Iterable[PublicKey]) -> frozenset[str]:
    """Return the ids of the believed keys that signed; each counts once."""
    said = pae(sealed.type, sealed.payload)
    return frozenset(
        key.id
        for key in believed
        if any(
            curves.signed(key.raw, said, sig)
            for keyid, sig in sealed.signatures
            if keyid in {"", key.id}
        )
    )
