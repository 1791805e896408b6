"""What is encrypted is told as sealed without a password, and nothing else is."""

from __future__ import annotations

import base64
import bz2
import io
import lzma
import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import docx
import msoffcrypto.format.ooxml as office_lock
import pikepdf
import pyrage
import pytest
import pyzipper
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from agentguard.base.errors import ScanError
from agentguard.detect.binary.random_bytes import is_opaque
from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading import file_opening
from agentguard.detect.reading.encryption import is_sealed
from agentguard.detect.reading.file_opening import is_kept_encrypted
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.sandbox import worker_main
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD, pdf, zipped

NOTE = f"Card number {CARD}"
OPENPGP = Path(__file__).parents[3] / "vectors" / "scan" / "openpgp"
SEALED = Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")
CHANCE = random.Random(11)
PASSWORD = "correct horse"


def read(data: bytes, limits: Limits = Limits(seconds=600.0)) -> Reading:  # noqa: B008 - frozen
    return Reader(default_scanner(), default_extractors(), limits).read(Source.of_bytes(data))


def kinds(reading: Reading) -> list[str]:
    return [hit.kind for hit in reading.hits]


def sealed(data: bytes) -> bool:
    return is_sealed(Source.of_bytes(data))


# OpenPGP, made by GnuPG


@pytest.mark.parametrize(
    "name",
    [
        "to-keys.gpg",
        "to-keys.asc",
        "to-nobody.gpg",
        "to-password.gpg",
        "to-password.asc",
        "old.gpg",
    ],
)
def test_a_message_to_keys_or_a_password_is_sealed(name: str) -> None:
    assert read((OPENPGP / name).read_bytes()) == SEALED


@pytest.mark.parametrize("name", ["signed.gpg", "signed.asc", "clear-signed.asc"])
def test_a_message_that_is_only_signed_is_read(name: str) -> None:
    reading = read((OPENPGP / name).read_bytes())
    assert (reading.outcome, reading.reason, kinds(reading)) == (FileOutcome.READ, "", ["PAN"])


@pytest.mark.parametrize(
    "name", ["signature.gpg", "public-key.gpg", "public-key.asc", "private-key.gpg"]
)
def test_a_key_or_a_signature_is_not_encrypted(name: str) -> None:
    assert read((OPENPGP / name).read_bytes()).outcome is FileOutcome.READ


def test_a_text_around_an_armour_is_read() -> None:
    armour = (OPENPGP / "to-keys.asc").read_bytes()
    assert kinds(read(NOTE.encode() + b"\n\n" + armour)) == ["PAN"]


def packet(tag: int, body: bytes) -> bytes:
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4, "big") + body


@pytest.mark.parametrize("method", [0, 1, 2, 3])
def test_a_packed_message_is_unpacked(method: int) -> None:
    raw = zlib.compressobj(wbits=-15)
    literal = packet(11, b"t\x05a.txt" + bytes(4) + NOTE.encode() * 9)
    body = {
        0: literal,
        1: raw.compress(literal) + raw.flush(),
        2: zlib.compress(literal),
        3: bz2.compress(literal),
    }[method]
    whole = packet(8, bytes([method]) + body)
    armoured = b"-----BEGIN PGP MESSAGE-----\n\n"
    armoured += base64.encodebytes(whole) + b"=abcd\n-----END PGP MESSAGE-----\n"
    assert kinds(read(armoured)) == ["PAN"]
    if method:
        assert kinds(read(whole)) == ["PAN"]


def test_a_packed_bomb_of_openpgp_is_told() -> None:
    bomb = packet(8, b"\x02" + zlib.compress(packet(11, b"b\0" + bytes(4 + (40 << 20)))))
    assert read(bomb).reason == "reason.bomb"


def test_a_body_in_parts_is_joined() -> None:
    literal = b"t\x00" + bytes(4) + NOTE.encode().ljust(100)
    parts = bytes([0xC0 | 11, 0xE0 | 6]) + literal[:64] + bytes([len(literal) - 64]) + literal[64:]
    whole = packet(4, b"\x03" + bytes(12)) + parts
    assert kinds(read(whole)) == ["PAN"]


# ZIP, PDF, Office, age


