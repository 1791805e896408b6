"""Archives, packed files, databases, and what is encrypted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
        yield planner.item("zip", "bundle_#.zip", _bundle, n=n)
    for n in range(6):
        by = ("gz", "bz2", "xz")[n % 3]
        yield planner.item(by, f"service_#.log.{by}", _pack, by=by)
    for n in range(4):
        yield planner.item("tar", f"logs_#.tar{('', '.gz')[n % 2]}", _tape, n=n)
    for n in range(4):
        yield planner.item("7z", "archive_#.7z", _seven, n=n)
    yield planner.item("zip", "partly_#.zip", _partly)


def _pack(page: Page, by: str) -> bytes:
    return packed.packed(_log(page), by)


def _seven(page: Page, n: int) -> bytes:
    return packed.seven(_members(page, n))


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
        yield planner.item("sqlite", f"crm_#.{('sqlite', 'db')[n % 2]}", _database, n=n)


def _database(page: Page, n: int) -> bytes:
    rows = _unique(tables.customers(page, card=("plain", "space")[n // 4]))
    return packed.database(rows, integers=n % 2 == 0)


def _unique(rows: tables.Rows) -> tables.Rows:
    """Give columns whose names differ in more than case, as SQL asks for."""
    seen: set[str] = set()
    head: list[str] = []
    for name in rows[0]:
        fresh = name if name.lower() not in seen else f"{name}_{len(head)}"
        seen.add(fresh.lower())
        head.append(fresh)
    return [head, *rows[1:]]


def _sealed(planner: Planner) -> Iterator[Item]:
    for n in range(3):
        for name, make in _SAFES:
            yield planner.item("encrypted", name, make, sealed=True)
        yield planner.item("encrypted", "note_#.txt.gpg", _gpg, sealed=True, armoured=n == 1)
    for name, make in _SAFES_ONCE:
        yield planner.item("encrypted", name, make, sealed=True)


def _list(page: Page) -> bytes:
    return text.table(tables.customers(page, 8))


def _gpg(page: Page, *, armoured: bool) -> bytes:
    return sealed.openpgp(_notes(page), armoured=armoured)


_SAFES: tuple[tuple[str, Callable[[Page], bytes]], ...] = (
    ("safe_#.zip", lambda page: sealed.zipped([("list.csv", _list(page))])),
    ("letter_#.docx", lambda page: sealed.office(office.letter(prose.form(page)))),
    ("book_#.xlsx", lambda page: sealed.office(office.workbook(tables.customers(page, 8)))),
    ("sheet_#.pdf", lambda page: pdf.locked(pdf.sheet(prose.form(page)), "user")),
    ("note_#.txt.age", lambda page: sealed.age(_notes(page))),
)
_SAFES_ONCE: tuple[tuple[str, Callable[[Page], bytes]], ...] = (
    ("archive_#.7z", lambda page: packed.seven([("n.txt", _notes(page))], sealed.PASSWORD)),
    ("disk_#.img", lambda page: sealed.volume(page.dice)),
    ("container_#.hc", lambda page: sealed.noise(page.dice)),
    ("passwords_#.kdbx", lambda page: sealed.keepass(page.dice)),
)
