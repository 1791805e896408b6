"""Columns whose name nobody taught, and whose values prove what they are."""

from __future__ import annotations

import json

import pytest

from agentguard.detect.extractor import Source, Work
from agentguard.detect.limits import Limits
from tests.unit.detect.files.extracted import counts, reader
from tests.unit.detect.files.test_csv import CARDS, table

# Made up, with right check digits.
DNIS = ("12345678Z", "87654321X", "11223344B", "55667788Z", "98765432M")
CPFS = ("529.982.247-25", "111.444.777-35", "123.456.789-09", "987.654.321-00")
NHS = tuple(
    f"943476{n:03}{check}"
    for n in range(60)
    if (
        check := -sum(int(d) * w for d, w in zip(f"943476{n:03}", range(10, 1, -1), strict=True))
        % 11
    )
    < 10
)[:12]
GROUPED = tuple(f"{nhs[:3]} {nhs[3:6]} {nhs[6:]}" for nhs in NHS)
NIFS = ("274 265 699", "243 019 823", "283 160 063", "198 165 374", "127 717 218", "214 087 956")
BIRTHS = ("1951-04-03", "1978-11-20", "1999-01-31", "1962-07-07", "1985-02-14", "1949-12-01")
CODES = ("123", "456", "789", "234")
MORE_CARDS = (
    *(card for card in CARDS if len(card) == 16),
    "4929 0862 1137 4508",
    "5425233430109903",
    "2221000000000991",
    "6011004827136504",
)
SHORT = ("03.04.51", "20.11.78", "31.01.99", "07.07.62", "14.02.85", "01.12.49")
UNTIL = ("21.01.27", "20.11.35", "31.05.33", "07.07.28", "14.02.34", "01.12.31")
UNTIL_IN_WORDS = ("21-Jan-27", "20-Nov-35", "31-May-33", "07-Jul-28", "14-Feb-34", "01-Dec-31")
IN_WORDS = (
    "3 April 1951",
    "20 Nov 1978",
    "31 Jan 1999",
    "7 July 1962",
    "14 Feb 1985",
    "1 Dec 1949",
)


def column(
    name: str, values: tuple[str, ...], *more: tuple[str, tuple[str, ...]]
) -> dict[str, int]:
    """Read a table in which a column of this name stands between two others."""
    names = ["zzname", name, *(other for other, _ in more), "zztown"]
    cells = zip(values, *(others for _, others in more), strict=True)
    return counts(
        table(names, *([f"Ann Lee {'x' * n}", *row, "Leeds"] for n, row in enumerate(cells)))
    )


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("Zzqual", DNIS, "ES_ID"),
        ("Zzqual", CPFS, "BR_CPF"),
        ("Zzpatient", NHS, "NHS"),
        ("Zzqual", GROUPED, "NHS"),
        ("Zzqual", NIFS, "PT_NIF"),
        ("Zzborn", BIRTHS, "DOB"),
        ("Zzqual", SHORT, "DOB"),
        ("Zzqual", IN_WORDS, "DOB"),
        ("bdt", tuple(f"{1969 + 5 * n}-04-03" for n in range(6)), "DOB"),
        ("account number", MORE_CARDS, "PAN"),
        ("payment ref", MORE_CARDS, "PAN"),
    ],
)
def test_a_check_that_holds_down_a_column_is_proof(
    name: str, values: tuple[str, ...], kind: str
) -> None:
    assert column(name, values) == {kind: len(values)}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Zzqual", (*DNIS[:3], "12345678A", "87654321B")),  # wrong letters
        ("order_ref", DNIS),
        ("order_ref", GROUPED),
        ("Zzqual", (*GROUPED[:5], "943 476 0002")),
        ("Bestellnummer", CPFS),
        ("Zzqual", NHS),  # other numbers have such a check digit as well
        ("Zzqual", DNIS[:2]),
        ("member since", BIRTHS),
        ("member since", SHORT),
        ("valid until", SHORT),
        ("Zzqual", UNTIL),
        ("Zzqual", UNTIL_IN_WORDS),
        ("Zzqual", ("20-30-44", "20-31-45", "23-69-72", "40-47-51", "60-83-71")),
        ("Zzqual", tuple(f"{1969 + 5 * n}-04-03" for n in range(6))),
        ("order number", MORE_CARDS),
        ("account number", MORE_CARDS[:4]),
        ("account number", ("4539148803436467", *(f"45391488034364{n}" for n in (75, 83, 91)))),
        ("Zzborn", tuple(f"20{12 + n}-04-03" for n in range(6))),
    ],
)
def test_what_is_no_proof_names_nothing(name: str, values: tuple[str, ...]) -> None:
    assert column(name, values) == {}


def test_a_column_behind_cards_holds_their_codes() -> None:
    found = column("Zzcard", CARDS, ("Zzuntil", ("04/29",) * 4), ("Zzqual", CODES))
    assert found == {"PAN": 4, "CVV": 4}


