"""Rows that come again word for word, as in exports that were joined: each is read once."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from operator import methodcaller

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.tables.table_rows import SAMPLE, Table
from tests.unit.detect.files.extracted import counts, said

NAMES = ["name,dob,card"]
PEOPLE = [f"Ann {n},19{60 + n % 40}-04-03,x{n}" for n in range(3 * SAMPLE)]
FEW = 6
QUOTES = ('"', "")

RIGHT = ["4539148803436467", "5555341244441115", "379354508162306", "4716347184860007"]
WRONG = "4539148803436468"


def table(*parts: list[str], quote: str = "") -> bytes:
    lines = (line for part in parts for line in part)
    return "\n".join(
        ",".join(f"{quote}{c}{quote}" for c in line.split(",")) for line in lines
    ).encode()


@pytest.mark.parametrize("quote", QUOTES)
def test_a_row_that_was_written_is_not_written_again(quote: str) -> None:
    data = table(NAMES, PEOPLE, PEOPLE[SAMPLE:], NAMES, PEOPLE[SAMPLE:], quote=quote)
    written = Counter(line for line in said(data) if line.startswith("name: "))
    assert len(written) == len(PEOPLE)
    assert set(written.values()) == {1}
    assert counts(data) == counts(table(NAMES, PEOPLE))


@pytest.mark.parametrize("quote", QUOTES)
def test_the_same_words_below_other_names_are_another_row(quote: str) -> None:
    rows = [f"19{60 + n % 40}-04-03,19{50 + n % 40}-03-0{n % 9 + 1},{n}" for n in range(90)]
    data = table(["opened,paid,no"], rows, ["dob,paid,no"], rows, quote=quote)
    assert counts(data) == counts(table(["dob,paid,no"], rows)) != {}


def test_the_same_wrong_number_again_and_again_outvotes_no_card() -> None:
    rows = [f"{number},Ann,{place}" for place, number in enumerate([*RIGHT, WRONG])]
    names, others = ["number,name,place"], [f"0,Ann,{n}" for n in range(SAMPLE)]
    once = table(names, others, rows)
    assert counts(once) == {"PAN": len(RIGHT)}
    assert counts(table(names, others, rows, *[rows[-1:]] * 9)) == counts(once)


def test_names_below_an_empty_line_begin_a_table_each_time() -> None:
    turn = [*NAMES, *PEOPLE[:SAMPLE], "", "dob,name,card", "1980-04-03,Bo,1", ""]
    others = [line.replace("Ann", "Eve") for line in PEOPLE]
    data = table(turn, turn, NAMES, others[:FEW], [""], ["dob,name,card", "1981-05-06,Cy,2"])
    assert "dob: 1981-05-06" in said(data)


def cells_of(text: str) -> set[str]:
    return set(text.replace(FENCE, "\n").split("\n"))


LINES = st.lists(
    st.sampled_from(("Ann,1980-04-03,7", "name,dob,card", "", "a,b", "Bo,,", "x,1,2,3"))
)


@given(LINES, st.integers(0, 50), LINES)
@example(["Ann,1980-04-03,7", "Ann,1980-04-03,7", "name,dob,card", "Ann,1980-04-03,7"], 45, [])
@example(["a,b", "a,b"], 8, ["name,dob,card", "", "Bo,,", "name,dob,card"])
def test_every_cell_of_any_lines_is_written(first: list[str], rows: int, last: list[str]) -> None:
    lines = [*first, *NAMES, *PEOPLE[:rows], *last, *PEOPLE[:rows], *first, *last]
    split = methodcaller("split", ",")
    once, each = Table(), Table()
    text = "".join(once.put_each(lines, split)) + once.close()
    whole = "".join(map(each.put_cells, map(split, lines))) + each.close()
    assert cells_of(text) == cells_of(whole)


def test_a_line_of_running_text_is_written_each_time() -> None:
    bare = [f"{n},x{n},Leeds,{n}.50" for n in range(3 * SAMPLE)]
    written = said(table(bare, ["Passport", "925076473"], ["Passport", "925076474"]))
    assert sum(line.count("Passport") for line in written) == 2
    assert counts(table(bare, ["Passport", "925076473"], ["Passport", "925076474"])) == {
        "PASSPORT": 2
    }


def test_lines_without_end_take_no_more_memory() -> None:
    rows = Table()
    lines = (f"Ann {n},1980-04-03,x{n}" for n in range(200_000))
    tracemalloc.start()
    try:
        for _ in rows.put_each((*NAMES,), methodcaller("split", ",")):
            pass
        for _ in rows.put_each(lines, methodcaller("split", ",")):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 << 20
