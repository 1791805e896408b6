"""Notes in many encodings, odd names, logs, tables, JSON, XML, HTML and RTF."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.layouts import (
    blocks,
    chatted,
    forwarded,
    handed,
    nested,
    passed,
    pasted,
    printed,
    prose,
    sent,
    shared,
    tables,
)
from tests.corpus.page import Page
from tests.corpus.plans.item import Item, Planner
from tests.corpus.writers import markup, text

_ODD_NAMES = ("backup_#.bak", "export_#.dat", "dump_#", "scratch_#.tmp", "photo_#.jpg", "a_#.lock")
_CARDS = ("wide", "single", "narrow", "thin", "endash", "dot", "nbsp", "amex", "diners", "long")
_LAYOUTS = blocks.LAYOUTS | pasted.LAYOUTS | shared.LAYOUTS | sent.LAYOUTS | forwarded.LAYOUTS
_LAYOUTS |= passed.LAYOUTS | handed.LAYOUTS | chatted.LAYOUTS | printed.LAYOUTS
_ENDINGS = passed.ENDINGS | chatted.ENDINGS | printed.ENDINGS
_JOINTS = (": ", " = ", ":\n", " - ", "\t")


def plan(planner: Planner) -> Iterator[Item]:
    """Plan them all."""
    yield from _notes(planner)
    yield from _logs(planner)
    yield from _tables(planner)
    yield from _markup(planner)
    yield from _blocks(planner)


def _notes(planner: Planner) -> Iterator[Item]:
    for n in range(40):
        encoding = planner.words.encodings[n % len(planner.words.encodings)]
        wide = "txt-utf16" if encoding.startswith("utf-16") else "txt-8bit"
        kind = "txt" if encoding.startswith("utf-8") else wide
        yield planner.item(kind, "note_#.txt", _note, n=n, encoding=encoding)
    for name in _ODD_NAMES:
        yield planner.item("txt-oddname", name, _note, n=0)
    for form in _CARDS:
        yield planner.item("txt", f"card_{form}_#.txt", _card, form=form)
    for n in range(14):
        yield planner.item("hard-txt", "tricky_#.txt", _tricky, n=n)
    for n in range(10):
        yield planner.item("txt-form", "form_#.txt", _form, joint=_JOINTS[n % len(_JOINTS)])


def _note(page: Page, n: int, encoding: str = "utf-8") -> bytes:
    lines = prose.notes(page, 2 + n % 4, 4) + (prose.clean(page, 2) if n % 2 else [])
    return text.lines(lines, encoding, "\r\n" if n % 3 == 1 else "\n")


def _card(page: Page, form: str) -> bytes:
    where = page.region()
    lines = [f"{prose.label(page, where, 'PAN')}: {page.put('PAN', form)}"]
    lines += [f"{prose.label(page, where, 'PAN')} {page.put('PAN', form)}.", *where.filler[:2]]
    return text.lines([page.fill(line) for line in lines])


def _tricky(page: Page, n: int) -> bytes:
    return text.lines(prose.tricky(page, 3) + (prose.clean(page, 2) if n % 2 else []))


def _form(page: Page, joint: str) -> bytes:
    return text.lines(prose.form(page, joint=joint))


def _logs(planner: Planner) -> Iterator[Item]:
    for n in range(20):
        yield planner.item("log", "service_#.log", _log, n=n)
    for _ in range(6):
        yield planner.item("log", "settings_#.env", _settings)


def _log(page: Page, n: int) -> bytes:
    return text.lines(prose.log(page, 2 + n % 5, 40 + 4 * n))


def _settings(page: Page) -> bytes:
    return text.lines([page.fill(one) for one in page.dice.some(page.words.secrets, 3)])


def _tables(planner: Planner) -> Iterator[Item]:
    separators = planner.words.separators
    for n in range(26):
        separator = separators[n % len(separators)]
        name = f"export_#.{'tsv' if separator == chr(9) else 'csv'}"
        yield planner.item("csv", name, _export, n=n, separator=separator)
    for _ in range(4):
        yield planner.item("hard-table", "report_#.csv", _titled)
        yield planner.item("hard-table", "bare_#.csv", _headless)
    for n in range(14):
        ending = "jsonl" if n % 3 == 2 else "json"
        yield planner.item("json", f"api_#.{ending}", _json, n=n)
    for n in range(5):
        yield planner.item("hard-json", "nested_#.json", _nested, indent=(1, None)[n % 2])


def _export(page: Page, n: int, separator: str) -> bytes:
    encoding = ("utf-8", "utf-8-sig", "utf-8", "utf-16")[n % 4]
    rows = tables.customers(page, card="split" if n % 6 == 5 else None)
    return text.table(rows, separator, encoding)


def _titled(page: Page) -> bytes:
    return text.table(tables.titled(page))


def _headless(page: Page) -> bytes:
    return text.table(tables.headless(page))


def _json(page: Page, n: int) -> bytes:
    rows = tables.customers(page, card=("any", "plain", "nbsp")[n % 3])
    made = text.objects(rows, numbers=n % 3 == 1)
    if n % 3 == 2:
        return text.json_lines(made)
    return text.document({"export": {"version": "3.0", "records": made}}, escaped=n % 2 == 1)


def _nested(page: Page, indent: int | None) -> bytes:
    return text.document(nested.records(page), indent=indent)


def _blocks(planner: Planner) -> Iterator[Item]:
    for n in range(12):
        layout = planner.words.layouts[n % len(planner.words.layouts)]
        yield planner.item("txt-table", _block_name(layout), _block, layout=layout)
    for layout in planner.words.layouts:
        yield planner.item("clean", _block_name(layout), _clean_block, layout=layout)


def _block_name(layout: str) -> str:
    return f"{layout}_#.{_ENDINGS.get(layout, 'txt')}"


def _block(page: Page, layout: str) -> bytes:
    form = page.dice.pick(("", "plain", "space"))
    return text.lines(_LAYOUTS[layout](tables.customers(page, page.dice.number(3, 9), card=form)))


def _clean_block(page: Page, layout: str) -> bytes:
    return text.lines(_LAYOUTS[layout](tables.orders(page, 12)))


def _markup(planner: Planner) -> Iterator[Item]:
    for n in range(12):
        yield planner.item("html", "page_#.html", _page, n=n)
    for n in range(8):
        yield planner.item("xml", "feed_#.xml", _xml, n=n)
    for n in range(8):
        yield planner.item("rtf", "letter_#.rtf", _rich, n=n)


def _page(page: Page, n: int) -> bytes:
    where = page.region()
    lines = prose.form(page, where) if n % 3 == 0 else prose.notes(page, 3, 2, where)
    rows = tables.customers(page, 6, where) if n % 4 == 1 else ()
    kinds = (("PAN", "space"), ("EMAIL", "")) if n % 4 == 2 else ()
    fields = [(prose.label(page, where, kind), page.put(kind, form)) for kind, form in kinds]
    return markup.page(page.words.company, lines, rows, fields, hard_spaces=n % 3 == 0)


def _xml(page: Page, n: int) -> bytes:
    rows = tables.customers(page, card="plain")
    return markup.attributes(rows) if n % 2 else markup.elements(rows)


def _rich(page: Page, n: int) -> bytes:
    lines = prose.form(page) + prose.notes(page, 2, 2)
    return markup.rich_text(lines, tables.customers(page, 5, card="space") if n % 3 == 0 else ())
