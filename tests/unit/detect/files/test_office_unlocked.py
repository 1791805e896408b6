"""A document that Office opens without asking is read, and never called protected."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import ScanError
from agentguard.detect.binary.compound_file import Compound
from agentguard.detect.binary.office_passwords import PASSWORDS, default_key
from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.compound import compound
from tests.unit.detect.files.hostile import CARD, zipped

VELVET = (Path(__file__).parents[3] / "vectors" / "scan" / "velvet.xlsx").read_bytes()
"""A workbook with one card number, in agile encryption with Excel's password for everybody."""

LIMITS = Limits()
SEALED = Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")


def read(data: bytes, limits: Limits = LIMITS) -> Reading:
    return Reader(default_scanner(), default_extractors(), limits).read(Source.of_bytes(data))


def parts(data: bytes = VELVET) -> tuple[bytes, bytes]:
    """Give the streams of an encrypted document: how it is encrypted, and what is."""
    found = Compound(Source.of_bytes(data))
    info, package = found.stream("EncryptionInfo"), found.stream("EncryptedPackage")
    assert info is not None
    assert package is not None
    return info, package


def locked(info: bytes, package: bytes = b"\0" * 64) -> bytes:
    return compound({"EncryptionInfo": info, "EncryptedPackage": package})


def standard(password: str, plain: bytes, *, bits: int = 128, spins: int = 50_000) -> bytes:
    """Encrypt as Office 2007 does (MS-OFFCRYPTO 2.3.4.7 to 2.3.4.9)."""
    salt, verifier = bytes(range(16)), b"sixteen bytes!!!"
    digest = hashlib.sha1(salt + password.encode("utf-16-le"), usedforsecurity=False).digest()
    for number in range(spins):
        digest = hashlib.sha1(number.to_bytes(4, "little") + digest, usedforsecurity=False).digest()
    last = hashlib.sha1(digest + bytes(4), usedforsecurity=False).digest().ljust(64, b"\0")
    key = b"".join(
        hashlib.sha1(bytes(b ^ fill for b in last), usedforsecurity=False).digest()
        for fill in (0x36, 0x5C)
    )[: bits // 8]

    def sealed(data: bytes) -> bytes:
        filled = data + bytes(-len(data) % 16)
        return Cipher(AES(key), modes.ECB()).encryptor().update(filled)  # noqa: S305 - the format's

    name = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    header = struct.pack("<IIIIIIII", 0x24, 0, 0x660E, 0x8004, bits, 0x18, 0, 0) + name
    value = hashlib.sha1(verifier, usedforsecurity=False).digest()
    info = (
        struct.pack("<HHII", 3, 2, 0x24, len(header))
        + header
        + struct.pack("<I", 16)
        + salt
        + sealed(verifier)
        + struct.pack("<I", 20)
        + sealed(value)
    )
    return locked(info, len(plain).to_bytes(8, "little") + sealed(plain))


def test_a_workbook_that_everybody_can_open_is_read() -> None:
    reading = read(VELVET)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert [(hit.kind, hit.masked) for hit in reading.hits] == [("PAN", ("...6467",))]


def test_it_is_read_within_an_archive_too() -> None:
    assert [hit.kind for hit in read(zipped({"book.xlsx": VELVET})).hits] == ["PAN"]


@pytest.mark.parametrize("password", PASSWORDS)
def test_the_older_encryption_is_opened_with_the_passwords_of_excel_and_powerpoint(
    password: str,
) -> None:
    plain = zipped({"a.txt": f"card {CARD}".encode()})
    reading = read(standard(password, plain))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert [hit.kind for hit in reading.hits] == ["PAN"]


@pytest.mark.parametrize("bits", [128, 256])
def test_a_password_of_its_own_seals(bits: int) -> None:
    assert read(standard("correct horse", zipped({"a": b"x"}), bits=bits)) == SEALED


def test_another_key_seals_the_newer_encryption_as_well() -> None:
    info, package = parts()
    other = info.replace(b'encryptedVerifierHashInput="', b'encryptedVerifierHashInput="AAAA')
    other = other.replace(b'saltValue="0', b'saltValue="1')
    assert read(locked(info, package)).hits
    assert read(locked(other.replace(b'="AAAA', b'="'), package)) == SEALED


def test_sealed_in_an_archive_is_told_as_a_part() -> None:
    inner = standard("correct horse", b"x")
    assert read(zipped({"a.xlsx": inner, "b.txt": b"y"})).reason == "reason.sealed-part"


def test_rights_management_keeps_no_key_in_the_file_and_seals() -> None:
    assert read(compound({"EncryptedPackage": bytes(64), "\x06DataSpaces": b""})) == SEALED


def test_so_many_rounds_that_they_would_hold_up_the_desk_are_not_tried() -> None:
    info, package = parts()
    costly = info.replace(b'spinCount="100000"', b'spinCount="10000000"')
    reading = read(locked(costly, package))
    assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.unsupported")
    noted = read(zipped({"a.xlsx": locked(costly, package), "b.txt": CARD.encode()}))
    assert (noted.reason, len(noted.hits)) == ("reason.unsupported-part", 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"AES", b"RC4"),
        (b"ChainingModeCBC", b"ChainingModeCFB"),
        (b"SHA512", b"MD4"),
        (b"keyData", b"other"),
        (b'keyBits="256"', b'keyBits="255"'),
        (b'saltValue="0', b'saltValue="'),
        (b'spinCount="1', b'spinCount="-1'),
        (b'blockSize="16"', b'blockSize="x"'),
    ],
)
def test_an_encryption_that_is_not_known_is_never_called_protection(old: bytes, new: bytes) -> None:
    info, package = parts()
    reading = read(locked(info.replace(old, new), package))
    assert reading.outcome is FileOutcome.UNREADABLE
    assert not reading.hits


@given(data=st.data())
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    info = bytearray(parts()[0][:200])
    for _ in range(3):
        info[data.draw(st.integers(0, len(info) - 1))] = data.draw(st.integers(0, 255))
    reason = ""
    try:
        opened = default_key(bytes(info))
    except ScanError as error:
        opened, reason = None, error.reason
    assert (opened, reason) in {(None, ""), (None, "reason.unsupported")}


def test_a_document_that_is_too_large_says_that_anybody_can_open_it() -> None:
    reading = read(VELVET, Limits(part_mib=0))
    assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.open-to-all")


def test_a_package_cut_off_is_not_clean() -> None:
    info, package = parts()
    for wrong in (b"", package[:100], package[:8] + bytes(4096)):
        assert read(locked(info, wrong)).outcome is not FileOutcome.SEALED


@given(data=st.binary(max_size=3000))
def test_a_damaged_container_has_no_streams_and_ends(data: bytes) -> None:
    source = Source.of_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data)
    assert Compound(source).stream("EncryptionInfo") is None


def test_a_chain_that_bites_its_tail_ends() -> None:
    data = bytearray(compound({"a": bytes(range(256)) * 20}))
    table = data.rindex(struct.pack("<II", 1, 2))
    struct.pack_into("<I", data, table + 4, 0)
    found = Compound(Source.of_bytes(bytes(data))).stream("a")
    assert found is not None
    assert len(found) == 1024
