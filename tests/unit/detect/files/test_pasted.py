"""Tables that are pasted into a note or a mail: read by their columns, whatever frames them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentguard.detect.tables.embedded_tables import _drawn, _Tables, unpasted
from tests.unit.detect.files.extracted import counts
from tests.unit.detect.files.extracted import text as text_of
from tests.unit.detect.files.hostile import docx

ROWS = (
    ("Name", "Order no", "Date of birth", "NHS number"),
    ("Ann Mills", "4539148803436467", "03/04/1980", "943 476 5919"),
    ("Bo Holt", "4485275742308327", "12/11/1975", "401 023 2137"),
)
ABOVE, BELOW = "Hi all,\n\nplease check these before noon:\n\n", "\nThanks,\nPriya\n"


def boxed(bar: str, rule: str) -> str:
    lines = [f"{bar} {f' {bar} '.join(row)} {bar}\n" for row in ROWS]
    return f"{rule}\n{lines[0]}{rule}\n{''.join(lines[1:])}{rule}\n"


TABLES = [
    boxed("\u2502", "\u251c\u2500\u2500\u2500\u253c\u2500\u2500\u2500\u2524"),
    boxed("\u2551", "\u2560\u2550\u2550\u2550\u256c\u2550\u2550\u2550\u2563"),
    boxed("|", "+------+------+"),
    boxed("|", "|------|------|"),
    "".join(f"> {line}\n" for line in boxed("|", "+----+----+").splitlines()),
    "".join("\t".join(row) + "\n" for row in ROWS),
    "".join("; ".join(row) + "\n" for row in ROWS),
    "".join("   ".join(row) + "\n" for row in ROWS),
    "".join(" & ".join(row) + " \\\\\n" for row in ROWS),
    "! " + " !! ".join(ROWS[0]) + "\n" + "".join(f"|-\n| {' || '.join(r)}\n" for r in ROWS[1:]),
]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_in_a_note_is_read_by_its_columns(table: str) -> None:
    assert counts((ABOVE + table + BELOW).encode()) == {"DOB": 2, "NHS": 2}


@pytest.mark.parametrize("bars", [0, 50, 1_000])
@pytest.mark.parametrize("table", TABLES[:5])
def test_a_drawn_table_is_read_in_a_long_text_as_well(table: str, bars: int) -> None:
    line = "worker 7 took 12 ms\n"
    text = line * 5_000 + "worker 7 | 12 ms\n" * bars + line * 100
    assert counts((text + table + text).encode()) == {"DOB": 2, "NHS": 2}


def test_names_may_stand_beside_values_in_a_frame() -> None:
    rows = ("Date of birth", "03/04/1980"), ("Order", "4539148803436467")
    table = "".join(f"\u2502 {name} \u2502 {value} \u2502\n" for name, value in rows)
    assert counts((ABOVE + table + BELOW).encode()) == {"DOB": 1}


def test_turns_of_a_messenger_are_no_table() -> None:
    turns = "[04/03/2026, 10:12:11] Priya: {}?\n[04/03/2026, 10:12:40] Bob: {}\n"
    asked = (("Order no", "4539148803436467"), ("NHS number", "943 476 5919"))
    assert counts("".join(turns.format(*pair) for pair in asked).encode()) == {"NHS": 1}


def test_lines_that_make_no_table_stay_as_they_are() -> None:
    text = "a, b, c\nno table\n| one bar\n\u2502 x \u2502\n--- a line ---\n1;2;3\n"
    assert text_of(text.encode()).rstrip() == text.rstrip()


@given(st.text("ab1|\u2502+-,;\t \n"), st.integers(1, 9))
def test_no_letter_is_lost_however_the_text_is_cut(text: str, size: int) -> None:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    for short in (True, False):
        read = "".join(unpasted(iter(pieces), short=short))
        assert [c for c in "ab1" if c in text] == [c for c in "ab1" if c in read]


FRAGMENTS = (
    "| a | b1 |", "| 1 | 2 |", "|-", "! Card !! Name", "\u2502 a \u2502 3", "||", "|", "x", "> ",
)  # fmt: skip


@example("> ! Card !! Name\n| 1 | 2 |")
@example("  ! Card !! Name\n| 1 | 2 |")
@given(st.lists(st.sampled_from((*FRAGMENTS, "\n", "\n")), max_size=40).map("".join))
def test_lines_without_a_frame_are_passed_over_to_the_same_end(text: str) -> None:
    whole, each = _Tables(short=False), _Tables(short=False)
    read = "".join(_drawn(f"{text}\n", whole)) + whole.close()
    assert read == "".join(map(each.line, text.split("\n"))) + each.close()


def test_a_row_without_a_cell_stays_before_what_follows_it() -> None:
    assert "".join(unpasted(iter(["||\n", "then this\n"]), short=False)) == "||\nthen this\n"


FORM = (
    "Record 1\n"
    "Member       Paid up to    Membership\n"
    "Ann Holt     09/04/2024    4485275742308327\n"
    "{left}    {right}\n"
    "{passport}    {born}\n\n"
)


def test_labels_may_stand_on_the_line_above_their_values() -> None:
    rows = ("PB0972401", "04/03/1981"), ("PB0972402", "05/06/1972"), ("PB0972403", "07/08/1963")
    shown = {"left": "Passport ", "right": "Birthday"}
    forms = (FORM.format(**shown, passport=number, born=born) for number, born in rows)
    assert counts("".join(forms).encode()) == {"PASSPORT": 3, "DOB": 3}


def test_lines_of_labels_may_alternate_with_lines_of_values() -> None:
    lines = ("Membership        Fee    Fob", "4539148803436467  12.50  77120")
    lines += ("Birthday    Passport   Mobile", "04/03/1981  PB0972401  07911 234567")
    assert counts("\n".join(lines).encode()) == {"DOB": 1, "PASSPORT": 1, "PHONE": 1}


@pytest.mark.parametrize(
    "line", ["paxdob: {}", "> paxdob: {}", "profile.2.paxdob={}", "paxdob\n{}"]
)
def test_names_written_as_one_word_are_read_in_a_note(line: str) -> None:
    assert counts(f"Hi\n\n{line.format('04/03/1981')}\n".encode()) == {"DOB": 1}


GLUED = b"customerdob: 4.3.1980"
ASKED = (b"Agent: passport no and DOB?", b"Ann: 533814902", b"Ann: 3/4/80")


@pytest.mark.parametrize(
    "document",
    [
        b"<html><body><p>%b</p></body></html>" % GLUED,
        rb"{\rtf1 %b\par}" % GLUED,
        docx(f"<w:p><w:r><w:t>{GLUED.decode()}</w:t></w:r></w:p>"),
    ],
    ids=["html", "rtf", "docx"],
)
def test_names_are_parted_in_documents_as_in_plain_text(document: bytes) -> None:
    assert counts(document) == counts(GLUED + b"\n") == {"DOB": 1}


@pytest.mark.parametrize(
    "document",
    [
        b"<html><body><p>%b</p></body></html>" % b"</p><p>".join(ASKED),
        rb"{\rtf1 %b\par}" % rb"\par ".join(ASKED),
    ],
    ids=["html", "rtf"],
)
def test_answers_are_read_in_documents_as_in_plain_text(document: bytes) -> None:
    assert counts(document) == counts(b"\n".join(ASKED)) == {"DOB": 1, "PASSPORT": 1}
