"""Archives and packed files, also within each other, and databases."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import py7zr

Member = tuple[str, bytes]


def zipped(members: Sequence[Member]) -> bytes:
    """Write a ZIP."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data)
    return target.getvalue()


def seven(members: Sequence[Member], password: str | None = None) -> bytes:
    """Write a 7z; with a password the names are encrypted as well."""
    target = io.BytesIO()
    with py7zr.SevenZipFile(
        target, "w", password=password, header_encryption=bool(password)
    ) as made:
        for name, data in members:
            made.writestr(data, name)
    return target.getvalue()


def tar(members: Sequence[Member]) -> bytes:
    """Write a TAR."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as made:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return target.getvalue()


def packed(data: bytes, by: str) -> bytes:
    """Pack one file: gz, bz2 or xz."""
    if by == "gz":
        return gzip.compress(data, mtime=0)
    return bz2.compress(data) if by == "bz2" else lzma.compress(data)


def database(rows: Sequence[Sequence[str]], *, integers: bool = False) -> bytes:
    """Write a SQLite database with one table."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "made.db"
        with sqlite3.connect(file) as base:
            names = ",".join(f'"{name}"' for name in rows[0])
            base.execute(f"CREATE TABLE customers ({names})")
            blanks = ",".join("?" * len(rows[0]))
            cells = ([_cell(c, integers=integers) for c in row] for row in rows[1:])
            base.executemany(f"INSERT INTO customers VALUES ({blanks})", cells)  # noqa: S608 - only marks
        base.close()
        return file.read_bytes()


def _cell(text: str, *, integers: bool) -> str | int:
    return int(text) if integers and text.isdigit() and text[0] != "0" else text
