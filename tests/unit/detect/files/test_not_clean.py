"""What cannot be read is told as not read, and what is locked as locked: neither is clean."""

from __future__ import annotations

import base64
import random
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.encryption import is_sealed
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.compound import compound
from tests.unit.detect.files.hostile import CARD, zipped

VECTORS = Path(__file__).parents[3] / "vectors" / "scan"
NOTE = f"Card number {CARD}"
NOISE = random.Random(1).randbytes(3000)
SEALED = Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")


def read(data: bytes) -> Reading:
    return Reader(default_scanner(), default_extractors(), Limits()).read(Source.of_bytes(data))


def vector(name: str) -> bytes:
    return (VECTORS / name).read_bytes()


def rar_4(flags: int) -> bytes:
    return b"Rar!\x1a\x07\x00" + struct.pack("<HBHH", 0xCF90, 0x73, flags, 13) + bytes(6) + NOISE


def rar_5(kind: int) -> bytes:
    return b"Rar!\x1a\x07\x01\x00" + bytes(4) + bytes([0x8A, 0x01, kind]) + bytes(20) + NOISE


@pytest.mark.parametrize(
    "data",
    [
        vector("locked-content.7z"),
        vector("locked-names.7z"),
        rar_4(0x0080),
        rar_5(4),
    ],
    ids=["7z, content", "7z, names", "RAR 4", "RAR 5"],
)
def test_a_locked_archive_is_sealed(data: bytes) -> None:
    assert read(data) == SEALED


@pytest.mark.parametrize(
    "data",
    [
        rar_4(0),
        rar_5(1),
        compound({"WordDocument": NOISE}),
        compound({"Workbook": NOISE}),
        compound({"PowerPoint Document": NOISE}),
        compound({"__substg1.0_1000001F": NOISE}),
        zipped(
            {
                "[Content_Types].xml": b"<Types/>",
                "xl/worksheets/sheet1.bin": NOISE,
                "xl/sharedStrings.bin": NOISE,
            }
        ),
        b"!BDN" + NOISE,
        b"\x28\xb5\x2f\xfd" + NOISE,
        b"MSCF" + NOISE,
    ],
    ids=[
        "RAR 4",
        "RAR 5",
        "DOC",
        "XLS",
        "PPT",
        "MSG",
        "XLSB",
        "PST",
        "ZST",
        "CAB",
    ],
)
def test_a_container_that_cannot_be_unpacked_is_not_read_and_never_clean(data: bytes) -> None:
    reading = read(data)
    assert (reading.outcome, reading.hits) == (FileOutcome.UNREADABLE, ())
    assert reading.reason in {"reason.unsupported", "reason.corrupt"}


@pytest.mark.parametrize("text", [NOTE.encode("cp1252"), NOTE.encode("utf-16-le")])
def test_what_shows_through_is_found_all_the_same(text: bytes) -> None:
    reading = read(compound({"WordDocument": NOISE[:100] + b"\0\0" + text + b"\0\0"}))
    assert [hit.kind for hit in reading.hits] == ["PAN"]
    assert reading.reason == "reason.corrupt"


def test_within_an_archive_the_rest_is_read_and_the_part_is_told() -> None:
    reading = read(zipped({"a.rar": rar_4(0), "b.txt": NOTE.encode()}))
    assert [hit.kind for hit in reading.hits] == ["PAN"]
    assert reading.reason == "reason.unsupported-part"


@given(data=st.data())
def test_no_damage_of_an_archive_raises(data: st.DataObject) -> None:
    whole = bytearray(vector(data.draw(st.sampled_from(["plain.7z", "locked-content.7z"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(6, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(6, len(whole)))
    is_sealed(Source.of_bytes(bytes(whole[:cut])))


def odf(content: str, manifest: str = "", **more: bytes) -> bytes:
    kind = "application/vnd.oasis.opendocument.text"
    members = {"mimetype": kind.encode(), "content.xml": content.encode()}
    members["META-INF/manifest.xml"] = f"<manifest:manifest>{manifest}</manifest>".encode()
    return zipped({**members, **more}, zipfile.ZIP_STORED)


def body(xml: str) -> str:
    return f"<office:body><office:text>{xml}</office:text></office:body>"


def test_the_spans_of_an_open_document_join_as_they_are_seen() -> None:
    half = body(f"<text:p>Card <text:span>{CARD[:9]}</text:span><text:s/>{CARD[10:]}</text:p>")
    assert [hit.kind for hit in read(odf(half)).hits] == ["PAN"]


def test_a_column_of_an_open_sheet_is_read_under_its_name() -> None:
    rows = "".join(
        f"<table:table-row><table:table-cell><text:p>{a}</text:p></table:table-cell>"
        f"<table:table-cell><text:p>{b}</text:p></table:table-cell></table:table-row>"
        for a, b in (("Name", "Card number"), ("Kim", CARD))
    )
    reading = read(odf(body(f'<table:table table:name="a">{rows}</table:table>')))
    assert [hit.kind for hit in reading.hits] == ["PAN"]


def test_headers_and_embedded_documents_are_read_too() -> None:
    page = f"<style:header><text:p>{NOTE}</text:p></style:header>".encode()
    assert read(odf(body(""), **{"styles.xml": page})).hits
    assert read(
        odf(body(""), **{"Object 1/content.xml": body(f"<text:p>{NOTE}</text:p>").encode()})
    ).hits
    assert read(odf(body(""), **{"Object 2": zipped({"a.txt": NOTE.encode()})})).hits


def test_an_open_document_with_a_password_is_sealed() -> None:
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    assert read(odf("noise", manifest)) == SEALED
    assert read(odf(body(""), "<manifest:file-entry/>")).outcome is FileOutcome.READ


def mail(name: str, text: str, attached: bytes = b"") -> bytes:
    packed = base64.encodebytes(attached).decode()
    return (
        f"From kim Wed Nov 25 10:00:00 2026\nFrom: {name}@example.com\nTo: a@example.com\n"
        f"Subject: {name}\nDate: Wed, 25 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n"
        "--b\nContent-Type: application/octet-stream\n"
        f"Content-Transfer-Encoding: base64\n\n{packed}\n--b--\n\n"
    ).encode()


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("attached", [False, True])
def test_every_mail_of_a_folder_is_read(place: int, attached: bool) -> None:
    mails = [mail(f"n{number}", "nothing") for number in range(3)]
    mails[place] = mail("x", "see", NOTE.encode()) if attached else mail("x", NOTE)
    kinds = {hit.kind for hit in read(b"".join(mails)).hits}
    assert "PAN" in kinds


def test_a_text_that_begins_with_from_is_a_text() -> None:
    assert [hit.kind for hit in read(f"From the desk: {NOTE}\n".encode()).hits] == ["PAN"]
