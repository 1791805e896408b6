"""What a certificate says of who issued it."""

from __future__ import annotations

import ssl
from contextlib import suppress

UNTOLD = "?"


def issuer(certificate: bytes) -> str:
    """Return the name of a certificate's issuer; `?` when it does not say. It is in DER."""
    from cryptography import x509  # noqa: PLC0415 - costs memory
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - as above

    try:
        name = x509.load_der_x509_certificate(certificate).issuer
    except ValueError:
        return UNTOLD
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return name.rfc4514_string() or UNTOLD


class Handshake:
    """What is known of a handshake even after it failed, and its socket was closed.

    Python gives a refused server's certificate away no other way, and none at all before 3.13.
    """

    def __init__(self, secure: ssl.SSLSocket) -> None:
        self._inner = getattr(secure, "_sslobj", None)

    def issuer(self) -> str:
        """Return who issued the certificate that the server has sent; empty if none is known.

        It is only told: nobody believes it.
        """
        with suppress(AttributeError, ValueError, IndexError, TypeError, ssl.SSLError):
            sent = self._inner.get_unverified_chain()[0].public_bytes()  # type: ignore[union-attr]
            return issuer(ssl.PEM_cert_to_DER_cert(sent))
        return ""
