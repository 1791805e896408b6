"""Throughput data: what a desk holds much of, with the words of a variant."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
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
_REPORTS = 400


def logs(variant: str, out: Path, size: int) -> None:
    """Write logs full of digits, with some notes and about one value in 20 kB."""
    _write(out, "log", size, [_log(page) for page in _pages(load(variant), 300)])


def exports(variant: str, out: Path, size: int) -> None:
    """Write tables of customers, of whom those of a few reports come again and again.

    That is what exports are that were joined: a value every thirty bytes or so.
    """
    _write(out, "csv", size, [_customers(page) for page in _pages(load(variant), _REPORTS)])


def strangers(variant: str, out: Path, size: int) -> None:
    """Write the same with nobody twice, and hardly a table with the columns of another one."""
    parts: list[bytes] = []
    length = 0
    for page in _pages(load(variant), size // _LEAST_PART):
        parts.append(_customers(page))
        length += len(parts[-1])
        if length > size + FILE // 100:
            break
    _write(out, "csv", size, parts, once=True)


def code(variant: str, out: Path, size: int) -> None:
    """Write source code of Python's library, between it notes without values."""
    library = Path(sysconfig.get_path("stdlib"))
    words = load(variant)
    pages = _pages(words, 40)
    parts = [file.read_bytes() for file in sorted(library.glob("*.py"))]
    parts += [text.lines(prose.notes(page, 0, 60)) for page in pages]
    _write(out, "py", size, parts)


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


def _write(out: Path, ending: str, size: int, parts: list[bytes], *, once: bool = False) -> None:
    """Fill files with parts in a seeded order, or with each of them once."""
    out.mkdir(parents=True, exist_ok=True)
    dice, left = Dice(1), iter(parts)
    done = number = 0
    while done < size:
        most = min(FILE, size - done)
        made = bytearray()
        while len(made) < most:
            made += next(left) if once else dice.pick(parts)
        data = bytes(made[: made.rfind(b"\n", 0, most) + 1])
        if not data:  # what is left is shorter than a line
            return
        (out / f"part_{number:03d}.{ending}").write_bytes(data)
        done += len(data)
        number += 1
