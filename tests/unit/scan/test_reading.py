"""What is read of each format, what is sealed, and what a bomb or a broken file comes to."""

from __future__ import annotations

import os
import random
import zipfile

import pyrage
import pytest

from agentguard import texts
from agentguard.model.events import FileOutcome
from agentguard.pii.scanner import default_scanner
from agentguard.scan.extract.base import Source
from agentguard.scan.limits import Limits
from agentguard.scan.reading import Reader, Reading, default_extractors
from tests.unit.scan.hostile import CARD, docx, marked_encrypted, office, pdf, zipped

NOTE = f"paid by card {CARD}, receipt to ann.lee@quillpost.com"
BOTH = {"PAN", "EMAIL"}


def read(data: bytes, **limits: int) -> Reading:
    reader = Reader(default_scanner(), default_extractors(), Limits(**limits))
    return reader.read(Source.of_bytes(data))


def kinds(data: bytes) -> set[str]:
    reading = read(data)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    return {hit.kind for hit in reading.hits}


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"],
)
def test_text_is_read_in_any_encoding(encoding: str) -> None:
    assert kinds(f"Résumé {NOTE}\n".encode(encoding)) == BOTH


def test_a_stray_byte_does_not_hide_the_rest() -> None:
    assert kinds(b"caf\xc3\xa9 \xe9\xff\xa0" + NOTE.encode() + b"\x81") == BOTH


def test_a_no_break_space_of_a_windows_page_separates_groups() -> None:
    assert kinds(b"card 4539\xa01488\xa00343\xa06467") == {"PAN"}


def test_binary_files_are_searched_for_what_can_be_read() -> None:
    noise = random.Random(1).randbytes(30_000)
    assert kinds(b"\x00\x01\x02\x03" * 50 + noise + b"\n" + NOTE.encode() + b"\x00") == BOTH


def test_the_columns_of_a_csv_name_its_values() -> None:
    rows = "\n".join(f"Ann,4539148803436467,{n}09-12-345{n},0304198{n}" for n in range(1, 6))
    found = read(f"name,order_id,ssn,dob\n{rows}\n".encode())
    assert {(hit.kind, hit.count) for hit in found.hits} == {("SSN", 5)}


def test_a_number_in_four_columns_is_one_number() -> None:
    table = "name,card1,card2,card3,card4\nAnn,4539,1488,0343,6467\nBo,,,,\n"
    assert kinds(table.encode()) == {"PAN"}


def test_titles_above_a_header_are_no_header() -> None:
    table = (
        "Northmoor,,\nExport,2025-03-04,\nname,reference,born\nAnn,4539148803436467,1980-04-03\n"
    )
    assert kinds(table.encode()) == {"DOB"}


def test_a_word_document_is_read_in_all_its_parts() -> None:
    document = office(
        "word",
        {
            "document.xml": "<w:p><w:r><w:t>card 4539 1488 </w:t></w:r><w:r><w:t>0343 6467"
            "</w:t></w:r></w:p>",
            "comments.xml": "<w:p><w:t>ann.lee@quillpost.com</w:t></w:p>",
            "header1.xml": "<w:p><w:t>DOB 03/04/1980</w:t></w:p>",
            "footnotes.xml": "<w:p><w:delText>SSN 219-09-1234</w:delText></w:p>",
        },
    )
    assert kinds(document) == {*BOTH, "DOB", "SSN"}


def test_a_table_of_a_document_has_columns() -> None:
    def row(*cells: str) -> str:
        inner = "".join(f"<w:tc><w:p><w:t>{cell}</w:t></w:p></w:tc>" for cell in cells)
        return f"<w:tr>{inner}</w:tr>"

    table = f"<w:tbl>{row('order', 'dob')}{row('4539148803436467', '03/04/1980')}</w:tbl>"
    assert kinds(docx(table)) == {"DOB"}


