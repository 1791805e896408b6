"""National numbers against each other and against the numbers that look like them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.checks._kinds import BULK_KINDS, KINDS
from agentguard.detect.extractor import Source, Work
from agentguard.detect.formats.csv import EXTRACTOR
from agentguard.detect.limits import Limits
from agentguard.detect.recognition.custom_kinds import known_kinds
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.hits import Hit
from tests.unit.detect.text.national_numbers import MADE, digits, some

ROWS = 50
COLUMNS = [(kind, column) for kind, made in MADE.items() for column in made.columns]
NAMES = ("Ana", "Piet", "Marek", "Ines", "Sven", "Aoife", "Jan", "Lea")


def table(column: str, values: list[str]) -> str:
    rows = [f"{NAMES[n % len(NAMES)]},{value},open" for n, value in enumerate(values)]
    return "\n".join([f"name,{column},status", *rows, ""])


def read_as_csv(text: str) -> str:
    source = Source.of_bytes(text.encode())
    assert EXTRACTOR.sniff(source)
    return "".join(EXTRACTOR.extract(source, Work(limits=Limits(), inner=_nothing_inside)))


def _nothing_inside(source: Source, work: Work) -> object:
    raise AssertionError(source, work)


def found(text: str) -> list[tuple[str, int]]:
    return [(hit.kind, hit.count) for hit in default_scanner().scan(text)]


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_a_column_holds_its_own_kind_and_no_other(kind: str, column: str) -> None:
    assert found(read_as_csv(table(column, some(kind, ROWS)))) == [(kind, ROWS)]


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_lines_hold_their_own_kind_and_no_other(kind: str, column: str) -> None:
    lines = "\n".join(f"{column}: {value}" for value in some(kind, ROWS, seed=2))
    assert found(lines) == [(kind, ROWS)]


@pytest.mark.parametrize("kind", MADE)
def test_a_mask_shows_at_most_a_third(kind: str) -> None:
    column = MADE[kind].columns[0]
    for value in some(kind, ROWS, seed=3):
        (hit,) = default_scanner().scan(f"{column}: {value}")
        assert all(3 * len(mask.removeprefix("...")) <= len(value) for mask in hit.masked)


def ean_13(draw: Random) -> str:
    body = draw.choice(["400", "501", "590", "871", "978"]) + digits(draw, 9)
    return body + str(-sum(int(d) * (1, 3)[n % 2] for n, d in enumerate(body)) % 10)


LOOK_ALIKES: dict[str, Callable[[Random], str]] = {
    "order_id": lambda draw: digits(draw, 11),
    "order number": lambda draw: digits(draw, 9),
    "tracking": lambda draw: digits(draw, 12),
    "imei": lambda draw: f"35{digits(draw, 13)}",
    "meter": lambda draw: digits(draw, 13),
    "ean": ean_13,
    "isbn": lambda draw: f"978{digits(draw, 10)}",
    "epoch": lambda draw: f"17{digits(draw, 11)}",
    "created_ms": lambda draw: f"16{digits(draw, 11)}",
    "invoice": lambda draw: f"{digits(draw, 3)}-{digits(draw, 3)}-{digits(draw, 3)}",
    "ticket": lambda draw: f"{digits(draw, 6)}-{digits(draw, 4)}",
    "part": lambda draw: f"{digits(draw, 7)}{draw.choice('ABCDEFGH')}",
    "sku": lambda draw: f"{digits(draw, 8)}{draw.choice('ABCDEFGHJKLM')}",
    "Bestellnummer": lambda draw: digits(draw, 11),
    "commande": lambda draw: digits(draw, 15),
    "pedido": lambda draw: digits(draw, 9),
    "amount": lambda draw: f"{digits(draw, 3)}.{digits(draw, 3)}.{digits(draw, 3)}",
    "version": lambda draw: f"{digits(draw, 2)}.{digits(draw, 2)}.{digits(draw, 2)}",
    "id_number": lambda draw: f"17{digits(draw, 11)}",
    "tax_id": lambda draw: f"{digits(draw, 2)}-{digits(draw, 7)}",
    "tax_number": lambda draw: digits(draw, 11),
    "national_id": lambda draw: digits(draw, 10),
    "document": lambda draw: f"{digits(draw, 3)}.{digits(draw, 3)}.{digits(draw, 3)}-00",
    "serial": lambda draw: f"{digits(draw, 6)}-{digits(draw, 3)}{draw.choice('ABCDEF')}",
}


@pytest.mark.parametrize("column", LOOK_ALIKES)
def test_a_column_of_look_alikes_holds_none(column: str) -> None:
    draw = Random(column)
    values = [LOOK_ALIKES[column](draw) for _ in range(ROWS)]
    assert {kind for kind, _ in found(read_as_csv(table(column, values)))}.isdisjoint(MADE)
    lines = "\n".join(f"{column}: {value}" for value in values)
    assert {kind for kind, _ in found(lines)}.isdisjoint(MADE)


@given(kind=st.sampled_from(list(MADE)), seed=st.integers(0, 5000))
def test_a_number_behind_its_label_is_found(kind: str, seed: int) -> None:
    (value,) = some(kind, 1, seed=seed)
    (hit,) = national(f"{MADE[kind].columns[0]} = {value};")
    assert (hit.kind, hit.count) == (kind, 1)


def national(text: str) -> list[Hit]:
    return [hit for hit in default_scanner().scan(text) if hit.kind in MADE]


def test_one_value_of_every_kind_is_a_finding_but_of_everyday_ones() -> None:
    every = known_kinds()
    assert set(BULK_KINDS) < every
    assert set(KINDS) - {"TRACK"} == every - set(BULK_KINDS)
    assert set(MADE) < set(KINDS)


@pytest.mark.parametrize("said", ["personnr: {}\n", "Personnummer {}.\n"])
@pytest.mark.parametrize("kind", ["DK_CPR", "SE_PN"])
def test_numbers_of_two_countries_under_one_word_are_told_by_the_rest(said: str, kind: str) -> None:
    """One Danish number of ten has Sweden's check digit, one Swedish of eight a Danish calendar."""
    values = some(kind, 120)
    text = "".join(said.replace("{}", value) for value in values)
    assert found(text) == [(kind, 120)]


def test_numbers_under_words_of_their_own_stay_what_they_are() -> None:
    rows = zip(some("DK_CPR", 60), some("SE_PN", 60), strict=True)
    text = "".join(f"cpr: {danish}\npersonnummer: {swedish}\n" for danish, swedish in rows)
    assert found(text) == [("DK_CPR", 60), ("SE_PN", 60)]


def test_of_one_such_number_the_check_digit_decides() -> None:
    both = next(
        value for value in some("DK_CPR", 500) if found(f"personnr: {value}\n") == [("SE_PN", 1)]
    )
    danish = next(
        value for value in some("DK_CPR", 9) if found(f"personnr: {value}\n") == [("DK_CPR", 1)]
    )
    assert found(f"personnr: {both}\npersonnr: {danish}\n") == [("DK_CPR", 2)]
    told = default_scanner().explain([f"personnr: {both}\npersonnr: {danish}\n"])
    assert [(t.kind, t.counted) for t in told.traces if t.counted] == [("DK_CPR", True)]
