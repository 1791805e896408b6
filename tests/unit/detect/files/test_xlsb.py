"""Binary workbooks of Excel: every kind of cell, what stands beside, and what is not whole."""

from __future__ import annotations

import struct

import pytest

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.binary_book import (
    book,
    cell,
    of_sheet,
    packed,
    record,
    shared,
    sheet,
    short,
    styles,
    wide,
    workbook,
)
from tests.unit.detect.files.extracted import kinds, read, said, text
from tests.unit.detect.files.hostile import CARD, office

PAN = "4539148803436467"
ROWS = [
    ("name", "card number", "town"),
    ("Ann Lee", PAN, "Ayr"),
    ("", CARD, ""),
    ("Bo", "17", "Ely"),
]


@pytest.mark.parametrize("is_short", [False, True], ids=["with their columns", "one by one"])
def test_cells_stand_below_their_names(is_short: bool) -> None:
    found = said(workbook(ROWS, is_short=is_short))
    assert found[:4] == [
        "name: Ann Lee",
        f"card number: {PAN}",
        "town: Ayr",
        f"card number: {CARD}",
    ]
    assert found[4:7] == ["name: Bo", "card number: 17", "town: Ely"]
    assert kinds(workbook(ROWS, is_short=is_short)) == {"PAN"}


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        (2, struct.pack("<I", 1912 << 2 | 2), "1912"),
        (2, struct.pack("<I", (-7 & 0x3FFFFFFF) << 2 | 2), "-7"),
        (2, struct.pack("<I", 1250 << 2 | 3), "12.5"),
        (5, struct.pack("<d", 4539148803436467), "4539148803436467"),
        (6, wide("Zoë Ångström"), "Zoë Ångström"),
        (7, struct.pack("<I", 1), "shared"),
        (8, wide("joined") + bytes(8), "joined"),
        (9, struct.pack("<d", 0.25) + bytes(8), "0.25"),
        (62, b"\x01" + wide("bold") + bytes(8), "bold"),
    ],
)
def test_each_kind_of_cell_is_shown(kind: int, data: bytes, shown: str) -> None:
    names = cell(6, 3, wide("what")) + cell(6, 4, wide("more"))
    below = cell(kind, 3, data) + cell(6, 4, wide("x"))
    found = said(of_sheet(sheet([names, below]), sharedStrings=shared(["no", "shared"])))
    assert found[:2] == [f"what: {shown}", "more: x"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (13, struct.pack("<I", 1912 << 2 | 2)),
        (16, struct.pack("<d", 1912.0)),
        (17, wide("1912")),
        (18, struct.pack("<I", 0)),
    ],
)
def test_a_short_cell_is_no_empty_one(kind: int, data: bytes) -> None:
    """Readers that know only cells with a column lose these without a word."""
    rows = [
        cell(6, 0, wide("a")) + short(17, wide("b")) + short(12, b"") + short(17, wide("c")),
        cell(6, 0, wide("x")) + short(kind, data) + short(12, b"") + short(17, wide("z")),
    ]
    found = said(of_sheet(sheet(rows), sharedStrings=shared(["1912"])))
    assert found[:3] == ["a: x", "b: 1912", "c: z"]


def test_days_and_zeros_are_read_as_they_are_shown() -> None:
    born = struct.pack("<d", 29314.0)
    rows = [
        cell(6, 0, wide("dob")) + cell(6, 1, wide("ssn")),
        cell(5, 0, born, style=1) + cell(5, 1, struct.pack("<d", 19091234.0), style=2),
    ]
    found = said(of_sheet(sheet(rows), styles=styles("000-00-0000")))
    assert found[:2] == ["dob: 1980-04-03", "ssn: 019-09-1234"]


def test_days_from_1904_are_the_same_days() -> None:
    rows = [
        cell(6, 0, wide("dob")) + cell(6, 1, wide("x")),
        cell(5, 0, struct.pack("<d", 29314.0 - 1462), style=1) + cell(6, 1, wide("y")),
    ]
    parts = {"worksheets/sheet1": sheet(rows), "styles": styles(), "workbook": book(is_1904=True)}
    found = said(packed({f"xl/{name}.bin": part for name, part in parts.items()}))
    assert found[0] == "dob: 1980-04-03"


def test_notes_links_headers_and_caches_are_read() -> None:
    note = record(637, b"\0" + wide(f"card {CARD}"))
    link = record(494, bytes(16) + wide("") + wide("mailto:ann.lee@quillpost.com"))
    cache = record(24, wide("dob 1980-04-03"))
    rows = sheet([cell(6, 0, wide("x"))], behind=link)
    found = text(of_sheet(rows, comments1=note, pivotCache__pivotCacheDefinition1=cache))
    lines = found.replace(FENCE, "").split("\n")
    assert f"card {CARD}" in lines
    assert "mailto:ann.lee@quillpost.com" in lines
    assert "dob 1980-04-03" in lines


def test_names_of_parts_are_the_same_in_any_case() -> None:
    index = struct.pack("<I", 0)
    rows = [cell(6, 0, wide("card number")), cell(7, 0, index)]
    parts = {"Workbook": book(), "worksheets/Sheet1": sheet(rows), "SharedStrings": shared([CARD])}
    assert kinds(packed({f"XL/{name}.bin": part for name, part in parts.items()})) == {"PAN"}
    strings = f"<sst><si><t>{CARD}</t></si></sst>"
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    sheet_ = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
    xlsx = office("XL", {"WorkSheets/Sheet1.xml": sheet_, "SharedStrings.xml": strings})
    assert kinds(xlsx) == {"PAN"}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (cell(6, 0, wide(f"card {CARD}")) + record(63, b"??"), "reason.unsupported-part"),
        (cell(6, 0, wide(f"card {CARD}")) + record(7, bytes(8)), "reason.corrupt-part"),
        (cell(6, 0, wide(f"card {CARD}")) + cell(7, 1, b"\xff" * 4), "reason.corrupt-part"),
    ],
    ids=["unknown", "cut", "a text that is not there"],
)
def test_a_cell_that_is_not_understood_is_told(rows: bytes, reason: str) -> None:
    reading = read(of_sheet(sheet([rows])))
    assert [hit.kind for hit in reading.hits] == ["PAN"]
    assert reading.reason == reason


@pytest.mark.parametrize("cut", [1, 7, 300])
def test_a_sheet_that_is_cut_off_is_told(cut: int) -> None:
    rows = [cell(6, 0, wide(f"card {CARD}")) for _ in range(40)]
    reading = read(of_sheet(sheet(rows)[:-cut]))
    assert [hit.kind for hit in reading.hits] == ["PAN"]
    assert reading.reason == "reason.corrupt-part"


def test_a_row_far_out_and_a_record_that_lies_cost_nothing() -> None:
    far = sheet([cell(6, 16_383, wide(f"card {CARD}"))], first=1_048_575)
    assert [hit.kind for hit in read(of_sheet(far)).hits] == ["PAN"]
    lies = record(129) + record(145) + b"\x06\xff\xff\xff\x7f" + b"x" * 50
    reading = read(of_sheet(lies))
    assert (reading.outcome, reading.reason) != (FileOutcome.READ, "")
    assert reading.reason == "reason.corrupt-part"