def test_a_presentation_is_read_with_its_notes() -> None:
    deck = office(
        "ppt",
        {
            "slides/slide1.xml": f"<a:p><a:r><a:t>card {CARD}</a:t></a:r></a:p>",
            "notesSlides/notesSlide1.xml": "<a:p><a:t>ann.lee@quillpost.com</a:t></a:p>",
        },
    )
    assert kinds(deck) == BOTH


def test_a_workbook_is_read_with_shared_inline_and_plain_numbers() -> None:
    sheet = (
        '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><t>email</t></is></c></row>'
        '<row r="2"><c r="A2"><v>379354508162306.0</v></c><c r="B2"><v>4539148803436467</v></c>'
        '<c r="C2" t="inlineStr"><is><t>ann.lee@quillpost.com</t></is></c></row></sheetData>'
    )
    strings = "<sst><si><t>card</t></si><si><r><t>order</t></r><r><t>_id</t></r></si></sst>"
    book = office("xl", {"worksheets/sheet1.xml": sheet, "sharedStrings.xml": strings})
    found = read(book)
    assert [(hit.kind, hit.masked) for hit in found.hits] == [
        ("EMAIL", ("....com",)),
        ("PAN", ("...2306",)),
    ]


def test_one_far_cell_costs_nothing() -> None:
    sheet = f'<row r="1048576"><c r="XFD1048576" t="str"><v>card {CARD}</v></c></row>'
    assert kinds(office("xl", {"worksheets/sheet1.xml": sheet})) == {"PAN"}


def test_a_pdf_is_read_by_rows() -> None:
    assert kinds(pdf("Customer record", f"Card number: {CARD}", "DOB: 03/04/1980")) == {
        "PAN",
        "DOB",
    }


def test_a_broken_pdf_gives_what_can_be_read() -> None:
    reading = read(b"%PDF-1.7\n" + NOTE.encode() + b"\nno object at all")
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.corrupt")
    assert {hit.kind for hit in reading.hits} == BOTH


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
        zipped({"zeros": bytes(300 << 20)}),
        zipped({f"{n}": bytes(7 << 20) for n in range(90)}),
        zipped({f"{n}": b"" for n in range(10_001)}),
        office("word", {"document.xml": "<w:t>" + " " * (60 << 20)}),
    ],
    ids=["one-member", "many-members", "too-many", "document"],
)
def test_a_bomb_is_told_before_it_unfolds(bomb: bytes) -> None:
    reading = read(bomb)
    assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.bomb")


def test_an_archive_in_itself_many_times_is_a_bomb() -> None:
    data = zipped({f"{n}": bytes(1 << 20) for n in range(20)})
    for _ in range(3):
        data = zipped({f"{n}.zip": data for n in range(20)})
    assert read(data).reason == "reason.bomb"


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


SEALED = {
    "zip": marked_encrypted(zipped({"a.txt": NOTE.encode(), "b/c.txt": b"x"})),
    "age": pyrage.passphrase.encrypt(NOTE.encode(), "correct horse"),
    "openpgp": openpgp(),
    "openpgp-armour": b"-----BEGIN PGP MESSAGE-----\n\njA0ECQMC\n",
    "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    + bytes(2000)
    + "EncryptedPackage".encode("utf-16-le"),
    "keepass": b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + bytes(100),
    "luks": b"LUKS\xba\xbe\x00\x02" + random.Random(5).randbytes(5000),
    "7z": b"7z\xbc\xaf\x27\x1c\x00\x04"
    + bytes(4)
    + bytes(8)
    + (9).to_bytes(8, "little")
    + bytes(4)
    + b"\x17\x06\x00\x06\xf1\x07\x01\x00\x00",
    "random": random.Random(6).randbytes(256 << 10),
}


@pytest.mark.parametrize("name", SEALED)
def test_what_is_encrypted_is_sealed_and_no_finding(name: str) -> None:
    assert read(SEALED[name]) == Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")


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
    sentences = texts.load().sentences
    reasons = {id_: said for id_, said in sentences.items() if id_.startswith("reason.")}
    assert len(reasons) > 15
    assert all(said.endswith(".") and len(said.split()) >= 6 for said in reasons.values())
