"""Exports that were joined into one file: each has names of its own for its columns."""

from __future__ import annotations

import pytest

from tests.unit.detect.files.extracted import counts, said

CARDS = ("4539148803436467", "5555341244441115", "379354508162306", "4716347184860007")
ORDERS = ["order,card_ref,amount,name"]
PEOPLE = ["name,dob,order,amount"]


def orders(count: int) -> list[str]:
    return [f"{CARDS[n % 4]},A{n}B,{n}.50,Ann" for n in range(count)]


def people(count: int) -> list[str]:
    return [f"Ann,19{60 + n % 40}-04-03,{CARDS[n % 4]},{n}.50" for n in range(count)]


def joined(*parts: list[str]) -> bytes:
    return "\n".join(line for part in parts for line in part).encode()


@pytest.mark.parametrize("rows", [6, 30, 60])
def test_joined_exports_are_read_by_their_own_names(rows: int) -> None:
    data = joined(ORDERS, orders(rows), PEOPLE, people(30))
    assert counts(data) == {"DOB": 30}


def test_names_that_share_none_are_told_by_the_numbers_above_them() -> None:
    tickets = [f"{CARDS[0]},{n},{n}.1,{n}" for n in range(60)]
    agents = [f"1960-04-{n:02},Gold,Leeds,Ann" for n in range(1, 21)]
    data = joined(["ORDER,TERMINAL,AMOUNT,TICKET"], tickets, ["birthDate,plan,town,agent"], agents)
    assert counts(data) == {"DOB": 20}


def test_the_same_names_again_are_no_row_of_values() -> None:
    data = joined(PEOPLE, people(50), PEOPLE, people(2), PEOPLE, people(9))
    assert counts(data) == {"DOB": 40}
    assert not [line for line in said(data) if line in {"dob: dob", "name: name"}]


def test_tables_of_a_kind_may_take_turns() -> None:
    turns = [part for _ in range(30) for part in (ORDERS, orders(8), PEOPLE, people(8))]
    assert counts(joined(*turns)) == {"DOB": 8}


@pytest.mark.parametrize(
    "odd", ["Ann,unknown,n/a,n/a", "Ann,not told,not told,not told", "dob,n/a,later,open"]
)
def test_a_row_of_words_is_one_of_values(odd: str) -> None:
    data = joined(PEOPLE, people(20), [odd], people(40)[20:], [odd])
    assert counts(data) == {"DOB": 40}


@pytest.mark.parametrize("width", [4, 5, 7, 9])
def test_a_table_of_another_width_is_told_as_well(width: int) -> None:
    wide = [",".join(("x", *(f"{n}{place}.5" for place in range(6)))) for n in range(50)]
    names = ["agent", "ticket", "birthDate", "queue", *(f"more{'abcde'[n]}" for n in range(5))]
    born = [f"Ann,{n},1960-04-{n:02},{n},{n},{n},{n},{n},{n}" for n in range(1, 21)]
    narrow = [",".join(names[:width]), *(",".join(row.split(",")[:width]) for row in born)]
    data = joined(["who,a1,a2,a3,a4,a5,a6"], wide, narrow)
    assert counts(data) == {"DOB": 20}
