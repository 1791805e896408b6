"""Tables as databases, shells and forms write them into text: dumps, drawn borders, repeats."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.detect.files.extracted import counts, format_of, said, text

CARD = "4539148803436467"
INSERT = "INSERT INTO `crm`.`people` (`name`, `date of birth`, `card`) VALUES\n"


@pytest.mark.parametrize(
    "rows",
    [
        f"('O''Brien; (x)', '1980-04-03', '{CARD}'),\n('Bo', '1975-12-31', NULL);\n",
        f"('it\\'s, \"so\"', '1980-04-03', {CARD}), (N'Bo', E'1975-12-31', NOW())\n;",
        f'("Ann", "1980-04-03", "{CARD}"),("Bo","1975-12-31",concat(1,2));',
        f"('Ann','1980-04-03','{CARD}');\n{INSERT}('Bo','1975-12-31','x');",
    ],
)
def test_inserted_rows_are_read_by_their_columns(rows: str) -> None:
    data = (INSERT + rows).encode()
    assert format_of(data) == "sql"
    assert [line for line in said(data) if line.startswith("date")] == [
        "date of birth: 1980-04-03",
        "date of birth: 1975-12-31",
    ]
    assert counts(data) == {"DOB": 2, "PAN": 1}


def test_names_of_columns_may_hold_any_sign() -> None:
    names = "`fecha, de nacimiento (dob)`, `n\xba tarjeta`"
    rows = f"('1980-04-03', '{CARD}');\n"
    assert counts(f"INSERT INTO p ({names}) VALUES\n{rows}".encode()) == {"DOB": 1, "PAN": 1}
    made = "CREATE TABLE p (`n\xba #` int DEFAULT '1,2', `\xfar nac` numeric(3,1), [dob] date);\n"
    row = "INSERT INTO p VALUES (1, 2, '1980-04-03');\n"
    assert counts((made + row).encode()) == {"DOB": 1}


def test_statements_may_leave_a_word_out() -> None:
    row = "INSERT [dbo].[People] ([name], [dob]) VALUES (N'Ann', N'1980-04-03')\n"
    assert counts((row + row.replace("80", "81")).encode()) == {"DOB": 2}
    assert format_of(b"To insert the values (one or two), press the key.\n") == "text"


def test_rows_without_names_take_those_of_the_table() -> None:
    made = "CREATE TABLE people (\n  id int NOT NULL,\n  dob date,\n  PRIMARY KEY (id)\n);\n"
    rows = ",".join(f"({n},'1980-04-{n:02d}')" for n in range(1, 29))
    assert counts(f"{made}REPLACE INTO people VALUES\n{rows};\n".encode()) == {"DOB": 28}


def test_copied_rows_end_where_the_dump_says() -> None:
    rows = "1\t943 476 5919\t1980-04-03\n2\t\\N\t1975-12-31\n\\.\n"
    data = f'COPY public.p (id, "nhs number", dob) FROM stdin;\n{rows}1\t2\t1970-01-01\n'.encode()
    assert counts(data) == {"DOB": 2, "NHS": 1}


def test_a_dump_of_any_length_keeps_its_columns() -> None:
    rows = ",\n".join(f"('Ann {n}', '19{50 + n % 50}-04-03', {n})" for n in range(40_000))
    assert counts((INSERT + rows + ";").encode()) == {"DOB": 50}


@pytest.mark.parametrize(
    "end", ["('Ann', '1980-04-03", "(", "('a', b c 'd')" + "x" * 70_000, "(" * 99]
)
def test_what_is_no_row_is_given_as_it_is(end: str) -> None:
    assert end[-40:] in text(f"{INSERT}{end}".encode())


@given(st.text(st.sampled_from("INSERT INTO t (a) VALUES ('1'),\n;\\\""), max_size=200))
def test_no_dump_breaks_the_reader(rest: str) -> None:
    assert isinstance(text(f"{INSERT}{rest}".encode()), str)


@pytest.mark.parametrize(
    "drawn",
    [
        " name | date of birth | no\n------+---------------+----\n A  | 1980-04-03 | 1\n(1 row)\n",
        "+----+-----+\n| name | date of birth |\n+----+-----+\n| A | 1980-04-03 |\n+----+-----+\n",
    ],
)
def test_a_small_table_with_drawn_borders_is_one(drawn: str) -> None:
    assert counts(drawn.encode()) == {"DOB": 1}


def test_records_below_each_other_keep_their_labels() -> None:
    record = "Kaartnummer\t{}\nGeboortedatum\t0{}-04-1980\nE-mail\tann{}@quillpost.com\n"
    data = "".join(record.format(CARD, n, n) for n in range(1, 6)).encode()
    assert counts(data) == {"DOB": 5, "EMAIL": 5, "PAN": 1}


def test_two_columns_below_names_are_no_labels() -> None:
    data = b"town\tdate of birth\n" + b"".join(b"Bath\t1980-04-%02d\n" % n for n in range(1, 9))
    assert counts(data) == {"DOB": 8}


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("numerpesel", "93091117700", "PL_PESEL"),
        ("CUSTOMERDOB", "1980-04-03", "DOB"),
        ("clientedob", "1980-04-03", "DOB"),
        ("numertelefonu", "663 329 138", "PHONE"),
    ],
)
def test_names_written_as_one_word_are_read(name: str, value: str, kind: str) -> None:
    assert counts(f"[record]\n{name}={value}\nx=1\ny=2\n".encode()) == {kind: 1}


@pytest.mark.parametrize("size", [300_000, 70_001])
def test_random_bytes_hold_no_values(size: int) -> None:
    """Addresses come about by chance in bytes that are none of a text, as long runs do not."""
    data = bytearray(random.Random(size).randbytes(size))
    data[1000:1028] = b"\0 x9q@zv.gf, \0 4539148803436"
    assert counts(bytes(data)) == {}
