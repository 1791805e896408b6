"""Reads and changes the tables of an MSI with msitools, and stamps it alike for alike content."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from installer.harvest import guid
from installer.tools import program

SUMMARY = "\x05SummaryInformation"
_CREATED, _SAVED, _PACKAGE = 12, 13, 9  # PIDSI_CREATE_DTM, LASTSAVE_DTM, REVNUMBER
_NO_CODE = b"{00000000-0000-0000-0000-000000000000}"
_SINCE_1601 = 11644473600  # seconds from FILETIME's start to 1970


def rows(msi: Path, table: str) -> list[dict[str, str]]:
    """Return the rows of a table by the names of its columns; a table that is not there has none.

    What a table holds of files, such as icons, is written beside it and thrown away.
    """
    words = (program("msiinfo"), "export", msi.resolve(), table)
    with tempfile.TemporaryDirectory(prefix="agentguard-msi-") as scratch:
        shown = subprocess.run(words, capture_output=True, text=True, check=False, cwd=scratch)
    if shown.returncode:
        return []
    names, _types, _keys, *lines = shown.stdout.replace("\r", "").split("\n")
    columns = names.split("\t")
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines if line]


def insert(table: str, row: Mapping[str, str | int]) -> str:
    """Return the statement that adds a row; its values are this project's own."""
    columns = ",".join(f"`{name}`" for name in row)
    values = ",".join(str(v) if isinstance(v, int) else f"'{v}'" for v in row.values())
    return f"INSERT INTO `{table}` ({columns}) VALUES ({values})"  # noqa: S608 - see above


def update(table: str, key: tuple[str, str], column: str, value: str | int) -> str:
    """Return the statement that sets a column of the row whose key is `key`: its name and value."""
    text = str(value) if isinstance(value, int) else f"'{value}'"
    return f"UPDATE `{table}` SET `{column}`={text} WHERE `{key[0]}`='{key[1]}'"  # noqa: S608


def change(msi: Path, statements: Sequence[str]) -> None:
    """Run statements of Windows Installer's SQL, all in one rewrite of the file.

    Raises:
        subprocess.CalledProcessError: one was refused; its words are on standard error.

    """
    words = [word for statement in statements for word in ("-q", statement)]
    subprocess.run((program("msibuild"), msi, *words), check=True)


def summary(msi: Path) -> str:
    """Return the summary information as text."""
    words = (program("msiinfo"), "suminfo", msi)
    shown = subprocess.run(words, capture_output=True, text=True, check=True)
    return shown.stdout


def stamp(msi: Path, epoch: int) -> None:
    """Set the file's times to `epoch`, and its package code to a name of its content."""
    when = struct.pack("<Q", (epoch + _SINCE_1601) * 10_000_000)
    with olefile.OleFileIO(str(msi), write_mode=True) as opened:
        data = bytearray(opened.openstream(SUMMARY).read())
        places = _places(data)
        for kind in (_CREATED, _SAVED):
            if kind in places:
                data[places[kind] + 4 : places[kind] + 12] = when
        start = places[_PACKAGE] + 8
        data[start : start + len(_NO_CODE)] = _NO_CODE
        opened.write_stream(SUMMARY, bytes(data))
    code = guid(f"package/{hashlib.sha256(msi.read_bytes()).hexdigest()}")
    with olefile.OleFileIO(str(msi), write_mode=True) as opened:
        data[start : start + len(_NO_CODE)] = f"{{{code}}}".encode("ascii")
        opened.write_stream(SUMMARY, bytes(data))


def _places(data: bytes | bytearray) -> dict[int, int]:
    """Return where each property of the summary stands ([MS-OLEPS] 2.21)."""
    start = struct.unpack_from("<I", data, 44)[0]
    count = struct.unpack_from("<I", data, start + 4)[0]
    pairs = (struct.unpack_from("<II", data, start + 8 + 8 * i) for i in range(count))
    return {kind: start + offset for kind, offset in pairs}
