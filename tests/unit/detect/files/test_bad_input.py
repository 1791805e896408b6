"""What is sealed, and what a bomb or a broken file comes to."""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Callable

import pyrage
import pytest

from agentguard.base import translations
from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.compound import compound
from tests.unit.detect.files.hostile import CARD, docx, marked_encrypted, office, pdf, zipped

NOTE = f"paid by card {CARD}, receipt to ann.lee@quillpost.com"
BOTH = {"PAN", "EMAIL"}


def read(data: bytes, **limits: int) -> Reading:
    reader = Reader(default_scanner(), default_extractors(), Limits(seconds=600.0, **limits))
    return reader.read(Source.of_bytes(data))


def kinds(data: bytes) -> set[str]:
    reading = read(data)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    return {hit.kind for hit in reading.hits}


def test_archives_are_read_to_a_depth() -> None:
    data = zipped({"note.txt": NOTE.encode()})
    for _ in range(3):
        data = zipped({"inner.zip": data, "empty/": b""})
    assert kinds(data) == BOTH
    for _ in range(6):
        data = zipped({"inner.zip": data})
    assert read(data).reason == "reason.too-deep"


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: zipped({"zeros": bytes(300 << 20)}),
        lambda: zipped({f"{n}": bytes(7 << 20) for n in range(90)}),
        lambda: office("word", {"document.xml": "<w:t>" + " " * (60 << 20)}),
    ],
    ids=["one-member", "many-members", "document"],
)
def test_a_bomb_is_told_before_it_unfolds(bomb: Callable[[], bytes]) -> None:
    reading = read(bomb())
    assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.bomb")


def test_an_archive_in_itself_many_times_is_a_bomb() -> None:
    data = zipped({f"{n}": bytes(1 << 20) for n in range(20)})
    for _ in range(3):
        data = zipped({f"{n}.zip": data for n in range(20)})
    assert read(data, total_mib=64).reason == "reason.bomb"


def test_a_lying_size_is_a_damaged_part() -> None:
    data = bytearray(zipped({"note.txt": NOTE.encode() * 100}))
    place = data.find(b"PK\x01\x02")
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert read(bytes(data)).reason == "reason.corrupt-part"


@pytest.mark.parametrize("cut", [10, 200, 2000])
def test_a_cut_archive_is_damaged(cut: int) -> None:
    whole = zipped({"a.bin": os.urandom(4000)}, zipfile.ZIP_STORED)
    assert read(whole[:-cut]).reason == "reason.corrupt"


def test_a_flipped_byte_never_raises() -> None:
    source = random.Random(7)
    for whole in (docx(f"<w:p><w:t>{NOTE}</w:t></w:p>"), pdf(NOTE), zipped({"a": NOTE.encode()})):
        for _ in range(60):
            data = bytearray(whole)
            data[source.randrange(len(data))] ^= 1 << source.randrange(8)
            assert isinstance(read(bytes(data)), Reading)


def test_nested_marks_without_end_are_read_in_time() -> None:
    assert read(docx("<w:tbl><w:tr><w:tc>" * 50_000)).outcome is FileOutcome.READ


def openpgp() -> bytes:
    body = b"\x04\x09\x03\x08" + random.Random(3).randbytes(9) + b"\x60"
    return bytes([0x8C, len(body)]) + body + b"\xd2\xff" + random.Random(4).randbytes(9000)


SEALED: dict[str, Callable[[], bytes]] = {
    "zip": lambda: marked_encrypted(zipped({"a.txt": NOTE.encode(), "b/c.txt": b"x"})),
    "age": lambda: pyrage.passphrase.encrypt(NOTE.encode(), "correct horse"),
    "openpgp": openpgp,
    "openpgp-armour": lambda: b"-----BEGIN PGP MESSAGE-----\n\njA0ECQMC\n",
    "office": lambda: compound({"EncryptedPackage": bytes(2000)}),
    "keepass": lambda: b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + bytes(100),
    "luks": lambda: b"LUKS\xba\xbe\x00\x02" + random.Random(5).randbytes(5000),
    "random": lambda: random.Random(6).randbytes(256 << 10),
}


@pytest.mark.parametrize("name", SEALED)
def test_what_is_encrypted_is_sealed_and_no_finding(name: str) -> None:
    assert read(SEALED[name]()) == Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")


def test_a_plain_member_beside_a_sealed_one_is_read() -> None:
    inner = marked_encrypted(zipped({"a.txt": NOTE.encode()}))
    reading = read(zipped({"secret.zip": inner, "readme.txt": NOTE.encode()}))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.sealed-part")
    assert {hit.kind for hit in reading.hits} == BOTH


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n", b"\x1f\x8b\x08\x00"])
def test_pictures_and_packed_files_are_not_called_encrypted(head: bytes) -> None:
    assert read(head + random.Random(8).randbytes((256 << 10) - len(head))).outcome is not (
        FileOutcome.SEALED
    )


def test_an_empty_file_holds_nothing() -> None:
    assert read(b"") == Reading(outcome=FileOutcome.READ)


def test_every_reason_and_its_sentence_tell_what_to_do() -> None:
    sentences = translations.load().sentences
    reasons = {id_: said for id_, said in sentences.items() if id_.startswith("reason.")}
    assert len(reasons) > 15
    assert all(said.endswith(".") and len(said.split()) >= 6 for said in reasons.values())
