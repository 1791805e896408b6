"""Open documents, packed and flat: repeated cells, stored numbers and dates, notes and links."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.formats import odf
from tests.unit.detect.files.extracted import counts, format_of, kinds, said
from tests.unit.detect.files.hostile import CARD, zipped

MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def packed(content: str, **more: bytes) -> bytes:
    return zipped({"mimetype": MIMETYPE, "content.xml": content.encode(), **more}, 0)


def flat(body: str) -> bytes:
    root = f"<office:document xmlns:office='urn:x'>{body}</office:document>"
    return f"<?xml version='1.0'?>\n{root}".encode()


def sheet(*rows: str) -> str:
    inside = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return f"<table:table>{inside}</table:table>"


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


@pytest.mark.parametrize("write", [packed, flat])
def test_repeated_empty_cells_keep_the_columns(write: Callable[[str], bytes]) -> None:
    empty = '<table:table-cell table:number-columns-repeated="2"/>'
    head = "".join(map(cell, ("name", "order", "note", "dob")))
    data = write(sheet(head, cell("Ann") + empty + cell("03/04/1980")))
    assert said(data)[:2] == ["name: Ann", "dob: 03/04/1980"]


def test_the_stored_number_is_read_where_the_cell_shows_less_of_it() -> None:
    head = cell("card") + cell("x")
    stored = 'office:value-type="float" office:value="4539148803436467"'
    data = packed(sheet(head, cell("4.54E+15", stored) + cell("1")))
    assert said(data)[0] == "card: 4539148803436467"


def test_the_stored_date_is_read() -> None:
    head = cell("dob") + cell("x")
    data = packed(sheet(head, cell("3 avr.", 'office:date-value="1980-04-03"') + cell("1")))
    assert counts(data) == {"DOB": 1}


def test_notes_links_and_properties_are_read() -> None:
    said_by = "<dc:creator>Bo</dc:creator>"
    note = f"<office:annotation>{said_by}<text:p>card {CARD}</text:p></office:annotation>"
    link = '<text:p><text:a xlink:href="mailto:ann.lee@quillpost.com">x</text:a></text:p>'
    meta = b"<office:meta><dc:description>DOB 03/04/1980</dc:description></office:meta>"
    assert kinds(packed(note + link, **{"meta.xml": meta})) == {"PAN", "EMAIL", "DOB"}


def test_spans_join_and_spaces_part() -> None:
    data = flat("<text:p>card 4539<text:s/>1488 <text:span>0343</text:span> 6467</text:p>")
    assert kinds(data) == {"PAN"}


def test_a_flat_document_is_told_by_its_root() -> None:
    assert format_of(flat("")) == "odf"
    assert format_of(b"<?xml version='1.0'?><office/>") == "xml"


@given(markup=st.text("<>/:atble'=\" x1&;", max_size=200), size=st.integers(1, 9))
def test_no_markup_breaks_the_reader(markup: str, size: int) -> None:
    pieces = [markup[start : start + size] for start in range(0, len(markup), size)]
    assert isinstance("".join(odf.text_of(pieces)), str)
