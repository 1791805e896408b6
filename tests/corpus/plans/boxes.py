"""Archives, packed files, databases, and what is encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.layouts import prose, tables
from tests.corpus.page import Page
from tests.corpus.plans.item import Item, Planner
from tests.corpus.writers import office, packed, pdf, sealed, text


def plan(planner: Planner) -> Iterator[Item]:
    """Plan them all."""
    yield from _archives(planner)
    yield from _databases(planner)
    yield from _sealed(planner)


def _notes(page: Page) -> bytes:
    return text.lines(prose.notes(page, 3))


def _log(page: Page) -> bytes:
    return text.lines(prose.log(page, 3, 20))


def _archives(planner: Planner) -> Iterator[Item]:
    for n in range(8):
        yield planner.item("zip", "bundle_#.zip", lambda p, n=n: _bundle(p, n))
    for n in range(6):
        by = ("gz", "bz2", "xz")[n % 3]
        yield planner.item(by, f"service_#.log.{by}", lambda p, b=by: packed.packed(_log(p), b))
    for n in range(4):
        yield planner.item("tar", f"logs_#.tar{('', '.gz')[n % 2]}", lambda p, n=n: _tape(p, n))
    for n in range(4):
        yield planner.item("7z", "archive_#.7z", lambda p, n=n: packed.seven(_members(p, n)))
    yield planner.item("zip", "partly_#.zip", _partly)


def _members(page: Page, n: int) -> list[packed.Member]:
    made = [("a/notes.txt", _notes(page)), ("a/list.csv", text.table(tables.customers(page, 5)))]
    if n % 2:
        made.append(("b.xlsx", office.workbook(tables.customers(page, 5))))
    return made


def _bundle(page: Page, n: int) -> bytes:
    made = _members(page, n)
    if n % 2 == 0:
        deep = packed.zipped([("x.docx", office.letter(prose.form(page)))])
        inner = [("deep.log", _log(page)), ("deeper.zip", deep)]
        made.append(("inner.zip", packed.zipped(inner)))
    if n % 4 == 3:
        made.append(("inner.tar.gz", packed.packed(packed.tar([("n.txt", _notes(page))]), "gz")))
    return packed.zipped(made)


def _tape(page: Page, n: int) -> bytes:
    made = packed.tar(
        [("v/a.log", _log(page)), ("v/b.zip", packed.zipped([("n.txt", _notes(page))]))]
    )
    return packed.packed(made, "gz") if n % 2 else made


def _partly(page: Page) -> bytes:
    hidden = text.table(tables.customers(Page(page.dice, page.words), 5))
    return sealed.zipped([("hidden.csv", hidden)], [("readme.txt", _notes(page))])


def _databases(planner: Planner) -> Iterator[Item]:
    for n in range(8):
        yield planner.item(
            "sqlite", f"crm_#.{('sqlite', 'db')[n % 2]}",
            lambda p, n=n: packed.database(
                _unique(tables.customers(p, card=("plain", "space")[n // 4])), integers=n % 2 == 0
            ),
        )  # fmt: skip


def _unique(rows: tables.Rows) -> tables.Rows:
    """Give columns whose names differ in more than case, as SQL asks for."""
    seen: set[str] = set()
    head = []
    for name in rows[0]:
        fresh = name if name.lower() not in seen else f"{name}_{len(head)}"
        seen.add(fresh.lower())
        head.append(fresh)
    return [head, *rows[1:]]


def _sealed(planner: Planner) -> Iterator[Item]:
    def shut(name: str, make: object) -> Item:
        return planner.item("encrypted", name, make, sealed=True)  # type: ignore[arg-type]  # a maker

    for n in range(3):
        yield shut("safe_#.zip", lambda p: sealed.zipped([("list.csv", _list(p))]))
        yield shut("letter_#.docx", lambda p: sealed.office(office.letter(prose.form(p))))
        yield shut("book_#.xlsx", lambda p: sealed.office(office.workbook(tables.customers(p, 8))))
        yield shut("sheet_#.pdf", lambda p: pdf.locked(pdf.sheet(prose.form(p)), "user"))
        yield shut("note_#.txt.gpg", lambda p, n=n: sealed.openpgp(_notes(p), armoured=n == 1))
        yield shut("note_#.txt.age", lambda p: sealed.age(_notes(p)))
    yield shut("archive_#.7z", lambda p: packed.seven([("n.txt", _notes(p))], sealed.PASSWORD))
    yield shut("disk_#.img", lambda p: sealed.volume(p.dice))
    yield shut("container_#.hc", lambda p: sealed.noise(p.dice))
    yield shut("passwords_#.kdbx", lambda p: sealed.keepass(p.dice))


def _list(page: Page) -> bytes:
    return text.table(tables.customers(page, 8))
