"""Tables: customers with values, orders with look-alikes, exports without a header."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.corpus.layouts.prose import label
from tests.corpus.page import Page
from tests.corpus.wording import Region

Rows = list[list[str]]

SHAPELESS = (
    "CVV", "DOB", "PASSPORT", "NHS", "AADHAAR", "IN_PAN", "SORT_ACCT", "SSN", "PHONE",
    "CA_SIN", "AU_TFN", "AU_MEDICARE", "DE_TIN", "DE_RVNR", "FR_NIR", "IT_CF", "ES_ID",
    "PL_PESEL", "NL_BSN", "RO_CNP", "BE_NN", "PT_NIF", "SE_PN", "DK_CPR", "FI_HETU",
    "IE_PPSN", "AT_SVNR", "PH_PSN", "BR_CPF", "ZA_ID", "PH_SSS", "PH_TIN",
    "CZ_RC", "GR_AMKA", "GR_AFM", "HU_TAJ", "HU_TAX",
)  # fmt: skip
"""Kinds that show by their label alone: below no header they may be found or not."""

_STYLES: dict[str, Callable[[list[str]], str]] = {
    "snake": lambda words: "_".join(words).lower(),
    "kebab": lambda words: "-".join(words).lower(),
    "dotted": lambda words: "customer." + "_".join(words).lower(),
    "upper": lambda words: "_".join(words).upper(),
    "camel": lambda words: words[0].lower() + "".join(w[:1].upper() + w[1:] for w in words[1:]),
    "title": " ".join,
    "run": lambda words: "".join(words).lower(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's name and what gives its cells."""

    name: str
    cell: Callable[[], str]
    spread: bool = False
    """Whether the value goes over four columns."""


def styled(text: str, style: str) -> str:
    """Write a label as a column's name."""
    words = [word for word in re.split(r"[^\w]+", text) if word]
    return _STYLES[style](words)


def customers(
    page: Page, rows: int = 0, region: Region | None = None, card: str | None = None
) -> Rows:
    """Make a table of people; `card` is their cards' form, "split" over four columns."""
    where = region or page.region()
    style = page.dice.pick(page.words.styles)
    form = page.dice.pick(("", "", "plain", "space", "split")) if card is None else card
    columns = _about(page, where, style) + _people(page, where, style)
    columns += _cards(page, where, style, form)
    count = rows or page.dice.number(5, 25)
    made = [[c.name for c in columns], *([c.cell() for c in columns] for _ in range(count))]
    return _split(made, columns) if form == "split" else made


def orders(page: Page, rows: int = 30) -> Rows:
    """Make a table of look-alikes alone."""
    where = page.region()
    style = page.dice.pick(page.words.styles)
    ten = {
        "imei": "imei",
        "tracking": "twelve",
        "session": "uuid",
        "epoch": "micros",
        "case": "ten",
    }
    columns = _about(page, where, style)
    for name, decoy in ten.items():
        columns.append(_column(page, where, style, name, partial(page.drop, decoy)))
    columns += [
        Column(name=f"q{n}", cell=lambda: str(page.dice.number(1000, 9999))) for n in (1, 2, 3, 4)
    ]
    return [[c.name for c in columns], *([c.cell() for c in columns] for _ in range(rows))]


def titled(page: Page) -> Rows:
    """Put titles above the header; cards stand in the free text alone."""
    where = page.region()
    style = page.dice.pick(page.words.styles)
    head = [
        styled(label(page, where, name), style) for name in ("name", "reference", "note", "EMAIL")
    ]
    about_cards = [note for note in where.notes if "{PAN" in note and "{CVV" not in note]
    about_cards = about_cards or [f"{label(page, where, 'PAN')} {{PAN:space}}"]
    made: Rows = [[page.words.company, "", "", ""], [page.words.title, "2026-03-04", "", ""], head]
    for _ in range(page.dice.number(8, 15)):
        note = page.dice.pick(about_cards if page.dice.chance(0.4) else where.filler)
        decoy = "order-luhn" if page.dice.chance(0.15) else "order"
        cells = (page.dice.pick(page.words.first), page.drop(decoy), page.fill(note))
        made.append([*cells, page.put("EMAIL")])
    return made


def headless(page: Page, rows: int = 12) -> Rows:
    """Leave the header out: only what shows by its own shape is required."""
    made = customers(page, rows, card="plain")[1:]
    page.forgive(*SHAPELESS)
    return made


def _column(page: Page, region: Region, style: str, name: str, cell: Callable[[], str]) -> Column:
    return Column(name=styled(label(page, region, name), style), cell=cell)


def _about(page: Page, region: Region, style: str) -> list[Column]:
    dice = page.dice
    return [
        _column(page, region, style, "name", page.person),
        _column(
            page, region, style, "order",
            lambda: page.drop("order-luhn" if dice.chance(0.1) else "order"),
        ),
        _column(page, region, style, "created", lambda: page.drop("date")),
        _column(page, region, style, "amount", lambda: f"{dice.number(1, 900)}.{dice.digits(2)}"),
    ]  # fmt: skip


def _people(page: Page, region: Region, style: str) -> list[Column]:
    cards = ("PAN", "CVV", "SORT", "expiry")
    kinds = [spec for spec in region.kinds if not spec.startswith(cards)]
    chosen = {
        spec.partition(":")[0]: spec for spec in page.dice.some(kinds, page.dice.number(4, 6))
    }
    columns = [
        _column(page, region, style, kind, partial(page.field, spec))
        for kind, spec in chosen.items()
    ]
    if "SORT" in region.kinds and page.dice.chance(0.5):
        columns += [
            _column(page, region, style, kind, partial(page.put, kind))
            for kind in ("SORT", "SORT_ACCT")
        ]
    return columns


def _cards(page: Page, region: Region, style: str, form: str) -> list[Column]:
    if not form:
        return []
    written = {"split": "split", "any": ""}.get(form, form)
    columns = [
        Column(
            name=styled(label(page, region, "PAN"), style),
            cell=lambda: page.put("PAN", written),
            spread=form == "split",
        ),
        _column(page, region, style, "expiry", lambda: page.field("expiry")),
    ]
    if page.dice.chance(0.6):
        columns.append(_column(page, region, style, "CVV", lambda: page.put("CVV")))
    return columns


def _split(rows: Rows, columns: list[Column]) -> Rows:
    """Spread the cards over four columns, as old forms ask for them."""
    place = next(i for i, column in enumerate(columns) if column.spread)
    name = rows[0][place]
    head = [f"{name}{part}" for part in (1, 2, 3, 4)]
    made = [[*rows[0][:place], *head, *rows[0][place + 1 :]]]
    for row in rows[1:]:
        parts = [row[place][i : i + 4] for i in (0, 4, 8, 12)]
        made.append([*row[:place], *parts, *row[place + 1 :]])
    return made