def test_a_code_behind_a_card_in_four_columns_is_its_own() -> None:
    whole = [card for card in CARDS if len(card) == 16]
    rows = [
        [c[:4], c[4:8], c[8:12], c[12:], "04/29", code]
        for c, code in zip(whole, CODES, strict=False)
    ]
    names = [*(f"card {n}" for n in range(1, 5)), "until", "Zzqual"]
    assert counts(table(names, *rows))["CVV"] == len(whole)


def test_pairs_of_digits_beside_eight_digits_are_an_account_of_a_bank() -> None:
    codes = ("20-45-91", "60-83-71", "40-47-84")
    accounts = ("31926819", "70872490", "55779911")
    assert column("Zzbranch", codes, ("Zzqual", accounts)) == {"SORT_ACCT": 3}
    days = ("20-04-91", "11-03-71", "14-07-84")
    assert column("Zzbranch", days, ("Zzqual", accounts)) == {}


def test_names_that_say_code_and_account_are_still_looked_into() -> None:
    codes = ("20-45-91", "60-83-71", "40-47-84")
    accounts = ("31926819", "70872490", "55779911")
    assert column("S Code", codes, ("A/C no", accounts)) == {"SORT_ACCT": 3}


def test_country_codes_before_some_numbers_tell_the_telephones_of_a_column() -> None:
    numbers = ("+41 79 481 98 43", "076 427 55 02", "0786249817", "+41774812243")
    assert column("Zzqual", numbers) == {"PHONE": 4}
    assert column("", (*numbers, "079 481 98 44")) == {"PHONE": 5}
    assert column("Zzqual", (*numbers, "12.03.2024")) == {"PHONE": 2}  # another thing among them
    assert column("order_ref", numbers) == {"PHONE": 2}


@pytest.mark.parametrize("lines", [False, True])
def test_fields_of_records_are_told_as_columns_are(*, lines: bool) -> None:
    records = [
        {"zzname": "Ann", "zzborn": day, "zzqual": dni}
        for day, dni in zip(BIRTHS, DNIS, strict=False)
    ]
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps({"rows": records})
    assert counts(text.encode()) == {"DOB": 5, "ES_ID": 5}
    elements = "".join(f"<r><zzb>{r['zzborn']}</zzb><q>{r['zzqual']}</q></r>" for r in records)
    assert counts(f"<all>{elements}</all>".encode()) == {"DOB": 5, "ES_ID": 5}


def test_a_field_that_names_a_thing_is_believed() -> None:
    records = [
        {"zzname": "Ann", "order_ref": dni, "since": day}
        for dni, day in zip(DNIS, BIRTHS, strict=False)
    ]
    assert counts(json.dumps(records).encode()) == {}


def test_a_column_with_numbers_of_abroad_is_one_of_telephones() -> None:
    cells = ("+420 602 123 456", "+420602123457", "602 123 458", "777123459", "602123460")
    assert counts(table(["kde", "cena"], *([cell, "12"] for cell in cells))) == {"PHONE": 5}
    plain = ("602 123 456", "602123457", "602 123 458", "777123459", "602123460")
    assert counts(table(["kde", "cena"], *([cell, "12"] for cell in plain))) == {}
    orders = (cell.replace("+", "") for cell in cells)
    assert counts(table(["order", "cena"], *([cell, "12"] for cell in orders))) == {}


def test_a_column_of_passes_is_one_of_passports_when_a_state_writes_them_so() -> None:
    numbers = ("20972401", "31448205", "27710936", "33905114", "20018857")
    assert counts(table(["kund", "Pass"], *(["Ann", number] for number in numbers))) == {
        "PASSPORT": 5
    }
    words = ("20972401", "hunter22", "27710936", "letmein1", "20018857")
    assert counts(table(["user", "Pass"], *(["Ann", word] for word in words))) == {}
    assert counts(table(["visitor", "Gate pass"], *(["Ann", number] for number in numbers))) == {}


def written(full: frozenset[str]) -> str:
    rows = [["Ann Lee", value, "Leeds"] for value in DNIS]
    found = reader()
    work = Work(limits=Limits(), inner=found._inner, full=full)
    return "".join(
        found._inner(Source.of_bytes(table(["zzname", "Zzqual", "zztown"], *rows)), work)
    )


def test_no_column_is_understood_for_a_kind_of_which_enough_was_found() -> None:
    assert "Zzqual DNI" in written(frozenset())
    assert "Zzqual DNI" in written(frozenset({"NHS"}))
    assert "Zzqual DNI" not in written(frozenset({"ES_ID"}))


def test_columns_below_what_is_counted_to_its_end_are_understood_for_other_kinds() -> None:
    mails = [f"Ann,mail{n}@tidewater.org,{n}.5,{n},{n}" for n in range(1100)]
    numbers = [f"Ann,{value},{n}.5,{n},{n}" for n, value in enumerate(DNIS)]
    rows = ["who,e-mail,amount,tick,turn", *mails, "zzwho,Zzqual,zzamount,zztick,zzturn", *numbers]
    assert counts("\n".join(rows).encode()) == {"EMAIL": 1000, "ES_ID": 5}
