"""Makes certificates on the spot: a small authority of its own, and leaves for the endpoint.

ECDSA P-256, since an RSA handshake costs twice as much. The authority's key is not kept: it signs
the leaves of the years to come at once, all for one key and the same names, so that whoever trusts
`ca.pem` trusts nothing else, and goes on doing so when the endpoint takes the next leaf.

While the endpoint runs it is seen to that its own does not end.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError
from agentguard.base.translations import load
from agentguard.server.listener.greeting import Certificate
from agentguard.server.listener.path_to_endpoint import span
from agentguard.server.settings import Now

DAYS = 365
MONTH = timedelta(days=30)
STEP = timedelta(days=DAYS - 60)  # the next leaf is valid a month before this one is given up
LEAVES = 10
EARLIER = timedelta(hours=24)  # clocks of desks are often behind
CA_FILE, CERTIFICATE_FILE, KEY_FILE = "ca.pem", "endpoint.pem", "endpoint-key.pem"
AUTHORITY = "AgentGuard endpoint's own authority"
NEXT_FILE = "endpoint-next.pem"
"""All leaves of the authority, the first one first."""
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issuer:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_certificate(
    folder: Path, hostnames: Sequence[str], now: Now, lived: float | None = None
) -> tuple[Path, Path]:
    """Return (certificate, key) in `folder`, made when they are not there or end within a month.

    Whether they end is judged by the time that was `lived` through, else by the clock.
    `ca.pem` beside them is what agents and browsers are told to trust. It stays while it has a leaf
    for the time and all names are in it; else there is a new authority.

    Raises:
        StoreError: a file of an authority that desks may trust is lost; nothing was changed.

    """
    must_be_whole(folder)
    certificate, key = folder / CERTIFICATE_FILE, folder / KEY_FILE
    month = datetime.fromtimestamp(now() if lived is None else lived, UTC) + MONTH
    good = _good(folder, hostnames, month)
    if good is None:
        atomic_files.make_folder(folder)
        begin = datetime.fromtimestamp(now(), UTC) - EARLIER
        issuer = _authority(begin)
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        begins = [begin + STEP * number for number in range(LEAVES)]
        every = [_leaf(issuer, leaf_key, hostnames, one) for one in begins]
        atomic_files.write(folder / NEXT_FILE, b"".join(_pem(one) for one in every))
        atomic_files.write(folder / CA_FILE, _pem(issuer.certificate))
        atomic_files.write(key, _key_pem(leaf_key))
        atomic_files.write(certificate, _pem(every[0]))
    elif good != _first(certificate):
        atomic_files.write(certificate, _pem(good))
    return certificate, key


def take_next(folder: Path, lived: float) -> bool:
    """Use the authority's next leaf once the one in use ends within a month; tell whether it was.

    An endpoint that runs for long asks this now and then. Whether it ends is judged by the time
    that was `lived` through. Where there is no next one nothing is changed: a new authority, which
    no desk trusts, is made at a start alone, which says so.

    Raises:
        StoreError: a file of the authority is lost, or nothing can be written.

    """
    must_be_whole(folder)
    good = _good(folder, (), datetime.fromtimestamp(lived, UTC) + MONTH)
    certificate = folder / CERTIFICATE_FILE
    if good is None or good == _first(certificate):
        return False
    atomic_files.write(certificate, _pem(good))
    return True


def _good(folder: Path, hostnames: Sequence[str], month: datetime) -> x509.Certificate | None:
    """Return the leaf that can be used for these names: the one in use, else the next one."""
    authority, key = folder / CA_FILE, folder / KEY_FILE
    leaf = _leaf_in(folder)
    if leaf is None or not (authority.is_file() and key.is_file()):
        return None
    if not _together(leaf, authority.read_bytes(), key.read_bytes()):
        return None
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if not set(_names(hostnames)) <= set(names):
        return None
    if leaf.not_valid_after_utc > month:
        return leaf
    every = (one for one in later(folder) if one.public_key() == leaf.public_key())
    return next((one for one in every if one.not_valid_after_utc > month), None)


def must_be_whole(folder: Path) -> None:
    """Check that no file of an authority that desks may trust is gone, damaged or unreadable.

    Its key and its certificate are written last: where neither is there, nobody trusts it yet.

    Raises:
        StoreError: one is; it names it.

    """
    if (folder / CERTIFICATE_FILE).exists() or (folder / KEY_FILE).exists():
        file = _lost(folder)
        if file is not None:
            words = load()
            raise StoreError(
                words.say("server.tls.lost", file=str(file)),
                words.say("server.tls.lost-advice", folder=str(folder)),
            )


def _lost(folder: Path) -> Path | None:
    key, leaf = _public_key(folder / KEY_FILE), _leaf_in(folder)
    if key is None:
        return folder / KEY_FILE
    is_read = _first(folder / CERTIFICATE_FILE) is not None
    if leaf is None or not (is_read or leaf.public_key() == key):
        return folder / CERTIFICATE_FILE
    is_own = leaf.issuer == _name(AUTHORITY)
    return folder / CA_FILE if is_own and _first(folder / CA_FILE) is None else None


def _public_key(file: Path) -> object | None:
    """Return the public part of a key; None where none can be read."""
    try:
        return serialization.load_pem_private_key(file.read_bytes(), None).public_key()
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _leaf_in(folder: Path) -> x509.Certificate | None:
    """Return the leaf in use; where it is lost, the first one of those that are kept."""
    return _first(folder / CERTIFICATE_FILE) or next(iter(later(folder)), None)


def _together(leaf: x509.Certificate, authority: bytes, key: bytes) -> bool:
    """Check whether the three were written together: else one that was made anew was cut short."""
    try:
        read = serialization.load_pem_private_key(key, None)
        if read.public_key() != leaf.public_key():
            return False
        if leaf.issuer == _name(AUTHORITY):
            leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def later(folder: Path, end: float = 0.0) -> list[x509.Certificate]:
    """Return the leaves of the authority in `folder` that end after a moment, the oldest first."""
    try:
        every = x509.load_pem_x509_certificates((folder / NEXT_FILE).read_bytes())
    except (OSError, ValueError):
        return []
    return [one for one in every if one.not_valid_after_utc.timestamp() > end]


def names(file: Path, host: str) -> bool:
    """Check whether a certificate names a host; False when there is none."""
    found = _first(file)
    if found is None:
        return False
    held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return _general(host) in held


def own(file: Path) -> bool:
    """Check whether a certificate was made here."""
    read = _first(file)
    return read is not None and read.issuer == _name(AUTHORITY)


def _first(file: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        return None


def _authority(begin: datetime) -> _Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(AUTHORITY)
    last = begin + STEP * (LEAVES - 1)
    builder = _builder(name, name, key.public_key(), (begin, last))
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
        _builder(_name("AgentGuard endpoint"), issuer.name, key.public_key(), (begin, begin))
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
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    span: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    """Begin a certificate that is valid from one moment until `DAYS` after the other."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1] + timedelta(days=DAYS))
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


class Renewal:
    """Follows the leaf in `file`: takes the next one in its last month, and uses what is there.

    A certificate that somebody else made is left to whoever renews it and has it read again.
    """

    def __init__(self, used: Certificate, file: Path) -> None:
        self._used, self._file = used, file

    def look(self, lived: float) -> None:
        """Look at the leaf; `lived` is the time that was surely lived through.

        Connections that are open keep the one before; desks that trust its authority see no change.

        Raises:
            StoreError: a file of the authority is lost, or the next leaf could not be written.
            OSError, ValueError: what is there cannot be used; the one before stays.

        """
        if self._file.name != CERTIFICATE_FILE or not own(self._file):
            return
        take_next(self._file.parent, lived)
        if span(self._file) != self._used.valid:  # another process may have taken it
            self._used.again()
            LOG.info("the next certificate of the endpoint's own authority is used")
