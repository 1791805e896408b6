"""RTF: which text is read, in which letters, and what is left out."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.extractor import Source, Work
from agentguard.detect.formats import rtf
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files import biff
from tests.unit.detect.files.hostile import CARD, zipped

NOTE = f"Card number {CARD}"
LETTER = (Path(__file__).parents[3] / "vectors" / "scan" / "letter.rtf").read_bytes()
LIMITS = Limits(seconds=600.0)


def reader() -> Reader:
    return Reader(default_scanner(), default_extractors(), LIMITS)


def read(data: bytes) -> Reading:
    return reader().read(Source.of_bytes(data))


def text(data: bytes) -> str:
    work = Work(limits=LIMITS, inner=reader()._inner, streams=reader()._streams)
    return "".join(rtf.extract(Source.of_bytes(data), work))


def said(body: bytes) -> str:
    return text(b"{\\rtf1\\ansi\\ansicpg1252\\deff0" + body + b"}").strip()


def test_a_letter_is_read_with_its_header_and_its_table_by_columns() -> None:
    reading = read(LETTER)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    found = {hit.kind: hit.count for hit in reading.hits}
    assert found == {"PAN": 1, "EMAIL": 1, "DOB": 2, "SSN": 1}
    assert "Grüße aus Łódź" in text(LETTER)


FONTS = (
    b"{\\fonttbl{\\f0\\fnil Arial;}{\\f1\\fcharset238 Arial CE;}{\\f2\\fcharset204 Arial Cyr;}"
    b"{\\f3\\fcharset128 MS Gothic;}{\\f4\\cpg437 Terminal;}}"
)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b" a\\'e9b", "aéb"),
        (b"\\f1 \\'a3\\'f3d\\'9f", "Łódź"),
        (b"\\f2 \\'cc\\'ee\\'f1\\'ea\\'e2\\'e0", "Москва"),
        (b"\\f3 \\'83\\'5e\\'83\\'43", "タイ"),
        (b"\\f4 \\'81", "ü"),
        (b"\\f2 \\'cc{\\f0 \\'e9}\\'ee", "Мéо"),
        (b"\\f2 \\'cc\\plain \\'e9", "Мé"),
        (b"\\u321?\\'f3d\\u378?", "Łódź"),
        (b"\\u-10179?\\u-8704?", "\U0001f600"),
        (b"\\uc2\\u233??b", "éb"),
        (b"\\uc0\\u233 b", "éb"),
        (b"{\\uc3\\u233 abc}d", "éd"),
        (b"\\u233\\'e9b", "éb"),
        (b"4539\\~1488\\_0343", "4539\u00a01488-0343"),
        (b"a\\tab b\\line c\\par d", "a\tb\nc\nd"),
        (b"\\{\\\\\\}", "{\\}"),
        (b"45\r\n39", "4539"),
        (b"a\\emdash b\\lquote c", "a-b'c"),
    ],
    ids=range(18),
)
def test_letters_are_read_as_they_are_shown(body: bytes, shown: str) -> None:
    assert said(FONTS + b"{\\f0 " + body + b"}") == shown


@pytest.mark.parametrize("page", [b"mac", b"pc", b"ansicpg1250"])
def test_the_code_page_of_the_document_counts(page: bytes) -> None:
    byte = {b"mac": b"8e", b"pc": b"82", b"ansicpg1250": b"e9"}[page]
    assert text(b"{\\rtf1\\" + page + b" caf\\'" + byte + b"}") == "café"


@pytest.mark.parametrize(
    "group",
    [
        b"{\\stylesheet{\\s0 Normal;}}",
        b"{\\colortbl;\\red0\\green0\\blue0;}",
        b"{\\pict\\wmetafile8 0102030405}",
        b"{\\*\\unknown secret}",
        b"{\\*\\htmltag84 <a>}",
        b"{\\pict\\bin5 }}}}}}",
        b"{\\*\\bkmkstart here}",
        b"{\\listtext 1.}",
    ],
)
def test_what_nobody_wrote_is_left_out(group: bytes) -> None:
    assert said(b" a" + group + b"b") == "ab"


@pytest.mark.parametrize(
    "body",
    [
        b"{\\info{\\title %s}}",
        b"{\\header %s}",
        b"{\\footnote %s}",
        b"{\\*\\annotation %s}",
        b"{\\shp{\\*\\shpinst{\\shptxt %s}}}",
        b'{\\field{\\*\\fldinst HYPERLINK "%s"}{\\fldrslt here}}',
        b"{\\*\\formfield{\\*\\ffdeftext %s}}",
        b"{\\v %s}",
    ],
)
def test_what_stands_aside_is_read(body: bytes) -> None:
    assert NOTE in said(body.replace(b"%s", NOTE.encode()))


def row(*cells: str) -> bytes:
    inner = b"".join(b"\\pard\\intbl " + cell.encode() + b"\\cell" for cell in cells)
    return b"\\trowd\\cellx1\\cellx2" + inner + b"\\row"


def test_tables_are_read_by_columns_and_the_text_between_them_apart() -> None:
    table = row("order", "dob") + row(CARD.replace(" ", ""), "03/04/1980")
    shown = said(table + b"\\pard between\\par" + table)
    assert shown.count("dob: 03/04/1980") == 2
    assert shown.index("dob: 03") < shown.index("between") < shown.rindex("dob: 03")
    assert [hit.kind for hit in read(b"{\\rtf1" + table + b"}").hits] == ["DOB"]


def test_a_table_that_never_ends_is_read() -> None:
    assert "03/04/1980" in said(row("order", "dob") + b"\\trowd\\intbl 1\\cell 03/04/1980")


def test_what_is_left_of_a_cell_without_a_row_is_read() -> None:
    odd = row("order", "dob") + b"\\intbl " + NOTE.encode() + b"\\pard 03/04/1980\\cell\\pard end"
    assert NOTE in said(odd)
    assert said(odd).endswith("end")


def ole_1(name: bytes, data: bytes) -> bytes:
    names = b"".join(struct.pack("<I", len(one)) + one for one in (name + b"\0", b"", b""))
    whole = struct.pack("<II", 0x501, 2) + names + struct.pack("<I", len(data)) + data
    return b"{\\object\\objemb{\\*\\objdata " + whole.hex().encode() + b"}{\\result x}}"


def test_embedded_files_are_read() -> None:
    package = (
        struct.pack("<H", 2) + b"a.txt\0C:\\a.txt\0" + bytes(4) + struct.pack("<I", 2) + b"a\0"
    )
    package += struct.pack("<I", len(NOTE)) + NOTE.encode()
    assert NOTE in said(ole_1(b"Package", package))
    assert CARD in said(ole_1(b"Excel.Sheet.8", biff.book(*biff.sheet(["card"], [CARD]))))
    assert NOTE in said(ole_1(b"Word.Document.12", zipped({"a.txt": NOTE.encode()})))


@pytest.mark.parametrize("cut", [20, 200, 3000])
def test_a_cut_document_is_read_so_far_and_told(cut: int) -> None:
    reading = read(b"{\\rtf1{\\b " + NOTE.encode() + b"\\par" + b" x" * 4000 + b"}}"[:-cut] + b"{")
    assert [hit.kind for hit in reading.hits] == ["PAN"]
    assert reading.reason == "reason.corrupt-part"


@pytest.mark.parametrize(
    "data",
    [
        b"{\\rtf1" + b"{" * 200_000,
        b"{\\rtf1" + b"}" * 200_000,
        b"{\\rtf1" + b"{\\*\\x " * 100_000,
        b"{\\rtf1" + b"\\trowd\\intbl" * 100_000,
        b"{\\rtf1\\bin999999999 x",
        b"{\\rtf1\\uc9999999999\\u1 " + b"x" * 1000,
        b"{\\rtf1{\\fonttbl" + b"{\\f1\\fcharset238}" * 50_000 + b"}}",
        b"{\\rtf1{\\object{\\*\\objdata 0105" + b"f" * 100_001,
    ],
    ids=range(8),
)
def test_hostile_nesting_ends(data: bytes) -> None:
    assert isinstance(read(data), Reading)


@given(body=st.binary(max_size=200))
def test_any_bytes_are_some_text(body: bytes) -> None:
    assert isinstance(text(b"{\\rtf1" + body), str)


@given(
    words=st.lists(
        st.sampled_from(
            [
                *(b"{", b"}", b"\\par ", b"\\cell", b"\\row", b"\\trowd", b"\\intbl", b"\\pard"),
                *(b"\\'e9", b"\\u233?", b"\\uc2", b"\\f1", b"x", b"\\*", b"\\bin3 ", b"\n"),
                b"{\\*\\objdata 01",
            ]
        ),
        max_size=60,
    )
)
def test_any_order_of_words_ends(words: list[bytes]) -> None:
    assert isinstance(text(b"{\\rtf1" + FONTS + b"".join(words)), str)
