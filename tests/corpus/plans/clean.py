"""Files without any personal data, full of what looks like it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

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
        yield planner.item(KIND, "ops_#.txt", lambda p: text.lines(prose.clean(p, 10)))
    for _ in range(6):
        yield planner.item(KIND, "labels_#.txt", lambda p: text.lines(prose.near(p)))
    for _ in range(3):
        yield planner.item(KIND, "report_#.docx", lambda p: office.letter(prose.clean(p)))
        yield planner.item(KIND, "report_#.pdf", lambda p: pdf.sheet(prose.clean(p)))
    yield planner.item(KIND, "report_#.rtf", lambda p: markup.rich_text(prose.clean(p)))
    yield planner.item(
        KIND, "report_#.html", lambda p: markup.page("Report", prose.clean(p), tables.orders(p))
    )


def _tables(planner: Planner) -> Iterator[Item]:
    for n in range(8):
        separator = planner.words.separators[n % len(planner.words.separators)]
        yield planner.item(
            KIND, "orders_#.csv", lambda p, s=separator: text.table(tables.orders(p, 40), s)
        )
    for _ in range(3):
        yield planner.item(
            KIND,
            "orders_#.json",
            lambda p: text.document(text.objects(tables.orders(p), numbers=True)),
        )
        yield planner.item(
            KIND, "orders_#.xlsx", lambda p: office.workbook(tables.orders(p), numbers=True)
        )
        yield planner.item(
            KIND, "orders_#.db", lambda p: packed.database(tables.orders(p), integers=True)
        )
    yield planner.item(KIND, "orders_#.xml", lambda p: markup.elements(tables.orders(p)))


def _machine(planner: Planner) -> Iterator[Item]:
    for _ in range(8):
        yield planner.item(KIND, "quiet_#.log", lambda p: text.lines(prose.log(p, 0, 200)))
    for _ in range(4):
        yield planner.item(KIND, "module_#.py", _code)
        yield planner.item(KIND, "bundle_#.min.js", _minified)
    for _ in range(3):
        yield planner.item(
            KIND, "blob_#.b64", lambda p: base64.encodebytes(p.dice.random.randbytes(20_000))
        )
        yield planner.item(KIND, "blob_#.bin", lambda p: p.dice.random.randbytes(50_001))
        yield planner.item(KIND, "sums_#.txt", _sums)
    for _ in range(2):
        yield planner.item(KIND, "numbers_#.txt", _numbers)


def _code(page: Page) -> bytes:
    dice = page.dice

    def name() -> str:
        return dice.letters(dice.number(3, 8), "abcdefghijklmnopqrstuvwxyz")

    kinds = (
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
