"""What a certificate says of who issued it."""

from __future__ import annotations

import ssl
from contextlib import suppress

from cryptography import x509
from cryptography.x509.oid import NameOID

UNTOLD = "?"


def issuer(certificate: bytes) -> str:
    """Return the name of a certificate's issuer; `?` when it does not say. It is in DER."""
    try:
        name = x509.load_der_x509_certificate(certificate).issuer
    except ValueError:
        return UNTOLD
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return name.rfc4514_string() or UNTOLD


def issuer_sent(secure: ssl.SSLSocket) -> str:
    """Return who issued the certificate that a refused server has sent; empty if none is known.

    It is only told: nobody believes it. Python gives it away no other way before 3.13, and never
    for a handshake that failed.
    """
    with suppress(AttributeError, ValueError, IndexError, ssl.SSLError):
        inner = secure._sslobj  # type: ignore[attr-defined] # noqa: SLF001 - as above
        sent = inner.get_unverified_chain()[0].public_bytes()
        return issuer(ssl.PEM_cert_to_DER_cert(sent))
    return ""
