"""What is read of each format."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage

import pytest

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD, docx, office, pdf, zipped

NOTE = f"paid by card {CARD}, receipt to ann.lee@quillpost.com"
BOTH = {"PAN", "EMAIL"}


def read(data: bytes, **limits: int) -> Reading:
    reader = Reader(default_scanner(), default_extractors(), Limits(seconds=600.0, **limits))
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
    assert {(hit.kind, hit.count) for hit in found.hits} == {("SSN", 5), ("DOB", 5)}


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


def test_a_page_is_read_with_tables_fields_and_entities() -> None:
    page = (
        "<!DOCTYPE html><p>card 4539&nbsp;1488&nbsp;0343&nbsp;6467<br>"
        "<table><tr><th>order</th><th>dob</th></tr>"
        "<tr><td>4539148803436467</td><td>03/04/1980</td></tr>"
        "<input name='email' value='ann.lee@quillpost.com'>"
    )
    assert kinds(page.encode()) == {*BOTH, "DOB"}


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_mail_is_read_with_its_attachments_but_not_its_ids(encoding: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Desk <desk@northmoor.co.uk>", "ann.lee@quillpost.com"
    mail["Subject"], mail["Message-ID"] = "Ihre Zählung", "<178263@mx1.northmoor.co.uk>"
    mail["Date"] = "Tue, 04 Mar 2025 10:00:00 +0000"
    mail.set_content(f"Grüße, card {CARD}", cte=encoding)
    mail.add_attachment(
        zipped({"a.csv": b"name,dob\nAnn,03/04/1980\n"}), maintype="image", subtype="png"
    )
    found = {hit.kind: hit.count for hit in read(bytes(mail)).hits}
    assert found == {"EMAIL": 2, "PAN": 1, "DOB": 1}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files_are_read(pack: Callable[[bytes], bytes]) -> None:
    assert kinds(pack(NOTE.encode())) == BOTH


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_bomb_is_stopped(pack: Callable[[bytes], bytes]) -> None:
    assert read(pack(bytes(64 << 20))).reason == "reason.bomb"


def test_a_cut_packed_file_gives_what_came_before() -> None:
    noise = random.Random(2).randbytes(100_000).hex().encode()
    reading = read(gzip.compress(NOTE.encode() + b"\n" + noise)[:-20_000])
    assert {hit.kind for hit in reading.hits} == BOTH


def test_a_tape_archive_is_read_without_its_links() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("note.txt")
        member.size = len(NOTE)
        archive.addfile(member, io.BytesIO(NOTE.encode()))
        link = tarfile.TarInfo("passwd")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert kinds(gzip.compress(buffer.getvalue())) == BOTH


def test_a_database_is_read_by_columns() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute('CREATE TABLE "odd""name" (order_id INTEGER, ssn INTEGER, mail BLOB)')
        database.execute(
            'INSERT INTO "odd""name" VALUES (4539148803436467, 19091234, ?)',
            (b"ann.lee@quillpost.com",),
        )
        database.commit()
        data = database.serialize()
    assert kinds(data) == {"SSN", "EMAIL"}
    assert read(data[:3000]).reason == "reason.corrupt"


def test_a_container_that_cannot_be_unpacked_is_told() -> None:
    plain = b"Rar!\x1a\x07\x00" + bytes(64) + NOTE.encode()
    reading = read(plain)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.unsupported")
