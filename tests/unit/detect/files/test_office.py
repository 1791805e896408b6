"""Office packages as libraries of their formats write them: sheets, pages, what is beside."""

from __future__ import annotations

import io
import time
from datetime import date
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from tests.unit.detect.files.extracted import counts, kinds, read, said, text
from tests.unit.detect.files.hostile import CARD, office, zipped

MAIL = "ann.lee@quillpost.com"


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def book(*rows: list[Any]) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    return workbook


def test_dates_of_birth_are_read_from_their_serial_numbers() -> None:
    workbook = book(["name", "dob"], ["Ann", date(1980, 4, 3)], ["Bo", date(1975, 12, 31)])
    found = said(saved(workbook))
    assert found[found.index("name: Ann") + 1] == "dob: 1980-04-03"
    assert found[found.index("name: Bo") + 1] == "dob: 1975-12-31"


def test_dates_from_1904_are_the_same_days() -> None:
    workbook = book(["dob", "x"], [date(1980, 4, 3), 1])
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert "dob: 1980-04-03" in said(saved(workbook))


def test_zeros_that_only_a_format_shows_are_read() -> None:
    workbook = book(["ssn", "x"], [19091234, 1])
    workbook.active["A2"].number_format = "000-00-0000"
    assert "ssn: 019-09-1234" in said(saved(workbook))


def test_hidden_sheets_comments_names_and_headers_are_read() -> None:
    workbook = book(["note"], ["x"])
    hidden = workbook.create_sheet("old")
    hidden.sheet_state = "veryHidden"
    hidden.append([f"card {CARD}"])
    workbook.active["A2"].comment = Comment(f"mail {MAIL}", "Bo")
    workbook.active.oddFooter.center.text = "DOB 03/04/1980"
    workbook.defined_names["iban"] = DefinedName("iban", attr_text='"GB33BUKB20201555555555"')
    assert {"PAN", "EMAIL", "DOB", "IBAN"} <= kinds(saved(workbook))


def test_tables_below_each_other_have_names_of_their_own() -> None:
    workbook = book(
        ["order", "amount"], ["4539148803436467", 3], [], ["name", "dob"], ["Ann", "1980-04-03"]
    )
    assert counts(saved(workbook)) == {"DOB": 1}


def test_links_of_a_workbook_are_read() -> None:
    workbook = book(["x"])
    workbook.active["A1"].hyperlink = f"mailto:{MAIL}"
    assert "EMAIL" in kinds(saved(workbook))


def test_a_cache_that_outlived_its_sheet_is_read() -> None:
    cache = (
        f'<pivotCacheDefinition><sharedItems><s v="{MAIL}"/></sharedItems></pivotCacheDefinition>'
    )
    assert kinds(office("xl", {"pivotCache/pivotCacheDefinition1.xml": cache})) == {"EMAIL"}


def test_threaded_comments_are_read() -> None:
    comment = f"<ThreadedComments><comment><text>{MAIL}</text></comment></ThreadedComments>"
    assert kinds(office("xl", {"threadedComments/threadedComment1.xml": comment})) == {"EMAIL"}


def test_prefixes_and_other_orders_of_attributes_are_read() -> None:
    sheet = (
        '<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row r="1"><x:c t="str" r="A1"><x:v>card'
        '</x:v></x:c><x:c t="str"><x:v>dob</x:v></x:c></x:row><x:row><x:c><x:v>4539148803436467'
        '</x:v></x:c><x:c s="1"><x:v>29313</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    uses = '<x:cellXfs><x:xf numFmtId="0"/><x:xf numFmtId="14"/></x:cellXfs>'
    styles = f"<x:styleSheet>{uses}</x:styleSheet>"
    assert said(office("xl", {"worksheets/sheet1.xml": sheet, "styles.xml": styles})) == [
        "card: 4539148803436467",
        "dob: 1980-04-02",
    ]


@pytest.mark.parametrize("mark", ["<row>", '<c r="A1">', "<c ", "<si>", "<row r='1'><c r='A1'><v>"])
@pytest.mark.parametrize("part", ["worksheets/sheet1.xml", "sharedStrings.xml"])
def test_cells_without_end_take_linear_time(mark: str, part: str) -> None:
    bomb = office("xl", {part: mark * (2_000_000 // len(mark)), "x.xml": "<a/>"})
    start = time.process_time()
    read(bomb, ratio=100_000)
    assert time.process_time() - start < 8


def test_twenty_thousand_rows_take_no_longer_than_they_may() -> None:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(["name", "order_id", "mail", "phone", "dob", "card", "cvv", "amount"])
    for row in range(20_000):
        sheet.append([f"Ann {row}", row, MAIL, "none", "1980-04-03", CARD, "123", 12.5])
    data = saved(workbook)
    start = time.process_time()
    assert text(data).count("card: 4539") == 20_000
    assert time.process_time() - start < 3  # 0.4 s on a machine that is not loaded


def test_a_word_file_is_read_with_properties_links_and_boxes() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("card 4539 1488 ")
    paragraph.add_run("0343").bold = True
    paragraph.add_run("\u20116467".replace("\u2011", " "))
    document.core_properties.comments = f"ask {MAIL}"
    document.sections[0].footer.paragraphs[0].text = "DOB: 03/04/1980"
    document.part.relate_to(
        "mailto:bo.ray@quillpost.com",
        docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK,
        is_external=True,
    )
    assert counts(saved(document)) == {"PAN": 1, "EMAIL": 2, "DOB": 1}


def test_a_form_in_a_word_table_is_read_by_its_labels() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=4)
    cells = [
        "Name",
        "Ann Lee",
        "DOB",
        "03/04/1980",
        "Card",
        CARD,
        "CVV",
        "123",
        "Mail",
        MAIL,
        "Room",
        "7",
    ]
    for cell, value in zip(table._cells, cells, strict=True):
        cell.text = value
    assert kinds(saved(document)) == {"DOB", "PAN", "CVV", "EMAIL"}


def test_a_presentation_is_read_with_tables_charts_notes_and_comments() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    table = slide.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
    for place, value in enumerate(["order", "dob", "4539148803436467", "03/04/1980"]):
        table.cell(place // 2, place % 2).text = value
    slide.notes_slide.notes_text_frame.text = f"card {CARD}"
    data = CategoryChartData()
    data.categories = [MAIL]
    data.add_series("calls", (3,))
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(2), Inches(2), data)
    assert kinds(saved(deck)) == {"DOB", "PAN", "EMAIL"}


def test_an_old_comment_of_a_presentation_is_read() -> None:
    comment = f"<p:cmLst><p:cm><p:text>card {CARD}</p:text></p:cm></p:cmLst>"
    assert kinds(office("ppt", {"comments/comment1.xml": comment})) == {"PAN"}


def test_a_file_within_a_document_is_read() -> None:
    inner = saved(book(["dob", "x"], ["1980-04-03", "y"]))
    members = {"[Content_Types].xml": b"<Types/>", "word/embeddings/a.xlsx": inner}
    assert kinds(zipped(members)) == {"DOB"}


def test_a_binary_sheet_that_is_damaged_is_told() -> None:
    members = {"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.bin": b"\x01\x02"}
    assert read(zipped(members)).reason == "reason.corrupt"
