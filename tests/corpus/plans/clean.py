"""Files without any personal data, full of what looks like it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator

from tests.corpus.layouts import prose, tables
from tests.corpus.page import Page
from tests.corpus.plans.item import Item, Planner
from tests.corpus.writers import markup, office, packed, pdf, text

KIND = "clean"


def plan(planner: Planner) -> Iterator[Item]:
    """Plan them all."""
    yield from _prose(planner)
    yield from _tables(planner)
    yield from _machine(planner)


def _prose(planner: Planner) -> Iterator[Item]:
    for _ in range(20):
        yield planner.item(KIND, "ops_#.txt", lambda page: text.lines(prose.clean(page, 10)))
    for _ in range(6):
        yield planner.item(KIND, "labels_#.txt", lambda page: text.lines(prose.near(page)))
    for _ in range(3):
        yield planner.item(KIND, "report_#.docx", lambda page: office.letter(prose.clean(page)))
        yield planner.item(KIND, "report_#.pdf", lambda page: pdf.sheet(prose.clean(page)))
    yield planner.item(KIND, "report_#.rtf", lambda page: markup.rich_text(prose.clean(page)))
    yield planner.item(KIND, "report_#.html", _page)


def _page(page: Page) -> bytes:
    return markup.page("Report", prose.clean(page), tables.orders(page))


def _tables(planner: Planner) -> Iterator[Item]:
    separators = planner.words.separators
    for n in range(8):
        separator = separators[n % len(separators)]
        yield planner.item(KIND, "orders_#.csv", _export, separator=separator)
    for _ in range(3):
        yield planner.item(KIND, "orders_#.json", _json)
        yield planner.item(KIND, "orders_#.xlsx", _workbook)
        yield planner.item(KIND, "orders_#.db", _database)
    yield planner.item(KIND, "orders_#.xml", lambda page: markup.elements(tables.orders(page)))


def _export(page: Page, separator: str) -> bytes:
    return text.table(tables.orders(page, 40), separator)


def _json(page: Page) -> bytes:
    return text.document(text.objects(tables.orders(page), numbers=True))


def _workbook(page: Page) -> bytes:
    return office.workbook(tables.orders(page), numbers=True)


def _database(page: Page) -> bytes:
    return packed.database(tables.orders(page), integers=True)


def _machine(planner: Planner) -> Iterator[Item]:
    for _ in range(8):
        yield planner.item(KIND, "quiet_#.log", lambda page: text.lines(prose.log(page, 0, 200)))
    for _ in range(4):
        yield planner.item(KIND, "module_#.py", _code)
        yield planner.item(KIND, "bundle_#.min.js", _minified)
    for _ in range(3):
        yield planner.item(KIND, "blob_#.b64", _base64)
        yield planner.item(KIND, "blob_#.bin", lambda page: page.dice.random.randbytes(50_001))
        yield planner.item(KIND, "sums_#.txt", _sums)
    for _ in range(2):
        yield planner.item(KIND, "numbers_#.txt", _numbers)


def _base64(page: Page) -> bytes:
    return base64.encodebytes(page.dice.random.randbytes(20_000))


def _code(page: Page) -> bytes:
    dice = page.dice

    def name() -> str:
        return dice.letters(dice.number(3, 8), "abcdefghijklmnopqrstuvwxyz")

    kinds: tuple[Callable[[], str], ...] = (
        lambda: f"def {name()}_{name()}({name()}, limit={dice.number(1, 9999)}):",
        lambda: f"    size = 1{dice.digits(dice.pick((12, 14, 15, 18)))}  # {name()}",
        lambda: f"    return digest(b'{name()}') == '{page.drop('hex')}{page.drop('hex')}'",
        lambda: f"@{name()}.{name()}  # since {page.drop('version')}",
        lambda: r"CVV = re.compile(r'\b\d{3,4}\b')  # the code on the card's back",
        lambda: r"PHONE = re.compile(r'\+44\d{10}')",
        lambda: f"assert {name()}(0x{dice.hex(16)}) == {dice.number(1, 99)}.{dice.digits(16)}",
    )
    return text.lines(dice.pick(kinds)() for _ in range(70))


def _minified(page: Page) -> bytes:
    dice = page.dice

    def name() -> str:
        return dice.letters(dice.number(1, 3), "abcdefghijklmnopqrstuvwxyz")

    parts = (
        f"function {name()}({name()},{name()}){{return {name()}[{dice.digits(dice.pick((4, 8)))}]"
        f'||0.{dice.digits(16)}+"{name()}@{name()}"}}'
        for _ in range(120)
    )
    return ";".join(parts).encode()


def _sums(page: Page) -> bytes:
    return text.lines(
        f"{hashlib.sha256(page.dice.random.randbytes(8)).hexdigest()}  file{n}.iso"
        for n in range(200)
    )


def _numbers(page: Page) -> bytes:
    """Columns of measures without any word."""
    dice = page.dice
    return text.lines(
        "\t".join(f"{dice.number(0, 99)}.{dice.digits(12)}" for _ in range(8)) for _ in range(100)
    )
