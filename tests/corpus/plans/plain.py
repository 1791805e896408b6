"""Notes in many encodings, odd names, logs, tables, JSON, XML, HTML and RTF."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.layouts import nested, prose, tables
from tests.corpus.layouts.blocks import LAYOUTS
from tests.corpus.page import Page
from tests.corpus.plans.item import Item, Planner
from tests.corpus.writers import markup, text

_ODD_NAMES = ("backup_#.bak", "export_#.dat", "dump_#", "scratch_#.tmp", "photo_#.jpg", "a_#.~lock")
_CARD_FORMS = (
    "wide",
    "single",
    "narrow",
    "thin",
    "endash",
    "dot",
    "nbsp",
    "amex",
    "diners",
    "long",
)
_WRITTEN = {"utf-16": "txt-utf16", "utf-16-be": "txt-utf16", "utf-16-bare": "txt-utf16"}


def plan(planner: Planner) -> Iterator[Item]:
    """Plan them all."""
    yield from _notes(planner)
    yield from _logs(planner)
    yield from _tables(planner)
    yield from _markup(planner)
    yield from _blocks(planner)


def _notes(planner: Planner) -> Iterator[Item]:
    words = planner.words
    for n in range(40):
        encoding = words.encodings[n % len(words.encodings)]
        kind = _WRITTEN.get(encoding, "txt" if encoding.startswith("utf-8") else "txt-8bit")
        end = "\r\n" if n % 3 == 1 else "\n"
        yield planner.item(
            kind, "note_#.txt",
            lambda p, n=n, c=encoding, e=end: text.lines(
                prose.notes(p, 2 + n % 4, 4) + (prose.clean(p, 2) if n % 2 else []), c, e
            ),
        )  # fmt: skip
    for name in _ODD_NAMES:
        yield planner.item("txt-oddname", name, lambda p: text.lines(prose.notes(p, 4)))
    for form in _CARD_FORMS:
        yield planner.item("txt", f"card_{form}_#.txt", lambda p, f=form: _card_note(p, f))
    for n in range(14):
        yield planner.item(
            "hard-txt", "tricky_#.txt",
            lambda p, n=n: text.lines(prose.tricky(p, 3) + (prose.clean(p, 2) if n % 2 else [])),
        )  # fmt: skip
    for n in range(10):
        joint = (": ", " = ", ":\n", " - ", "\t")[n % 5]
        yield planner.item(
            "txt-form", "form_#.txt", lambda p, j=joint: text.lines(prose.form(p, joint=j))
        )


def _card_note(page: Page, form: str) -> bytes:
    where = page.region()
    lines = [f"{prose.label(page, where, 'PAN')}: {page.put('PAN', form)}"]
    lines += [f"{prose.label(page, where, 'PAN')} {page.put('PAN', form)}.", *where.filler[:2]]
    return text.lines([page.fill(line) for line in lines])


def _logs(planner: Planner) -> Iterator[Item]:
    for n in range(20):
        yield planner.item(
            "log", "service_#.log",
            lambda p, n=n: text.lines(prose.log(p, 2 + n % 5, 40 + 4 * n)),
        )  # fmt: skip
    for _ in range(6):
        yield planner.item(
            "log", "settings_#.env",
            lambda p: text.lines(p.fill(x) for x in p.dice.some(p.words.secrets, 3)),
        )  # fmt: skip


def _tables(planner: Planner) -> Iterator[Item]:
    words = planner.words
    for n in range(26):
        separator = words.separators[n % len(words.separators)]
        encoding = ("utf-8", "utf-8-sig", "utf-8", "utf-16")[n % 4]
        form = "split" if n % 6 == 5 else None
        yield planner.item(
            "csv", f"export_#.{'tsv' if separator == chr(9) else 'csv'}",
            lambda p, s=separator, e=encoding, f=form: text.table(
                tables.customers(p, card=f), s, e
            ),
        )  # fmt: skip
    for _ in range(4):
        yield planner.item("hard-table", "report_#.csv", lambda p: text.table(tables.titled(p)))
        yield planner.item("hard-table", "bare_#.csv", lambda p: text.table(tables.headless(p)))
    for n in range(14):
        yield planner.item(
            "json", f"api_#.{'jsonl' if n % 3 == 2 else 'json'}", lambda p, n=n: _json(p, n)
        )
    for n in range(5):
        yield planner.item(
            "hard-json", "nested_#.json",
            lambda p, n=n: text.document(nested.records(p), indent=(1, None)[n % 2]),
        )  # fmt: skip


def _json(page: Page, n: int) -> bytes:
    rows = tables.customers(page, card=("any", "plain", "nbsp")[n % 3])
    made = text.objects(rows, numbers=n % 3 == 1)
    if n % 3 == 2:
        return text.json_lines(made)
    return text.document({"export": {"version": "3.0", "records": made}}, escaped=n % 2 == 1)


def _blocks(planner: Planner) -> Iterator[Item]:
    for n in range(12):
        layout = planner.words.layouts[n % len(planner.words.layouts)]
        yield planner.item("txt-table", f"{layout}_#.txt", lambda p, x=layout: _block(p, x))
    for layout in planner.words.layouts:
        yield planner.item(
            "clean",
            f"{layout}_#.txt",
            lambda p, x=layout: text.lines(LAYOUTS[x](tables.orders(p, 12))),
        )  # fmt: skip


def _block(page: Page, layout: str) -> bytes:
    rows = tables.customers(
        page, page.dice.number(3, 9), card=page.dice.pick(("", "plain", "space"))
    )
    return text.lines(LAYOUTS[layout](rows))


def _markup(planner: Planner) -> Iterator[Item]:
    for n in range(12):
        yield planner.item("html", "page_#.html", lambda p, n=n: _page(p, n))
    for n in range(8):
        yield planner.item("xml", "feed_#.xml", lambda p, n=n: _xml(p, n))
    for n in range(8):
        yield planner.item(
            "rtf", "letter_#.rtf",
            lambda p, n=n: markup.rich_text(
                prose.form(p) + prose.notes(p, 2, 2),
                tables.customers(p, 5, card="space") if n % 3 == 0 else (),
            ),
        )  # fmt: skip


def _page(page: Page, n: int) -> bytes:
    where = page.region()
    lines = prose.form(page, where) if n % 3 == 0 else prose.notes(page, 3, 2, where)
    rows = tables.customers(page, 6, where) if n % 4 == 1 else ()
    fields = []
    if n % 4 == 2:
        fields = [
            (prose.label(page, where, k), page.put(k, f))
            for k, f in (("PAN", "space"), ("EMAIL", ""))
        ]
    return markup.page(page.words.company, lines, rows, fields, hard_spaces=n % 3 == 0)


def _xml(page: Page, n: int) -> bytes:
    rows = tables.customers(page, card="plain")
    return markup.attributes(rows) if n % 2 else markup.elements(rows)
