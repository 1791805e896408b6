"""Small valid files of every format, for a fuzzer to start from."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import docx
import openpyxl
import pptx
from PIL import Image, PngImagePlugin
from reportlab.pdfgen import canvas

from agentguard.detect.binary.office_passwords import PASSWORDS
from agentguard.detect.extractor import Extractor, Source
from tests.unit.detect.files import biff, binary_book, test_msg, test_placed_fields
from tests.unit.detect.files.compound import compound
from tests.unit.detect.files.hostile import pdf, zipped
from tests.unit.detect.files.pst import note, outlook
from tests.unit.detect.files.test_mail import attribute, winmail
from tests.unit.detect.files.test_office_unlocked import standard
from tests.unit.detect.files.test_old_office import atom, native, slides

NOTE = "card 4539 1488 0343 6467, born 3 April 1980, ann.lee@quillpost.com"
ROWS = (("name", "card", "dob"), ("Ann", "4539148803436467", "1980-04-03"), ("Bo", "", ""))
VECTORS = Path(__file__).parents[1] / "vectors" / "scan"
SPINS = 10
"""Rounds of hashing in the key of the locked sample."""

_LARGEST = 256 << 10


def of(extractor: Extractor, all_of_them: tuple[Extractor, ...]) -> list[bytes]:
    """Give the samples that this format reads, as the reader chooses formats."""
    ordered = sorted(all_of_them, key=lambda one: one.order)
    return [data for data in samples() if _first(data, ordered) is extractor]


def _first(data: bytes, ordered: list[Extractor]) -> Extractor | None:
    source = Source.of_bytes(data)
    return next((one for one in ordered if one.sniff(source)), None)


@cache
def samples() -> tuple[bytes, ...]:
    """Give one file of each shape that a desk holds, those with a vector included."""
    return (*written(), *_vectors(), _quickly_locked())


def _vectors() -> Iterator[bytes]:
    for path in sorted(VECTORS.rglob("*")):
        if path.suffix != ".md" and path.is_file() and path.stat().st_size <= _LARGEST:
            yield path.read_bytes()


def written() -> Iterator[bytes]:
    """Give files written here; each holds a value to be found."""
    table = "\n".join(";".join(row) for row in ROWS)
    records = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    markup = f"<customer id='1'><note><![CDATA[{NOTE}]]></note><card>{ROWS[1][1]}</card></customer>"
    yield NOTE.encode()
    yield NOTE.encode("utf-16")
    yield f"{table}\nCy;1;2\nDi;3;4\nEd;5;6\n".encode()
    yield json.dumps({"customers": records, "note": NOTE}, indent=1).encode()
    yield "".join(f"{json.dumps(record)}\n" for record in records * 4).encode()
    rows = (*ROWS, *ROWS[1:] * 2)
    yield "".join(f"{name:<9}{card:<19}{dob:<11}\n" for name, card, dob in rows).encode()
    yield f"customer:\n  name: Ann\n  card: {ROWS[1][1]}\n  notes:\n    - {NOTE}\n".encode()
    yield b"INSERT INTO customers (name, card) VALUES ('Ann', '4539148803436467');\n" * 3
    yield f"<?xml version='1.0' encoding='utf-8'?>\n{markup}".encode()
    yield f"<!DOCTYPE html><html><body><p>{NOTE}</p><table>{_cells()}</table></html>".encode()
    yield rb"{\rtf1\ansi\ansicpg1252{\fonttbl\f0 Arial;}\pard card 4539\~1488\'a00343 6467\par}"
    yield from _talks()
    yield from _packed()
    yield from _mails()
    yield from _documents()
    yield from _of_outlook()
    yield from _of_office_97()
    yield binary_book.workbook(ROWS)
    yield test_placed_fields.hl7().encode()
    yield test_placed_fields.x12().encode()
    yield test_placed_fields.edifact().encode()
    yield _picture()
    yield _database()


def _cells() -> str:
    return "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)


def _talks() -> Iterator[bytes]:
    """Give a talk in the styles of several tools: lines, heads, and subtitles."""
    said = (("Agent", "your card number?"), ("Ann", ROWS[1][1]), ("Agent", "and your DOB?"))
    turns = [(f"10:4{at}", who, text) for at, (who, text) in enumerate((*said, ("Ann", "3/4/80")))]
    yield "".join(f"[{when}] {who}: {text}\n" for when, who, text in turns).encode()
    yield "".join(f"{when}:07\t{who}:\t{text}\n" for when, who, text in turns).encode()
    yield "".join(f"{who}  {when} AM\n{text}\n\n" for when, who, text in turns).encode("utf-16")
    cues = (f"00:{when} --> 00:{when}.900\n<v {who}>{text}</v>\n" for when, who, text in turns)
    yield "\n".join(("WEBVTT\n", *cues)).encode()


def _packed() -> Iterator[bytes]:
    data = NOTE.encode()
    yield from (gzip.compress(data, mtime=0), bz2.compress(data), lzma.compress(data))
    yield zipped({"a.txt": data, "b/inner.zip": zipped({"c.txt": data})})
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("note.txt")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    yield buffer.getvalue()


def _mails() -> Iterator[bytes]:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@quillpost.com", "b@larkbox.net", NOTE
    mail.set_content(f"Grüße, {NOTE}")
    mail.add_alternative(f"<p>{NOTE}</p>", subtype="html")
    mail.add_attachment(NOTE.encode(), maintype="text", subtype="csv", filename="a.csv")
    yield mail.as_bytes()
    yield b"From a@quillpost.com Mon Mar  3 10:00:00 2025\n" + mail.as_bytes() + b"\n\n"


def _documents() -> Iterator[bytes]:
    document, book, deck = docx.Document(), openpyxl.Workbook(), pptx.Presentation()
    document.add_paragraph(NOTE)
    cells = document.add_table(rows=len(ROWS), cols=len(ROWS[0]))
    for place, row in enumerate(ROWS):
        book.active.append(row)
        for number, text in enumerate(row):
            cells.cell(place, number).text = text
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = NOTE
    slide.notes_slide.notes_text_frame.text = NOTE
    for made, parts in ((document, "word/"), (book, "xl/"), (deck, "ppt/slides/")):
        buffer = io.BytesIO()
        made.save(buffer)
        yield _slim(buffer.getvalue(), parts)
    yield zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:text><text:p>{NOTE}</text:p></office:text>".encode(),
        },
        zipfile.ZIP_STORED,
    )
    yield pdf(NOTE, NOTE)
    yield _form()


def _of_outlook() -> Iterator[bytes]:
    data = zipped({"a.txt": NOTE.encode()})
    body, rtf = attribute(0x2800C, NOTE.encode()), test_msg.packed_rtf(test_msg.RTF)
    attached = test_msg.binary(0x3701, data, test_msg.ATTACHED)
    yield test_msg.message(test_msg.text(0x0037, NOTE), test_msg.binary(0x1009, rtf), attached)
    yield winmail(body, attribute(0x6800F, data, 2), attribute(0x69003, rtf))
    yield outlook(note("refund", NOTE), {0x1013: f"<html><p>{NOTE}".encode()})


def _of_office_97() -> Iterator[bytes]:
    plain = biff.book(*biff.sheet(*ROWS))
    packed = len(plain).to_bytes(4, "little") + zlib.compress(plain)
    yield slides(atom(0x0FA8, NOTE.encode()), atom(0x1011, packed, 0x10))
    yield compound({"\x01Ole10Native": native(NOTE.encode())})


def _quickly_locked() -> bytes:
    """Give a document whose key takes no time, as the fuzzer sets it."""
    return standard(PASSWORDS[0], zipped({"a.txt": NOTE.encode()}), spins=SPINS)


def _picture() -> bytes:
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", NOTE)
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "PNG", pnginfo=about)
    return buffer.getvalue()


def _slim(data: bytes, folder: str) -> bytes:
    """Keep the parts that hold text: a fuzzer wastes its time on themes and pictures."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        kept = [
            name
            for name in archive.namelist()
            if name.startswith((folder, "[Content", "_rels"))
            and not any(word in name for word in ("theme", "media", "styles", "fontTable"))
        ]
        return zipped({name: archive.read(name) for name in kept})


def _form() -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    page.drawString(40, 700, NOTE)
    page.acroForm.textfield(name="card", value=ROWS[1][1], x=40, y=600)
    page.save()
    return buffer.getvalue()


def _database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table customers (name text, card integer, dob text)")
        database.executemany("insert into customers values (?, ?, ?)", ROWS)
        database.commit()
        return database.serialize()
