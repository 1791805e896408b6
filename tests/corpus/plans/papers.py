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
        yield planner.item("eml", "mail_#.eml", lambda p, n=n: _message(p, n))
    for _ in range(4):
        yield planner.item(
            "mbox", "folder_#.mbox", lambda p: mail.mailbox([_message(p, n) for n in (0, 4, 6)])
        )


def _message(page: Page, n: int) -> bytes:
    kind = ("", "", "csv", "docx")[n % 4]
    where = page.region()
    attached = []
    if kind == "csv":
        attached = [("list.csv", text.table(tables.customers(page, 6, where)))]
    elif kind:
        attached = [("form.docx", office.letter(prose.form(page, where)))]
    return mail.message(
        page,
        prose.notes(page, 3, 2, where),
        coding=_CODINGS[n % 3],
        rich=n % 3 == 1,
        attached=attached,
    )


def _office(planner: Planner) -> Iterator[Item]:
    for n in range(14):
        yield planner.item("xlsx", "book_#.xlsx", lambda p, n=n: _workbook(p, n))
    for _ in range(4):
        yield planner.item(
            "hard-table", "report_#.xlsx", lambda p: office.workbook(tables.titled(p))
        )
    for n in range(14):
        yield planner.item("docx", "letter_#.docx", lambda p, n=n: _letter(p, n))
    for n in range(8):
        yield planner.item("pptx", "deck_#.pptx", lambda p, n=n: _slides(p, n))
    yield planner.item(
        "xlsx", "velvet_#.xlsx",
        lambda p: sealed.office(
            office.workbook(tables.customers(p, 6, card="plain")), "VelvetSweatshop"
        ),
    )  # fmt: skip


def _workbook(page: Page, n: int) -> bytes:
    rows = tables.customers(page, card=("any", "amex", "plain", "split", None)[n % 5])
    return office.workbook(rows, numbers=n % 5 == 2, hidden=n % 4 == 3, protected=n == 6)


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
        yield planner.item(
            "odt", "letter_#.odt",
            lambda p, n=n: odf.text(prose.form(p), tables.customers(p, 4) if n % 2 else ()),
        )  # fmt: skip
        yield planner.item("ods", "book_#.ods", lambda p: odf.sheet(tables.customers(p)))
    for _ in range(2):
        yield planner.item("odp", "deck_#.odp", lambda p: odf.slides(prose.notes(p)))


def _pdf(planner: Planner) -> Iterator[Item]:
    for n in range(14):
        yield planner.item("pdf", "statement_#.pdf", lambda p, n=n: _sheet(p, n))
    yield planner.item("pdf", "owner_#.pdf", lambda p: pdf.locked(pdf.sheet(prose.form(p)), ""))


def _sheet(page: Page, n: int) -> bytes:
    where = page.region()
    rows = tables.customers(page, 8, where, card="space") if n % 3 == 0 else ()
    field = f"{prose.label(page, where, 'PAN')} {page.put('PAN', 'space')}" if n in {4, 7} else ""
    return pdf.sheet(prose.form(page, where), rows, field)


def _legacy(planner: Planner) -> Iterator[Item]:
    for n in range(4):
        yield planner.item(
            "doc", "old_#.doc", lambda p: legacy.word(prose.form(p) + prose.notes(p))
        )
        yield planner.item(
            "xls", "old_#.xls",
            lambda p, n=n: legacy.workbook(tables.customers(p, card="plain"), numbers=n % 2 == 1),
        )  # fmt: skip
        yield planner.item("msg", "mail_#.msg", lambda p, n=n: _outlook(p, n))
    yield planner.item("rtf", "named_#.doc", lambda p: markup.rich_text(prose.notes(p, 4)))


def _outlook(page: Page, n: int) -> bytes:
    attached = [("list.csv", text.table(tables.customers(page, 5)))] if n % 2 else []
    return legacy.message(page.put("EMAIL"), page.words.subject, prose.notes(page, 3), attached)
