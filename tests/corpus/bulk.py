"""Throughput data: what a desk holds much of, with the words of a variant."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.corpus.build import build
from tests.corpus.dice import Dice
from tests.corpus.layouts import prose, tables
from tests.corpus.page import Page
from tests.corpus.wording import Wording, load
from tests.corpus.writers import text

FILE = 16_000_000
"""Bytes of one file."""

_LEAST_PART = 1_000
_PAGES, _REPORTS = 600, 400


def logs(variant: str, out: Path, size: int) -> None:
    """Write logs full of digits, with some notes and about one value in 20 kB."""
    pages = [_log(page) for page in _pages(load(variant), _PAGES)]
    _write(out, "log", size, _again_and_again(pages))


def exports(variant: str, out: Path, size: int) -> None:
    """Write tables of customers, of whom those of a few reports come again and again.

    That is what exports are that were joined: a value every thirty bytes or so.
    """
    reports = [_customers(page) for page in _pages(load(variant), _REPORTS)]
    _write(out, "csv", size, _again_and_again(reports))


def strangers(variant: str, out: Path, size: int) -> None:
    """Write the same with nobody twice, and hardly a table with the columns of another one."""
    pages = _pages(load(variant), size // _LEAST_PART)
    _write(out, "csv", size, map(_customers, pages))


def code(variant: str, out: Path, size: int) -> None:
    """Write source code of Python's library, each file once, between it notes without values."""
    library = Path(sysconfig.get_path("stdlib"))
    files = sorted(f for f in library.rglob("*.py") if "site-packages" not in f.parts)
    words = load(variant)
    notes = (text.lines(prose.notes(page, 0, 60)) for page in _pages(words, len(files)))
    drawn = Dice(words.seed).some(files, len(files))
    _write(out, "py", size, (part for file in drawn for part in (file.read_bytes(), next(notes))))


def mixed(variant: str, out: Path, copies: int) -> int:
    """Write the variant's corpus several times, each from another seed; give the files' number."""
    seed = load(variant).seed
    for copy in range(copies):
        build(variant, out / str(copy), seed + copy)
        (out / str(copy) / "manifest.json").unlink()
    return sum(1 for file in out.rglob("*") if file.is_file())


def _pages(words: Wording, count: int) -> Iterator[Page]:
    dice = Dice(words.seed)
    return (Page(dice, words) for _ in range(count))


def _customers(page: Page) -> bytes:
    return text.table(tables.customers(page, 40, card="any"))


def _log(page: Page) -> bytes:
    lines = prose.log(page, 0, 110)
    lines += [page.fill(page.dice.pick(page.region().filler)) for _ in range(20)]
    if page.dice.chance(0.6):
        lines += prose.notes(page, 1, 3)
    return text.lines(lines)


def _again_and_again(parts: Sequence[bytes]) -> Iterator[bytes]:
    """Give parts in a seeded order, without end."""
    dice = Dice(1)
    while True:
        yield dice.pick(parts)


def _write(out: Path, ending: str, size: int, parts: Iterator[bytes]) -> None:
    """Fill files with whole lines of parts, as far as these go."""
    out.mkdir(parents=True, exist_ok=True)
    done = number = 0
    while done < size:
        most = min(FILE, size - done)
        made = bytearray()
        while len(made) < most and (part := next(parts, None)) is not None:
            made += part
        data = bytes(made[: made.rfind(b"\n", 0, most) + 1])
        if not data:  # what is left is shorter than a line
            return
        (out / f"part_{number:03d}.{ending}").write_bytes(data)
        done += len(data)
        number += 1
