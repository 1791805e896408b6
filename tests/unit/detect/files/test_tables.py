"""Tables as text: where the header is, what a cell is called, and marks without end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentguard.detect.extractor import Source
from agentguard.detect.formats import _xlsx_sheet, csv
from agentguard.detect.formats._office_xml import text_of
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.limits import Limits
from agentguard.detect.tables import table_rows
from agentguard.detect.tables.document_layout import Layout
from tests.unit.detect.files.extracted import counts, said


def row(*cells: str) -> dict[int, str]:
    return {number: cell for number, cell in enumerate(cells) if cell}


def written(*rows: dict[int, str]) -> list[str]:
    return "".join(table_rows.lines(rows)).replace("\n", "").split(FENCE)[:-1]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([row("name", "card"), row("Ann", "4539")], 0),
        ([row("Northmoor"), row("Export", "2025-03-04"), row("name", "card", "x")], 2),
        ([row("Ann", "4539148803436467"), row("Bo", "5555341244441115")], None),
        ([row("name"), row("Ann")], None),
        ([row("mail", "note"), row("ann@quillpost.com", "x")], 0),
        ([row("ann@quillpost.com", "x")], None),
        ([row("q1", "q2", "q3")], 0),
        ([row("x" * 81, "y")], None),
        ([row("a sentence of so many words that it can name no column at all", "y")], None),
        ([row("name", "dob"), row("Ann", "03/04/1980", "x")], 0),
        ([row("sales 2024", "card number (16 digits)"), row("1", "2")], 0),
        ([row("ref 12345", "y")], None),
        ([], None),
    ],
)
def test_the_header_is_the_fullest_row_of_labels(
    rows: list[dict[int, str]], place: int | None
) -> None:
    assert table_rows.header_at(rows) == place


def test_a_cell_stands_behind_the_name_of_its_column() -> None:
    assert written(row("name", "dob"), row("Ann", "03/04/1980"), row("", "05/06/1970")) == [
        "name: Ann",
        "dob: 03/04/1980",
        "dob: 05/06/1970",
    ]


def test_cells_without_a_header_are_numbered() -> None:
    assert written(row("Ann", "4539148803436467"), row("Bo", "5555341244441115")) == [
        "column 0: Ann",
        "column 1: 4539148803436467",
        "column 0: Bo",
        "column 1: 5555341244441115",
    ]


def test_a_cell_beyond_the_header_is_kept() -> None:
    assert written(row("a", "b"), row("1", "2", "3"), row("x", "y")) == [
        "a: 1",
        "b: 2",
        "column 2: 3",
        "a: x",
        "b: y",
    ]


@pytest.mark.parametrize("label", ["PAN", "Pan card no", "PAN (as on card)"])
def test_a_short_form_of_names_and_values_is_no_table(label: str) -> None:
    form = f"Name\tVikram Patel\n{label}\tLJZPW3588S\nCase no\tKE2384\n"
    assert counts(form.encode()) == {"IN_PAN": 1}
    people = "Nickname\tTown\nBo\tLeeds\nAl\tHull\nMo\tYork\n"
    assert said(people.encode())[:2] == ["Nickname: Bo", "Town: Leeds"]


def test_a_group_alone_above_some_columns_names_them() -> None:
    names = "Pax\tNat\tNo\tExp\n"
    numbers = ("366078923", "107185703", "522327688", "471863135")
    rows = "".join(f"Ann Lee\tGBR\t{number}\t04/2031\n" for number in numbers)
    assert counts(f"\t\tTravel document\t\n{names}{rows}".encode()) == {"PASSPORT": 4}
    assert counts(f"Travel documents\n{names}{rows}".encode()) == {}  # a title


def test_two_columns_of_one_name_are_both_kept() -> None:
    assert written(row("tel", "tel"), row("1", "2")) == ["tel: 1", "tel 1: 2"]


def test_a_number_in_numbered_columns_is_joined() -> None:
    table = written(row("card1", "card 2", "card_3"), row("4539", "1488", "0343"))
    assert table[0].startswith("card: 4539")


def test_numbered_columns_of_other_things_stay_apart() -> None:
    assert written(row("note1", "note2"), row("hello", "there")) == ["note: hello", "note2: there"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_tables_are_told_by_their_widths(delimiter: str) -> None:
    table = "\n".join(delimiter.join(cells) for cells in [["name", "card"], ["Ann", "4539"]])
    assert csv.sniff(Source.of_bytes(table.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ann, thank you\nfor your call, we will, as agreed, write.\nYours, Bo\n",
        "one line, with commas, only",
        "",
        "2025-03-04 10:00:00,123 INFO start\nTraceback\n  File x, line 3\n",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    assert not csv.sniff(Source.of_bytes(text.encode()))


def test_a_quoted_cell_may_hold_delimiters_and_line_breaks() -> None:
    table = 'name,note\nAnn,"card, wrapped\n4539148803436467"\nBo,x\n'
    found = "".join(csv.extract(Source.of_bytes(table.encode()), work()))
    assert "note: card, wrapped\n4539148803436467\n" in found


def work() -> csv.Work:
    def inner(source: Source, work: csv.Work) -> Iterator[str]:
        yield ""

    return csv.Work(limits=Limits(), inner=inner)


@given(text=st.text("ab,;\"'\n\t|0123456789", max_size=300))
def test_no_text_breaks_the_reader_of_tables(text: str) -> None:
    source = Source.of_bytes(text.encode())
    assert not csv.sniff(source) or isinstance("".join(csv.extract(source, work())), str)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("4539148803436467", "4539148803436467"),
        ("371449635398431.0", "371449635398431"),
        ("3.71449635398431E14", "371449635398431"),
        ("12.50", "12.50"),
        ("1E400", "1E400"),
        ("nan", "nan"),
        ("#N/A", "#N/A"),
    ],
)
def test_a_number_of_a_workbook_is_written_as_a_person_sees_it(stored: str, shown: str) -> None:
    assert _xlsx_sheet.Book(strings=[], codes={}).shown(stored, "") == shown


@pytest.mark.parametrize(("letters", "column"), [("A", 0), ("Z", 25), ("AA", 26), ("XFD", 16383)])
def test_columns_of_a_workbook_are_counted(letters: str, column: int) -> None:
    assert _xlsx_sheet.column(letters) == column


def test_runs_of_a_paragraph_are_one_text() -> None:
    xml = (
        "<w:p><w:r><w:t>45</w:t></w:r><w:r><w:t xml:space='preserve'>39 </w:t><w:tab/></w:r></w:p>"
    )
    assert "".join(text_of([xml])) == "4539 \t\n"


def test_marks_are_not_text_and_entities_are() -> None:
    assert "".join(text_of(["<w:pPr>no</w:pPr><w:t>a&amp;b&#160;c</w:t><w:t/>no"])) == "a&b\u00a0c"


def test_a_table_in_a_cell_is_kept() -> None:
    layout = Layout()
    layout.open_table()
    layout.row()
    layout.cell()
    layout.open_table()
    layout.cell()
    assert "".join(layout.put("inner")) == ""
    assert "".join(layout.close_table()) == ""
    assert "inner" in "".join(layout.close_all())


@given(
    steps=st.lists(
        st.sampled_from(["put", "open_table", "close_table", "row", "cell"]), max_size=80
    )
)
def test_borders_in_any_order_lose_no_running_text(steps: list[str]) -> None:
    layout, out = Layout(), ""
    for step in steps:
        if step in {"open_table", "row", "cell"}:
            getattr(layout, step)()
        else:
            out += "".join(layout.put("x") if step == "put" else layout.close_table())
    out += "".join(layout.close_all())
    first_table = steps.index("open_table") if "open_table" in steps else len(steps)
    assert out.count("x") >= steps[:first_table].count("put")


CELLS = st.sampled_from(("", "Ann", "4539148803436467", "card", "name", "12", "100%", "1.5", "x y"))


@given(st.lists(st.lists(CELLS, max_size=5), max_size=120), st.sampled_from((0, 1, 45)))
@example(rows=[[], ["card", "name", "street"], ["4539", "Ann", "Elm"]], repeated=45)
@example(rows=[["Ann", "", "x"], ["Bo", "4539"], ["a", "b", "c", "d"]], repeated=45)
def test_a_row_is_written_alike_as_cells_and_by_its_columns(
    rows: list[list[str]], repeated: int
) -> None:
    rows = [["name", "card", "note"], *([["Ann", "4539", "50%"]] * repeated), *rows]
    by_cells, by_columns = table_rows.Table(), table_rows.Table()
    for cells in rows:
        assert by_cells.put_cells(cells) == by_columns.put(row(*cells))
    assert by_cells.close() == by_columns.close()


@pytest.mark.parametrize(
    ("code", "account"),
    [
        (("IFSC", "SBIN0417203"), ("Bank A/c", "30718844120")),
        (("Routing", "021000021"), ("Account Number", "7714802936")),
        (("BSB", "151-273"), ("Account", "61837244")),
        (("Ag\xeancia", "0412"), ("Conta", "61837-2")),
    ],
)
def test_an_account_stands_right_behind_its_banks_code(
    code: tuple[str, str], account: tuple[str, str]
) -> None:
    """Whichever came first in the table, and whatever stood between them."""
    for first, last in ((code, account), (account, code)):
        names = row("Name", first[0], "Type", "Contact", "Mail", last[0])
        values = row("Ana", first[1], "x", "+1 602 911 8376", "a@b.example", last[1])
        cells = written(names, values)
        at = cells.index(f"{code[0]}: {code[1]}")
        assert cells[at + 1] == f"{account[0]}: {account[1]}"
