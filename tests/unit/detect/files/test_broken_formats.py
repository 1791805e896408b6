"""Every format cut, changed and swollen: each comes to a reading, whatever it says of itself."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from pathlib import Path

import pytest

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.sandbox.client import ScanClient
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms import system_clock
from tests.fuzz.samples import samples, written
from tests.unit.detect.files.hostile import CARD, office, zipped

NUMBERED = [pytest.param(data, id=f"sample-{n}") for n, data in enumerate(samples())]
WRITTEN = NUMBERED[: len(tuple(written()))]
_CUTS = 12
_FLIPS = 24
_READER = Reader(default_scanner(), default_extractors(), Limits(seconds=600.0))
_ENTITIES = "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "card 4539 1488 0343 6467 "}">'
    for n in range(10)
)
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE d [{_ENTITIES}]><d><t>&e9;</t></d>'


def read(data: bytes) -> Reading:
    return _READER.read(Source.of_bytes(data))


@pytest.mark.parametrize("data", WRITTEN)
def test_a_sample_is_read(data: bytes) -> None:
    assert read(data).hits


@pytest.mark.parametrize("data", NUMBERED)
def test_a_cut_file_comes_to_a_reading(data: bytes) -> None:
    for place in random.Random(len(data)).sample(range(len(data)), min(_CUTS, len(data))):
        assert isinstance(read(data[:place]), Reading)


@pytest.mark.parametrize("data", NUMBERED)
def test_a_changed_file_comes_to_a_reading(data: bytes) -> None:
    chance = random.Random(len(data))
    for _ in range(_FLIPS):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 1, 8, 64))):
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        assert isinstance(read(bytes(changed)), Reading)


@pytest.mark.parametrize("data", NUMBERED)
def test_sizes_that_lie_come_to_a_reading(data: bytes) -> None:
    """Fields of four bytes, wherever they stand, say zero, one, and as much as they can."""
    chance = random.Random(len(data))
    for size in (b"\0\0\0\0", b"\1\0\0\0", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff"):
        for _ in range(_FLIPS // 4):
            place = chance.randrange(max(1, len(data) - 4))
            assert isinstance(read(data[:place] + size + data[place + 4 :]), Reading)


def in_a_document(xml: str) -> bytes:
    return office("word", {"document.xml": xml})


def in_an_open_document(xml: str) -> bytes:
    kind = b"application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": kind, "content.xml": xml.encode()}, zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS.encode(),
        in_a_document(LAUGHS),
        office("xl", {"worksheets/sheet1.xml": LAUGHS, "sharedStrings.xml": LAUGHS}),
        office("ppt", {"slides/slide1.xml": LAUGHS}),
        in_an_open_document(LAUGHS),
    ],
    ids=["xml", "docx", "xlsx", "pptx", "odt"],
)
def test_entities_of_entities_do_not_unfold(data: bytes) -> None:
    reading = read(data)
    assert reading.outcome in {FileOutcome.READ, FileOutcome.UNREADABLE}
    assert all(hit.count == 1 for hit in reading.hits)


@pytest.mark.parametrize("scheme", ["file:///etc/hostname", "http://127.0.0.1:1/x"])
def test_what_stands_elsewhere_is_not_fetched(scheme: str) -> None:
    xml = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{scheme}">]><d>&x; card {CARD}</d>'
    assert [hit.kind for hit in read(xml.encode()).hits] == ["PAN"]


def test_a_cell_far_out_costs_nothing() -> None:
    cell = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>card 4539 1488 0343 6467</t>'
    sheet = f"<worksheet><sheetData>{cell}</is></c></row></sheetData></worksheet>"
    reading = read(office("xl", {"worksheets/sheet1.xml": sheet}))
    assert [hit.kind for hit in reading.hits] == ["PAN"]


@pytest.mark.heavy
def test_a_page_that_unfolds_to_gigabytes_ends_in_time(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b" " * (8 << 20)) for _ in range(160)) + packer.flush()
    page = (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(stream)
    )
    (tmp_path / "bomb.pdf").write_bytes(
        page + stream + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    (tmp_path / "note.txt").write_text(f"card {CARD}", encoding="utf-8")
    with ScanClient(Limits(), system_clock()) as client:
        bomb = client.scan(str(tmp_path / "bomb.pdf"))
        assert bomb.reason or bomb.outcome is FileOutcome.READ
        assert client.scan(str(tmp_path / "note.txt")).hits


def quine() -> bytes:
    """Give an archive whose one member says that it is the archive itself, again and again."""
    whole = zipped({"r.zip": b""}, zipfile.ZIP_STORED)
    for _ in range(12):
        whole = zipped({"r.zip": whole, "s.zip": whole}, zipfile.ZIP_DEFLATED)
    return whole


def test_archives_without_end_are_read_to_a_depth() -> None:
    assert read(quine()).reason in {"reason.too-deep", "reason.bomb"}


def test_members_that_lie_over_each_other_are_read_within_the_limits() -> None:
    """Many entries of the directory point at one member (overlapping files)."""
    one = zipped({"a.txt": b"0" * (4 << 20)})
    directory = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entries = one[directory:end] * 3000
    tail = bytearray(one[end:])
    tail[8:12] = (3000).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    reading = read(one[:directory] + entries + bytes(tail))
    assert reading.reason in {"reason.bomb", "reason.corrupt", "reason.corrupt-part"}


def test_a_value_never_stands_in_a_reason() -> None:
    for data in samples():
        for place in (len(data) // 3, len(data) // 2):
            shown = repr(read(data[:place]))
            assert not re.search(r"\d{5}", re.sub(r"\.\.\.\d{1,4}", "", shown))
            assert "ann.lee" not in shown


def test_a_name_that_leads_out_of_the_archive_is_only_a_name() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../../../etc/passwd", f"card {CARD}")
        archive.writestr("C:\\Windows\\win.ini", f"card {CARD}")
    assert [(hit.kind, hit.count) for hit in read(buffer.getvalue()).hits] == [("PAN", 1)]
