"""Tables of text with any delimiter or width, and what spreadsheets did to their numbers."""

from __future__ import annotations

import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.detect.files.extracted import counts, format_of, kinds, said, text

CARDS = ("4539148803436467", "5555341244441115", "379354508162306", "4716347184860007")
CARD = CARDS[0]


def table(*rows: list[str], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_the_delimiter_is_told_by_the_table_that_it_makes(delimiter: str) -> None:
    rows = [["Ann, Lee; x", CARD, "1980-04-03"], ["Bo | Ray", "1", "1975-12-31"]]
    data = table(["name", "order", "dob"], *rows, delimiter=delimiter)
    assert said(data)[2] == "dob: 1980-04-03"
    assert counts(data) == {"DOB": 2}


def test_quoted_cells_go_on_over_pieces() -> None:
    note = 'long note, "quoted"\nwith lines ' + "and words " * 40_000
    data = table(["name", "note", "dob"], ["Ann", note, "1980-04-03"], ["Bo", "x", "1975-12-31"])
    assert [value for value in said(data) if value.startswith("dob")] == [
        "dob: 1980-04-03",
        "dob: 1975-12-31",
    ]


def test_a_quote_that_is_never_closed_hides_nothing() -> None:
    rows = "".join(f'Ann,5" pipe,{CARD}\n' for _ in range(20_000))
    assert kinds(f"name,note,card\n{rows}".encode()) == {"PAN"}


def test_a_header_may_stand_below_titles_and_be_long() -> None:
    data = table(
        ["Northmoor Energy"], ["Export of 2025-03-04"], ["for", "Bo Ray"], [""],
        ["reference", "Customer's date of birth (as on the passport)", "sales 2024"],
        [CARD, "03/04/1980", "7"], [CARD, "04/04/1980", "7"], [CARD, "05/04/1980", "7"],
    )  # fmt: skip
    assert counts(data) == {"DOB": 3}


def test_groups_of_columns_are_told_with_their_names() -> None:
    data = table(
        ["Order", "", "Card", ""],
        ["number", "date", "number", "code"],
        [CARD, "2024-01-02", CARDS[1], "123"],
        ["1", "2024-01-02", CARDS[3], "456"],
    )
    assert said(data)[:4] == [
        f"Order\tCard\nOrder number: {CARD}",
        "Order date: 2024-01-02",
        f"Card number: {CARDS[1]}",
        "Card code: 123",
    ]


def test_tables_below_each_other_have_headers_of_their_own() -> None:
    first = table(["order", "amount", "x"], [CARD, "1", "2"], [CARDS[1], "3", "4"])
    second = table(["name", "dob", "x"], ["Ann", "1980-04-03", "1"], ["Bo", "1975-12-31", "2"])
    assert counts(first + b"\n" + second) == {"DOB": 2}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(ending: str) -> None:
    data = ending.join(["name,order,dob", f"Ann,{CARD},1980-04-03", "Bo,1,1975-12-31", ""])
    assert counts(data.encode()) == {"DOB": 2}


def test_two_columns_of_labels_and_values_are_read_by_the_label() -> None:
    data = table(["Order", CARD], ["Name", "Ann"], ["DOB", "1980-04-03"], ["CVV", "12"])
    assert said(data)[2] == "DOB: 1980-04-03"
    assert counts(data) == {"DOB": 1}


def test_a_turned_table_keeps_the_values_of_a_person_together() -> None:
    data = table(
        ["Name", "Ann Lee", "Bo Ray", "Cy Fox"],
        ["Card", *(CARDS[place] for place in (0, 1, 3))],
        ["CVV", "123", "456", "789"],
        ["Order", "4539148803436467", "2", "3"],
        ["DOB", "1980-04-03", "1975-12-31", "1990-02-28"],
    )
    found = said(data)
    assert found[0].endswith("Name: Ann Lee")
    assert found[4].endswith("DOB: 1980-04-03")


def test_numbers_of_records_may_stand_above_a_turned_table() -> None:
    data = table(
        ["#", "1", "2", "3"],
        ["Client", "Ann Lee", "Bo Ray", "Cy Fox"],
        ["DOB", "03/04/1980", "31/12/1975", "28/02/1990"],
        ["Quote", *(CARDS[place] for place in (0, 1, 3))],
    )
    assert counts(data) == {"DOB": 3}


def test_a_number_over_columns_without_names_is_one() -> None:
    data = table(
        ["name", "card", "", "", "", "x"],
        ["Ann", "4539", "1488", "0343", "6467", "a"],
        ["Bo", "5555", "3412", "4444", "1115", "b"],
    )
    assert counts(data) == {"PAN": 2}


def test_two_whole_numbers_in_numbered_columns_stay_two() -> None:
    data = table(["name", "card1", "card2"], ["Ann", CARD, CARDS[1]], ["Bo", CARDS[3], ""])
    assert counts(data) == {"PAN": 3}


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (f"{CARD}.0", CARD),
        ("4,539,148,803,436,467", CARD),
        (f'="{CARD}"', CARD),
        (f"'{CARD}", CARD),
        ("12.50", "12.50"),
        ("4.53915E+15", "4.53915E+15"),
    ],
)
def test_what_a_spreadsheet_did_to_a_number_is_undone(stored: str, meant: str) -> None:
    data = table(["name", "card", "x"], ["Ann", stored, "1"], ["Bo", stored, "2"])
    assert said(data)[1] == f"card: {meant}"


def test_zeros_that_a_spreadsheet_took_are_put_back() -> None:
    numbers = ["9434765919", "4010232137", "843476591", "9876543210", "6543217890"]
    data = table(["name", "number", "x"], *([f"P{n}", n, "y"] for n in numbers))
    assert "number: 0843476591" in said(data)


