"""A TLS connection to the endpoint in which every step keeps one deadline.

Each failure is told apart, because a person must do something else about each; of a certificate it
is told who issued it. There is no switch that turns verification off.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import truststore

from agentguard.base import translations
from agentguard.base.errors import UplinkError, UsageError
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.uplink.problems import problem
from agentguard.uplink.tunnel import Address, Channel, Left, reach

HTTPS_PORT = 443
# X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH, and Windows' CERT_E_CN_NO_MATCH
_WRONG_NAME = (62, 64, 0x800B010F)
UNTOLD = "?"


def address(url: str) -> Address:
    """Take an endpoint's URL apart.

    Raises:
        UsageError: it is not an https URL with a host.

    """
    parts = _split(url)
    if parts is None or parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        said = translations.load()
        raise UsageError(said.say("uplink.not-https"), said.say("uplink-advice.not-https"))
    port = parts.port or HTTPS_PORT
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Address(
        host=parts.hostname,
        port=port,
        authority=host if port == HTTPS_PORT else f"{host}:{port}",
        prefix=parts.path.rstrip("/"),
    )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Trust the certificates of the system, or only those of `ca_file` when one is named.

    Raises:
        UsageError: the file could not be read, or holds no certificate.

    """
    if not ca_file:
        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        try:
            context = ssl.create_default_context(cafile=Path(ca_file))
        except OSError as error:  # ssl.SSLError is one
            said = translations.load()
            raise UsageError(
                said.say("uplink.no-ca", file=ca_file), said.say("uplink-advice.no-ca")
            ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def connected(
    to: Address, context: ssl.SSLContext, left: Left, network: Network = NO_PROXIES
) -> Iterator[Channel]:
    """Connect, through the proxy that the system names, and secure the connection.

    Raises:
        UplinkError: dns, tcp, timeout, proxy_away, proxy_auth, proxy_refused, proxy_script,
            cert_untrusted, cert_host or tls.

    """
    plain = reach(to, network, left)
    try:
        secure = _secured(plain, to, context, left)
    except BaseException:
        plain.close()
        raise
    try:
        yield Channel(secure, left)
    finally:
        secure.close()


def _secured(
    plain: socket.socket, to: Address, context: ssl.SSLContext, left: Left
) -> ssl.SSLSocket:
    try:
        plain.settimeout(left())
        secure = context.wrap_socket(plain, server_hostname=to.host, do_handshake_on_connect=False)
    except OSError as error:
        raise problem("tcp", to.host) from error
    handshake = Handshake(secure)
    try:
        secure.do_handshake()
    except BaseException as error:
        told = _told(error, handshake, to, context)
        secure.close()
        if told is None:
            raise
        raise told from error
    return secure


def _told(
    error: BaseException, handshake: Handshake, to: Address, context: ssl.SSLContext
) -> UplinkError | None:
    """Return what an error of the handshake says to a person; None for one that is no such."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _WRONG_NAME:
            return problem("cert_host", to.host)
        return _untrusted(error, handshake.issuer(), to, context)
    if isinstance(error, ssl.SSLError):
        return problem("tls", to.host)
    if isinstance(error, TimeoutError):
        return problem("timeout", to.host)
    return problem("tcp", to.host) if isinstance(error, OSError) else None


def _untrusted(
    error: ssl.SSLCertVerificationError, issuer: str, to: Address, context: ssl.SSLContext
) -> UplinkError:
    """Say who issued the certificate, and whether a file of certificates alone was asked."""
    why = error.verify_message.rstrip(".")  # Windows' own sentences have one
    by_file = not isinstance(context, truststore.SSLContext)
    if by_file and issuer:
        return problem("cert_untrusted", to.host, why=why, issuer=issuer, said="cert_file")
    if issuer:
        return problem("cert_untrusted", to.host, why=why, issuer=issuer, said="cert_issued")
    return problem("cert_untrusted", to.host, why=why)


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
