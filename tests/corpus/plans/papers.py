"""Office files new and old, OpenDocument, PDF, mail."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.layouts import prose, tables
from tests.corpus.page import Page
from tests.corpus.plans.item import Item, Planner
from tests.corpus.writers import legacy, mail, markup, odf, office, pdf, sealed, text

_CODINGS = ("quoted-printable", "base64", "8bit")


def plan(planner: Planner) -> Iterator[Item]:
    """Plan them all."""
    yield from _mail(planner)
    yield from _office(planner)
    yield from _open_document(planner)
    yield from _pdf(planner)
    yield from _legacy(planner)


def _mail(planner: Planner) -> Iterator[Item]:
    for n in range(18):
        yield planner.item("eml", "mail_#.eml", _message, n=n)
    for _ in range(4):
        yield planner.item("mbox", "folder_#.mbox", _mailbox)


def _message(page: Page, n: int) -> bytes:
    kind = ("", "", "csv", "docx")[n % 4]
    where = page.region()
    attached = []
    if kind == "csv":
        attached = [("list.csv", text.table(tables.customers(page, 6, where)))]
    elif kind:
        attached = [("form.docx", office.letter(prose.form(page, where)))]
    lines = prose.notes(page, 3, 2, where)
    return mail.message(page, lines, coding=_CODINGS[n % 3], rich=n % 3 == 1, attached=attached)


def _mailbox(page: Page) -> bytes:
    return mail.mailbox([_message(page, n) for n in (0, 4, 6)])


def _office(planner: Planner) -> Iterator[Item]:
    for n in range(14):
        yield planner.item("xlsx", "book_#.xlsx", _workbook, n=n)
    for _ in range(4):
        yield planner.item("hard-table", "report_#.xlsx", _titled)
    for n in range(14):
        yield planner.item("docx", "letter_#.docx", _letter, n=n)
    for n in range(8):
        yield planner.item("pptx", "deck_#.pptx", _slides, n=n)
    yield planner.item("xlsx", "velvet_#.xlsx", _velvet)


def _workbook(page: Page, n: int) -> bytes:
    rows = tables.customers(page, card=("any", "amex", "plain", "split", None)[n % 5])
    return office.workbook(rows, numbers=n % 5 == 2, hidden=n % 4 == 3, protected=n == 6)


def _titled(page: Page) -> bytes:
    return office.workbook(tables.titled(page))


def _velvet(page: Page) -> bytes:
    """Encrypt by the password that every Excel tries by itself."""
    rows = tables.customers(page, 6, card="plain")
    return sealed.office(office.workbook(rows), "VelvetSweatshop")


def _letter(page: Page, n: int) -> bytes:
    where = page.region()
    lines = prose.form(page, where)
    rows = tables.customers(page, 5, where) if n % 4 == 0 else ()
    header = f"{prose.label(page, where, 'PAN')} {page.put('PAN', 'space')}" if n % 5 == 2 else ""
    comment = f"{prose.label(page, where, 'EMAIL')} {page.put('EMAIL')}" if n % 5 == 3 else ""
    return office.letter(lines, rows, pieces=7 if n % 3 == 1 else 0, header=header, comment=comment)


def _slides(page: Page, n: int) -> bytes:
    where = page.region()
    rows = [row[:6] for row in tables.orders(page, 4)] if n % 2 else ()
    spoken = f"{prose.label(page, where, 'PAN')} {page.put('PAN', 'dash')}" if n % 3 == 0 else ""
    return office.slides(prose.notes(page, 3, 1, where), rows, spoken)


def _open_document(planner: Planner) -> Iterator[Item]:
    for n in range(5):
        yield planner.item("odt", "letter_#.odt", _open_text, n=n)
        yield planner.item("ods", "book_#.ods", _open_sheet)
    for _ in range(2):
        yield planner.item("odp", "deck_#.odp", _open_slides)


def _open_text(page: Page, n: int) -> bytes:
    return odf.text(prose.form(page), tables.customers(page, 4) if n % 2 else ())


def _open_sheet(page: Page) -> bytes:
    return odf.sheet(tables.customers(page))


def _open_slides(page: Page) -> bytes:
    return odf.slides(prose.notes(page))


def _pdf(planner: Planner) -> Iterator[Item]:
    for n in range(14):
        yield planner.item("pdf", "statement_#.pdf", _sheet, n=n)
    yield planner.item("pdf", "owner_#.pdf", _owner)


def _sheet(page: Page, n: int) -> bytes:
    where = page.region()
    rows = tables.customers(page, 8, where, card="space") if n % 3 == 0 else ()
    field = f"{prose.label(page, where, 'PAN')} {page.put('PAN', 'space')}" if n in {4, 7} else ""
    return pdf.sheet(prose.form(page, where), rows, field)


def _owner(page: Page) -> bytes:
    """Encrypt with an owner's password alone: everyone can read it."""
    return pdf.locked(pdf.sheet(prose.form(page)), "")


def _legacy(planner: Planner) -> Iterator[Item]:
    for n in range(4):
        yield planner.item("doc", "old_#.doc", _word)
        yield planner.item("xls", "old_#.xls", _excel, numbers=n % 2 == 1)
        yield planner.item("msg", "mail_#.msg", _outlook, n=n)
    yield planner.item("rtf", "named_#.doc", _named)


def _word(page: Page) -> bytes:
    return legacy.word(prose.form(page) + prose.notes(page))


def _excel(page: Page, *, numbers: bool) -> bytes:
    return legacy.workbook(tables.customers(page, card="plain"), numbers=numbers)


def _outlook(page: Page, n: int) -> bytes:
    attached = [("list.csv", text.table(tables.customers(page, 5)))] if n % 2 else []
    return legacy.message(page.put("EMAIL"), page.words.subject, prose.notes(page, 3), attached)


def _named(page: Page) -> bytes:
    """Name RTF as a Word file, as Word itself did."""
    return markup.rich_text(prose.notes(page, 4))
