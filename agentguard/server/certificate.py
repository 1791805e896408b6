"""Makes a certificate on the spot: a small authority of its own, and a leaf for the endpoint.

ECDSA P-256, since an RSA handshake costs twice as much. The authority's key is not kept: it
signs this one leaf, so that whoever trusts `ca.pem` trusts nothing else.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agentguard import durable
from agentguard.server.settings import Now

DAYS = 365
EARLIER = timedelta(hours=24)  # clocks of desks are often behind
CA_FILE, CERTIFICATE_FILE, KEY_FILE = "ca.pem", "endpoint.pem", "endpoint-key.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issuer:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_certificate(
    folder: Path, hostnames: Sequence[str], now: Now, lived: float | None = None
) -> tuple[Path, Path]:
    """Give (certificate, key) in `folder`, made when they are not there or end within a month.

    Whether they end is judged by the time that was `lived` through, else by the clock.
    `ca.pem` beside them is what agents and browsers are told to trust.
    """
    certificate, key = folder / CERTIFICATE_FILE, folder / KEY_FILE
    if not _good(folder, hostnames, now() if lived is None else lived):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        begin = datetime.fromtimestamp(now(), UTC) - EARLIER
        issuer = _authority(begin)
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        leaf = _leaf(issuer, leaf_key, hostnames, begin)
        durable.write(folder / CA_FILE, _pem(issuer.certificate))
        durable.write(key, _key_pem(leaf_key))
        durable.write(certificate, _pem(leaf))
    return certificate, key


def _good(folder: Path, hostnames: Sequence[str], now: float) -> bool:
    """Tell whether what is there can still be used for these names."""
    files = [folder / name for name in (CA_FILE, CERTIFICATE_FILE, KEY_FILE)]
    if not all(file.is_file() for file in files):
        return False
    try:
        leaf = x509.load_pem_x509_certificate(files[1].read_bytes())
    except (OSError, ValueError):
        return False
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    month = datetime.fromtimestamp(now, UTC) + timedelta(days=30)
    return leaf.not_valid_after_utc > month and set(_names(hostnames)) <= set(names)


def _authority(begin: datetime) -> _Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("AgentGuard endpoint's own authority")
    builder = _builder(name, name, key.public_key(), begin)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _Issuer(name=name, key=key, certificate=certificate)


def _leaf(
    issuer: _Issuer, key: ec.EllipticCurvePrivateKey, hostnames: Sequence[str], begin: datetime
) -> x509.Certificate:
    issuer_key = issuer.key.public_key()
    return (
        _builder(_name("AgentGuard endpoint"), issuer.name, key.public_key(), begin)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_names(hostnames)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
        .sign(issuer.key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begin: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=DAYS))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _names(hostnames: Sequence[str]) -> list[x509.GeneralName]:
    return [_general(name) for name in hostnames]


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
