"""Documents, workbooks and presentations of Office 97 to 2003: what is read, and what is told."""

from __future__ import annotations

import lzma
import random
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.binary import biff_records
from agentguard.detect.extractor import Source, Work
from agentguard.detect.formats import _sheet_serials
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files import biff
from tests.unit.detect.files.compound import compound
from tests.unit.detect.files.hostile import CARD, pdf, zipped

VECTORS = Path(__file__).parents[3] / "vectors" / "scan"
LETTER = (VECTORS / "letter.doc").read_bytes()
BOOK = (VECTORS / "book.xls").read_bytes()
DECK = lzma.decompress((VECTORS / "deck.ppt.xz").read_bytes())
NOTE = f"Card number {CARD}"
MAIL = "ann.lee@quillpost.com"
SEALED = Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")
LIMITS = Limits(seconds=600.0)


def reader(limits: Limits = LIMITS) -> Reader:
    return Reader(default_scanner(), default_extractors(), limits)


def read(data: bytes, limits: Limits = LIMITS) -> Reading:
    return reader(limits).read(Source.of_bytes(data))


def counts(data: bytes) -> dict[str, int]:
    reading = read(data)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    return {hit.kind: hit.count for hit in reading.hits}


def text_of(data: bytes) -> str:
    """Give the text that is judged."""
    source, judge = Source.of_bytes(data), reader()
    work = Work(limits=LIMITS, inner=judge._inner, streams=judge._streams)
    found = next(one for one in judge._extractors if one.sniff(source))
    return "".join(found.extract(source, work))


def test_a_letter_is_read_with_its_header_and_its_table_by_columns() -> None:
    assert counts(LETTER) == {"PAN": 1, "EMAIL": 1, "DOB": 2, "SSN": 1}
    assert "Grüße aus Łódź" in text_of(LETTER)


def test_a_workbook_is_read_with_dates_zeros_formulas_notes_and_hidden_sheets() -> None:
    found = counts(BOOK)
    assert found == {"PAN": 1, "DOB": 2, "SSN": 2, "EMAIL": 2, "NHS": 1, "IBAN": 1}
    text = text_of(BOOK)
    assert "Łukasz" in text
    assert "019-09-1234" in text
    assert "1980-04-03" in text


def test_a_presentation_is_read_with_its_notes() -> None:
    assert counts(DECK) == {"PAN": 1, "EMAIL": 1, "SSN": 1}
    assert "Łódź" in text_of(DECK)


@pytest.mark.parametrize("name", ["a.doc", "a.xls", "a.ppt"])
def test_they_are_read_within_an_archive(name: str) -> None:
    data = {"a.doc": LETTER, "a.xls": BOOK, "a.ppt": DECK}[name]
    assert "PAN" in counts(zipped({name: data}))


def test_a_string_that_is_cut_between_records_is_one() -> None:
    wide = biff.string(f"{NOTE} \u0141")
    narrow = struct.pack("<HB", len(NOTE), 0) + NOTE.encode("latin-1")
    for whole, flags in ((wide, 1), (narrow, 0)):
        for cut in (9, 13, 21) if flags else range(4, len(whole)):
            first = struct.pack("<II", 1, 1) + whole[:cut]
            rest = bytes([flags]) + whole[cut:]
            records = [(biff.SST, first), (biff.CONTINUE, rest), biff.cell(0, 0, 0)]
            assert counts(biff.book(*records)) == {"PAN": 1}


def test_numbers_are_read_as_they_are_kept() -> None:
    rk = (4321 << 2 | 2, (-5 << 2 | 2) & 0xFFFFFFFF, 1234 << 2 | 3)
    many = struct.pack("<HH", 1, 0) + b"".join(struct.pack("<HI", 0, n) for n in rk)
    records = [
        biff.number(0, 0, 4539148803436467.0),
        (biff.MULRK, many + struct.pack("<H", 2)),
        (biff.RK, struct.pack("<HHHI", 2, 0, 0, 0x3FF80000)),
    ]
    text = text_of(biff.book(*records))
    for told in ("4539148803436467", "4321", "-5", "12.34", "1.5"):
        assert f"{told}\n" in text


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (219091234.0, "000-00-0000", "219-09-1234"),
        (19091234.0, "000\\-00\\-0000", "019-09-1234"),
        (112233.0, '00"-"00"-"00', "11-22-33"),
        (7.0, "0", "7"),
        (7.0, "#,##0", "7"),
        (1234.0, "0.00", "1234"),
        (1.5, "", "1.5"),
        (1e300, "", "1e+300"),
        (12345.0, "000", "12345"),
    ],
)
def test_a_number_is_written_as_its_format_shows_it(value: float, code: str, shown: str) -> None:
    assert _sheet_serials.number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "1900-01-01"), (59.0, "1900-02-28"), (61.0, "1900-03-01"), (29314.5, "1980-04-03")],
)
def test_a_day_is_written_as_a_date(value: float, shown: str) -> None:
    assert _sheet_serials.date(value, from_1904=False) == shown


def test_days_may_be_counted_from_1904_and_what_is_no_day_stays_a_number() -> None:
    assert _sheet_serials.date(27852.0, from_1904=True) == "1980-04-03"
    assert _sheet_serials.date(-4.0, from_1904=False) == "-4"
    assert _sheet_serials.date(1e9, from_1904=False) == "1000000000"


@pytest.mark.parametrize(
    ("code", "is_date"),
    [("dd/mm/yyyy", True), ("[$-809]d mmmm yyyy;@", True), ('0.00"day"', False), ("h:mm", False)],
)
def test_a_format_tells_a_date(code: str, is_date: bool) -> None:
    assert _sheet_serials.is_date(code) is is_date