def aes_zip(members: dict[str, bytes], plain: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        for name, data in plain.items():
            archive.writestr(name, data)
        archive.setpassword(PASSWORD.encode())
        archive.setencryption(pyzipper.WZ_AES)
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_zip_with_aes_is_sealed_and_an_empty_member_changes_nothing() -> None:
    assert read(aes_zip({"a.txt": NOTE.encode()}, {})) == SEALED
    assert read(aes_zip({"a.txt": NOTE.encode()}, {"folder/": b"", "none.txt": b""})) == SEALED


def test_plain_members_of_a_mixed_zip_are_read() -> None:
    reading = read(aes_zip({"a.txt": b"x"}, {"b.txt": NOTE.encode()}))
    assert (kinds(reading), reading.reason) == (["PAN"], "reason.sealed-part")


@pytest.mark.parametrize("revision", [2, 3, 4, 6])
def test_a_pdf_with_a_password_is_sealed_and_one_for_its_owner_is_read(revision: int) -> None:
    def locked(user: str) -> bytes:
        buffer = io.BytesIO()
        with pikepdf.open(io.BytesIO(pdf(NOTE))) as document:
            how = pikepdf.Encryption(
                owner="owner", user=user, R=revision, metadata=revision > 3, aes=revision > 3
            )
            document.save(buffer, encryption=how)
        return buffer.getvalue()

    assert read(locked("user")) == SEALED
    assert kinds(read(locked(""))) == ["PAN"]


def test_a_document_of_office_with_a_password_is_sealed() -> None:
    buffer, plain = io.BytesIO(), io.BytesIO()
    letter = docx.Document()
    letter.add_paragraph(NOTE)
    letter.save(plain)
    office_lock.OOXMLFile(plain).encrypt(PASSWORD, buffer)
    assert read(buffer.getvalue()) == SEALED


def test_age_to_a_key_and_to_a_password_is_sealed() -> None:
    key = pyrage.x25519.Identity.generate()
    assert read(pyrage.encrypt(NOTE.encode(), [key.to_public()])) == SEALED
    assert read(pyrage.passphrase.encrypt(NOTE.encode(), PASSWORD)) == SEALED
    assert read(b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n") == SEALED


# Archives whose headers tell it


def rar_4_file(flags: int, data: bytes) -> bytes:
    name = b"a.txt"
    head = struct.pack(
        "<BHHIIBIIBBHI",
        0x74,
        flags | 0x8000,
        32 + len(name),
        len(data),
        len(data),
        2,
        0,
        0,
        29,
        0x30,
        len(name),
        0,
    )
    return b"\0\0" + head + name + data


def rar_4(*files: bytes) -> bytes:
    main = struct.pack("<HBHH", 0, 0x73, 0, 13) + bytes(6)
    return b"Rar!\x1a\x07\x00" + main + b"".join(files)


def rar_5_file(*, locked: bool, folder: bool = False) -> bytes:
    extra = b"\x03\x01\x00\x00" if locked else b""
    body = bytes([2, 0x03 if extra else 0x02])
    body += bytes([len(extra)] if extra else []) + bytes([10])  # sizes of extra and data
    body += bytes([1 if folder else 0, 10, 0, 0, 0, 5]) + b"a.txt" + extra
    return bytes(4) + bytes([len(body)]) + body + CHANCE.randbytes(10)


def rar_5(*files: bytes) -> bytes:
    return b"Rar!\x1a\x07\x01\x00" + bytes(4) + b"\x03\x01\x00\x00" + b"".join(files)


def test_rar_archives_are_sealed_when_every_file_is() -> None:
    noise = CHANCE.randbytes(300)
    assert sealed(rar_4(rar_4_file(4, noise), rar_4_file(4, noise)))
    assert sealed(rar_4(rar_4_file(0xE0, b""), rar_4_file(4, noise)))
    assert not sealed(rar_4(rar_4_file(4, noise), rar_4_file(0, noise)))
    assert sealed(rar_5(rar_5_file(locked=True), rar_5_file(locked=True)))
    assert sealed(rar_5(rar_5_file(locked=False, folder=True), rar_5_file(locked=True)))
    assert not sealed(rar_5(rar_5_file(locked=True), rar_5_file(locked=False)))
    assert not sealed(rar_4())
    assert not sealed(rar_5())


@given(data=st.binary(max_size=200))
def test_no_archive_of_rar_is_endless(data: bytes) -> None:
    assert sealed(rar_4(data)) in {True, False}
    assert sealed(rar_5(data)) in {True, False}


MARKS = {
    "luks": b"LUKS\xba\xbe\x00\x02",
    "keepass 1": b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5",
    "keepass 2": b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5",
    "openssl": b"Salted__12345678",
    "openssl in base64": b"U2FsdGVkX1+abc\n",
    "ansible": b"$ANSIBLE_VAULT;1.1;AES256\n",
    "bitlocker": b"\xeb\x58\x90-FVE-FS-",
    "macOS": b"encrcdsa\0\0\0\x02",
    "cms": bytes.fromhex("3082010006092a864886f70d010703a082"),
}


@pytest.mark.parametrize("name", MARKS)
def test_containers_with_a_mark_are_sealed(name: str) -> None:
    assert read(MARKS[name] + CHANCE.randbytes(3000)) == SEALED


def test_a_file_that_windows_keeps_encrypted_is_told_by_its_attributes() -> None:
    assert is_kept_encrypted(stat.FILE_ATTRIBUTE_ENCRYPTED | stat.FILE_ATTRIBUTE_ARCHIVE)
    assert not is_kept_encrypted(stat.FILE_ATTRIBUTE_COMPRESSED | stat.FILE_ATTRIBUTE_HIDDEN)


def test_what_the_file_system_keeps_encrypted_is_sealed_to_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    file.write_text(NOTE)
    monkeypatch.setattr(file_opening, "is_kept_encrypted", lambda _attributes: True)
    with pytest.raises(ScanError, match=r"reason\.sealed"), file_opening.opened(str(file)):
        pass
    assert worker_main._OUTCOMES["reason.sealed"] is FileOutcome.SEALED


# Random data


@pytest.mark.parametrize("size", [64 << 10, 292 << 10, 2 << 20])
def test_random_bytes_in_whole_sectors_are_sealed(size: int) -> None:
    assert read(CHANCE.randbytes(size)) == SEALED


def in_sectors(data: bytes) -> bytes:
    return data[: len(data) // 512 * 512]


def words(count: int) -> bytes:
    known = [
        bytes(CHANCE.choices(b"abcdefghijklmnopqrst", k=CHANCE.randrange(2, 12)))
        for _ in range(5000)
    ]
    return b" ".join(CHANCE.choices(known, k=count))


@cache
def text() -> bytes:
    return words(200_000)


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.frombytes("RGB", (500, 500), CHANCE.randbytes(750_000)).save(buffer, kind)
    return buffer.getvalue()


NOT_RANDOM: dict[str, Callable[[], bytes]] = {  # made by the test: many processes collect it
    "half a container": lambda: CHANCE.randbytes(256 << 10) + bytes(256 << 10),
    "a random head": lambda: CHANCE.randbytes(64 << 10) + text()[: 512 << 10],
    "no whole sectors": lambda: CHANCE.randbytes((256 << 10) + 1),
    "small": lambda: CHANCE.randbytes(8 << 10),
    "deflated": lambda: in_sectors(zlib.compress(text(), 9)),
    "bzip2": lambda: in_sectors(bz2.compress(text())),
    "xz": lambda: in_sectors(lzma.compress(text())),
    "lzma": lambda: in_sectors(lzma.compress(text(), lzma.FORMAT_ALONE)),
    "jpeg": lambda: in_sectors(picture("JPEG")),
    "png": lambda: in_sectors(picture("PNG")),
    "webp": lambda: in_sectors(picture("WEBP")),
    "film": lambda: b"\0\0\0\x20ftypisom" + CHANCE.randbytes((256 << 10) - 12),
    "sound": lambda: b"ID3\x04\0\0" + CHANCE.randbytes((256 << 10) - 6),
    "database": lambda: (
        (b"SQLite format 3\0" + bytes(84)).ljust(4096, b"\0") + CHANCE.randbytes(256 << 10)
    ),
    "disk image": lambda: bytes(512) + CHANCE.randbytes(256 << 10),
    "zip": lambda: in_sectors(zipped({"a": CHANCE.randbytes(300_000)}, zipfile.ZIP_STORED)),
    "base64": lambda: in_sectors(base64.b64encode(CHANCE.randbytes(300_000))),
}


@pytest.mark.parametrize("name", NOT_RANDOM)
def test_what_is_only_packed_is_not_called_encrypted(name: str) -> None:
    data = NOT_RANDOM[name]()
    assert not is_opaque(Source.of_bytes(data))
    assert read(data).outcome is not FileOutcome.SEALED
