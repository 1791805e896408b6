"""PDF: what stands beside the text of the pages, and pages that are pictures."""

from __future__ import annotations

import io
import random

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD, pdf, zipped

NOTE = f"Card number {CARD}"
MAIL = "ann.lee@quillpost.com"
LIMITS = Limits(seconds=600.0)


def read(data: bytes, limits: Limits = LIMITS) -> Reading:
    return Reader(default_scanner(), default_extractors(), limits).read(Source.of_bytes(data))


def counts(data: bytes) -> dict[str, int]:
    reading = read(data)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    return {hit.kind: hit.count for hit in reading.hits}


def form() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(50, 700, "Customer form")
    canvas.acroForm.textfield(name="card", x=50, y=600, value=CARD)
    canvas.acroForm.textfield(name="email", x=50, y=500, value=MAIL)
    canvas.acroForm.textfield(name="empty", x=50, y=400, value="")
    canvas.showPage()
    canvas.drawString(50, 700, "Second page")
    canvas.acroForm.textfield(name="dob", x=50, y=600, value="03/04/1980")
    canvas.save()
    return buffer.getvalue()


def packed(data: bytes, **how: object) -> bytes:
    """Write the objects of a document into packed streams."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        mode = pikepdf.ObjectStreamMode.generate
        document.save(buffer, object_stream_mode=mode, compress_streams=True, **how)
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [lambda data: data, packed], ids=["plain", "packed"])
def test_the_values_of_form_fields_are_read_behind_their_names(pack: object) -> None:
    assert callable(pack)
    assert counts(pack(form())) == {"PAN": 1, "EMAIL": 1, "DOB": 1}


def test_the_value_of_a_field_with_many_places_is_read() -> None:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(form())) as document:
        field = document.Root.AcroForm.Fields[0]
        value = field.V
        del field.V
        parent = document.make_indirect(
            pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="card", V=value, Kids=[field])
        )
        field.Parent = parent
        del field.T
        document.Root.AcroForm.Fields[0] = parent
        document.save(buffer)
    assert counts(buffer.getvalue())["PAN"] == 1


def beside(what: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(50, 700, "Nothing here")
    if what == "note":
        canvas.textAnnotation(NOTE, (100, 100, 200, 200))
    elif what == "link":
        canvas.linkURL(f"mailto:{MAIL}", (10, 10, 100, 100))
    elif what == "free text":
        canvas.freeTextAnnotation(NOTE, "/Helv 12 Tf 0 g", (100, 100, 300, 200))
    else:
        canvas.setSubject(NOTE)
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize("what", ["note", "link", "free text", "subject"])
def test_notes_links_and_what_a_document_says_of_itself_are_read(what: str) -> None:
    expected = {"EMAIL": 1} if what == "link" else {"PAN": 1}
    assert counts(packed(beside(what))) == expected


def with_files(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("See the files"))) as document:
        for name, data in files.items():
            document.attachments[name] = data
        document.save(buffer)
    return buffer.getvalue()


def test_attached_files_are_read_by_their_own_format() -> None:
    files = {"a.csv": b"name,dob\nAnn,03/04/1980\n", "b.zip": zipped({"c.txt": NOTE.encode()})}
    assert counts(with_files(files)) == {"DOB": 1, "PAN": 1}


def test_an_attached_file_too_large_or_sealed_is_told() -> None:
    large = with_files({"a.bin": random.Random(1).randbytes(3 << 20)})
    assert read(large, Limits(part_mib=2)).reason == "reason.too-large-part"
    locked = with_files({"a.age": b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n"})
    assert read(locked).reason == "reason.sealed-part"


def scanned() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(buffer, "PDF")
    return buffer.getvalue()


def test_a_page_that_is_a_picture_is_told() -> None:
    reading = read(scanned())
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.image")


def test_an_empty_page_is_nothing() -> None:
    assert counts(pdf()) == {}


def test_columns_that_stand_apart_are_a_table() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    rows = [("name", "order", "dob"), *[("Ann", CARD.replace(" ", ""), "03/04/1980")] * 3]
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            canvas.drawString(50 + 180 * column, 700 - 20 * number, cell)
    canvas.save()
    assert counts(buffer.getvalue()) == {"DOB": 1}


@pytest.mark.parametrize("whole", [form(), scanned(), with_files({"a.txt": b"x"})], ids=range(3))
def test_no_cut_or_flipped_document_raises(whole: bytes) -> None:
    chance = random.Random(9)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = len(data) if chance.random() < 0.7 else chance.randrange(8, len(data))
        assert isinstance(read(bytes(data[:cut])), Reading)