def test_a_workbook_that_everybody_can_open_is_read_and_another_is_sealed() -> None:
    records = biff.sheet(["name", "card"], *[["Ann", CARD]] * 60)
    assert counts(biff.locked("VelvetSweatshop", records)) == {"PAN": 1}
    assert read(biff.locked("correct horse", records)) == SEALED
    inner = zipped({"a.xls": biff.locked("correct horse", records), "b.txt": MAIL.encode()})
    assert read(inner).reason == "reason.sealed-part"


def test_a_letter_and_a_presentation_under_a_password_are_sealed() -> None:
    fib = LETTER.index(b"\xec\xa5")
    flags = struct.unpack_from("<H", LETTER, fib + 10)[0] | 0x0100
    locked = LETTER[: fib + 10] + struct.pack("<H", flags) + LETTER[fib + 12 :]
    assert read(locked) == SEALED
    user = struct.pack("<HHIII", 0, 0x0FF6, 28, 0x14, 0xF3D1C4DF) + bytes(20)
    assert read(compound({"PowerPoint Document": b"x", "Current User": user})) == SEALED
    assert read(DECK.replace(b"\x5f\xc0\x91\xe3", b"\xdf\xc4\xd1\xf3")) == SEALED


def atom(kind: int, data: bytes, flags: int = 0) -> bytes:
    return struct.pack("<HHI", flags, kind, len(data)) + data


def slides(*records: bytes) -> bytes:
    return compound({"PowerPoint Document": atom(0x03E8, b"".join(records), 0x0F)})


def test_a_document_within_a_presentation_is_read() -> None:
    plain = biff.book(*biff.sheet(["name", "card"], ["Ann", CARD]))
    packed = struct.pack("<I", len(plain)) + zlib.compress(plain)
    assert counts(slides(atom(0x1011, plain))) == {"PAN": 1}
    assert counts(slides(atom(0x1011, packed, 0x10), atom(0x0FA8, MAIL.encode()))) == {
        "PAN": 1,
        "EMAIL": 1,
    }


def test_a_packed_bomb_within_a_presentation_is_told_before_it_unfolds() -> None:
    bomb = struct.pack("<I", 1 << 30) + zlib.compress(bytes(1 << 20))
    assert read(slides(atom(0x1011, bomb, 0x10))).reason == "reason.bomb"


def native(data: bytes) -> bytes:
    names = b"a.txt\0C:\\a.txt\0" + bytes(4) + struct.pack("<I", 9) + b"C:\\a.txt\0"
    body = struct.pack("<H", 2) + names + struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "streams",
    [
        {"ObjectPool/_1/Workbook": biff.stream([biff.bof(), *biff.sheet([NOTE]), (biff.EOF, b"")])},
        {"ObjectPool/_1/\x01Ole10Native": native(NOTE.encode())},
        {"ObjectPool/_1/CONTENTS": pdf(NOTE)},
        {"ObjectPool/_1/Package": zipped({"a.txt": NOTE.encode()})},
    ],
    ids=["workbook", "file", "pdf", "package"],
)
def test_what_is_embedded_in_a_letter_is_read(streams: dict[str, bytes]) -> None:
    book = biff.stream([biff.bof(), (biff.EOF, b"")])
    assert counts(compound({"Workbook": book, **streams})) == {"PAN": 1}


def test_a_formula_or_a_macro_project_holds_nothing_that_is_not_read() -> None:
    assert counts(compound({"Equation Native": b"\x1c\0"})) == {}
    assert counts(compound({"PROJECT": b"x", "PROJECTwm": b"x", "VBA/dir": b"x"})) == {}


def test_a_damaged_stream_gives_what_shows_through_and_is_told() -> None:
    for name in ("WordDocument", "Workbook", "PowerPoint Document"):
        noise = random.Random(1).randbytes(99)
        for text in (NOTE.encode(), NOTE.encode("utf-16-le")):
            reading = read(compound({name: noise + b"\0\0\n" + text + b"\n\0\0"}))
            assert [hit.kind for hit in reading.hits] == ["PAN"]
            assert reading.reason == "reason.corrupt"


def test_a_stream_too_large_is_told() -> None:
    assert read(BOOK, Limits(part_mib=0)).reason == "reason.too-large-part"


@pytest.mark.parametrize("whole", [LETTER, BOOK, DECK], ids=["doc", "xls", "ppt"])
def test_no_cut_or_flipped_file_raises(whole: bytes) -> None:
    chance = random.Random(5)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = len(data) if chance.random() < 0.5 else chance.randrange(8, len(data))
        assert isinstance(read(bytes(data[:cut])), Reading)


@given(data=st.binary(max_size=300))
def test_any_record_is_read_or_left_out(data: bytes) -> None:
    book = biff.stream([biff.bof()]) + data
    assert isinstance(read(compound({"Workbook": book})), Reading)
    assert isinstance(read(slides(data)), Reading)
    assert isinstance(read(compound({"WordDocument": b"\xec\xa5" + data, "0Table": data})), Reading)


@given(
    parts=st.lists(st.binary(min_size=1, max_size=9), max_size=6),
    sizes=st.lists(st.integers(0, 12), max_size=6),
)
def test_pieces_give_every_byte_once_whatever_the_borders(
    parts: list[bytes], sizes: list[int]
) -> None:
    pieces = biff_records.Pieces(parts)
    found = b"".join(pieces.take(size) for size in sizes)
    assert b"".join(parts).startswith(found)
    assert len(found) == min(sum(sizes), sum(map(len, parts)))
