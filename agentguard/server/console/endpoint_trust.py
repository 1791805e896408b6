"""What desks and browsers have to trust to come here: told as far as this process knows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from agentguard.server.listener import certificate, path_to_endpoint
from agentguard.server.listener.path_to_endpoint import Span
from agentguard.server.settings import ServerSettings


class Kind(StrEnum):
    """Whose certificate desks see."""

    OWN = "own"
    """One of the endpoint's own authority, which nobody trusts by itself."""
    GIVEN = "given"
    """One that the endpoint was started with; who trusts it is not known here."""
    ELSEWHERE = "elsewhere"
    """TLS ends before the endpoint, so the certificate is not known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What desks trust; `authority` is the file of the own one and `fingerprint` its SHA-256."""

    kind: Kind
    authority: bytes = b""
    fingerprint: str = ""


def seen(settings: ServerSettings, served: Span | None) -> Trust:
    """Return what desks have to trust; `served` is the span of the certificate that is served."""
    if served is None or not settings.secure:
        return Trust(kind=Kind.ELSEWHERE)
    file = settings.data / certificate.CERTIFICATE_FILE
    try:
        if not certificate.own(file) or path_to_endpoint.span(file) != served:
            return Trust(kind=Kind.GIVEN)
        raw = (settings.data / certificate.CA_FILE).read_bytes()
        return Trust(kind=Kind.OWN, authority=raw, fingerprint=_fingerprint(raw))
    except (OSError, ValueError):
        return Trust(kind=Kind.GIVEN)


def _fingerprint(raw: bytes) -> str:
    """Return the SHA-256 of a certificate as browsers write it.

    Raises:
        ValueError: it is none.

    """
    return x509.load_pem_x509_certificate(raw).fingerprint(hashes.SHA256()).hex(":").upper()