def test_what_belongs_to_a_payment_stands_together() -> None:
    names = ["card number", *(f"note {place} of many" for place in range(30)), "cvv"]
    rows = [[card, *["some words of a note"] * 30, "123"] for card in CARDS]
    assert kinds(table(names, *rows)) == {"PAN", "CVV"}


def test_columns_without_a_name_are_named_where_their_values_prove_it() -> None:
    births = [f"{1940 + 7 * n}-03-{n + 10}" for n in range(8)]
    orders = [f"20240{n + 1}" for n in range(8)]
    data = table(*([f"Ann {n}", births[n], orders[n], "x"] for n in range(8)))
    assert counts(data) == {"DOB": 8}


def test_dates_of_the_last_years_are_no_birthdays() -> None:
    dates = [f"20{10 + n}-03-{n + 10}" for n in range(8)]
    assert counts(table(*([f"Ann {n}", dates[n], "x"] for n in range(8)))) == {}


WIDE = """\
NAME             ACCOUNT           DOB
Ann Lee          4539148803436467  1980-04-03
Bo Ray Smith     5555341244441115  1975-12-31
Cy               1                 1990-02-28
"""


def test_columns_of_fixed_width_are_read_by_their_names() -> None:
    assert format_of(WIDE.encode()) == "fixed"
    assert counts(WIDE.encode()) == {"DOB": 3}


def test_a_rule_below_the_names_tells_the_columns() -> None:
    born = [f"19{50 + n}-04-03" for n in range(6)]
    body = [f"{'Ann Lee Smith'[: n + 7]:12} {CARD:16} {born[n]}" for n in range(6)]
    body.insert(3, "a line that keeps to no column at all")
    names = ["NAME         ACCOUNT          DOB", f"{'-' * 12} {'-' * 16} {'-' * 10}"]
    assert counts("\n".join([*names, *body]).encode()) == {"DOB": 6}


@pytest.mark.parametrize(
    "prose",
    [
        "Weather is bad, engineers are late.\nCaller was upset, sorry.\nAsked twice, no card.\n",
        "Dear Ann,\n\nthank you for the call, we write again.\n\nYours, Bo\n",
        "  indented   text   with   gaps\n  and   more\n  of   it\n",
        "2025-03-04 10:00:00,123 INFO a\n2025-03-04 10:00:01,456 INFO b\n",
    ],
)
def test_prose_and_logs_are_text(prose: str) -> None:
    assert format_of(prose.encode()) == "text"


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ("card:\n  number: '4539'\n  cvv: 123\nz: 5\n", ["card number: 4539", "card cvv: 123"]),
        ("a:\n  - b: 1\n    c: 2\n  - d\n", ["a b: 1", "a c: 2", "a: d"]),
        ("[card]\nnumber = 4539\ncvv=123\n", ["card number: 4539", "card cvv: 123"]),
        ("a:\n  b: |\n    card 4539\n  c: 1\nd: 2\n", ["b:\ncard 4539\na c: 1"]),
    ],
)
def test_settings_are_read_by_their_keys(settings: str, found: list[str]) -> None:
    assert format_of(settings.encode()) == "keyed"
    assert said(settings.encode())[: len(found)] == found


def test_notes_with_labels_are_no_settings() -> None:
    note = "Name: Ann\nCard number:\n4539 1488 0343 6467\nCVV: 123\n"
    assert format_of(note.encode()) == "text"
    assert kinds(note.encode()) == {"PAN", "CVV"}


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=60))
def test_no_cell_is_lost(rows: list[list[str]]) -> None:
    found = text(table(["name", "number", "note"], *rows))
    kept = {cell.strip() for row in rows for cell in row if cell.isalpha() and len(cell) > 1}
    assert all(cell in found for cell in kept)


def test_names_of_rows_that_have_no_values_are_not_lost() -> None:
    rows = [["A", "0", "0"], ["B", "", ""], ["C", "0", "0"], ["Dora 4539148803436467", "", ""]]
    found = text(table(["name", "number", "note"], *rows))
    assert "B\n" in found
    assert "4539148803436467" in found


def test_a_number_among_the_names_of_rows_is_not_lost() -> None:
    names = [chr(65 + n % 26) * (n // 26 + 1) for n in range(60)]
    rows = [*([name, "0", "0"] for name in names), ["4539148803436467", "0", "0"]]
    assert kinds(table(["name", "number", "note"], *rows, ["card 4539148803436467", "0", "0"]))


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_longer_than_any_field_is_not_lost(quote: str) -> None:
    long = f"{quote}{'word ' * 300_000}card 4539148803436467{quote}"
    rows = [["Ann", "1", "x"]] * 9 + [["Bob", "2", long]] + [["Cy", "3", "z"]] * 9
    assert "PAN" in kinds(table(["name", "number", "note"], *rows))


def test_names_above_nothing_are_not_lost() -> None:
    found = text(table(["name", "number", "note"], ["", "", ""], ["", "Ann", "Bob"], ["", "", "0"]))
    assert "Ann" in found


def test_a_row_of_words_below_an_empty_one_is_not_lost() -> None:
    assert "Jim\t\xb2" in text(table(["name", "number", "note"], ["", "", ""], ["", "Jim", "\xb2"]))


@given(data=st.text(" -ab1:=[]#|\n\t'\"", max_size=200))
def test_no_text_breaks_the_readers(data: str) -> None:
    assert isinstance(text(data.encode()), str)


def test_the_result_does_not_depend_on_how_many_rows_there_are() -> None:
    noise = random.Random(5)
    rows = [[f"Ann {n}", f"{noise.randrange(10**15, 10**16)}", "1980-04-03"] for n in range(500)]
    assert counts(table(["name", "order", "dob"], *rows)) == {"DOB": 1}
