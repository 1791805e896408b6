"""Writes the records of workbooks of Excel 97 (MS-XLS), plain or under a password."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher

from tests.unit.detect.files.compound import compound

BOF, EOF, FILEPASS, SST, CONTINUE = 0x0809, 0x000A, 0x002F, 0x00FC, 0x003C
LABELSST, NUMBER, RK, MULRK = 0x00FD, 0x0203, 0x027E, 0x00BD
_PLAIN = frozenset((BOF, FILEPASS))

Record = tuple[int, bytes]


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def bof(version: int = 0x0600) -> Record:
    return BOF, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0)


def string(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def shared(*texts: str) -> Record:
    return SST, struct.pack("<II", len(texts), len(texts)) + b"".join(map(string, texts))


def cell(row: int, column: int, text: int) -> Record:
    return LABELSST, struct.pack("<HHHI", row, column, 0, text)


def number(row: int, column: int, value: float) -> Record:
    return NUMBER, struct.pack("<HHHd", row, column, 0, value)


def stream(records: Sequence[Record]) -> bytes:
    return b"".join(record(kind, data) for kind, data in records)


def book(*records: Record) -> bytes:
    """Give a workbook whose sheet holds the records."""
    return compound({"Workbook": stream([bof(), *records, (EOF, b"")])})


def sheet(*rows: Sequence[str]) -> list[Record]:
    """Give records of a sheet with these texts."""
    texts = [text for row in rows for text in row]
    cells = [(r, c) for r, row in enumerate(rows) for c in range(len(row))]
    return [shared(*texts), *(cell(r, c, n) for n, (r, c) in enumerate(cells))]


def locked(password: str, records: Sequence[Record]) -> bytes:
    """Give a workbook under RC4 encryption (MS-OFFCRYPTO 2.3.6)."""
    salt, verifier = bytes(range(16)), b"sixteen bytes!!!"
    first = hashlib.md5(password.encode("utf-16-le"), usedforsecurity=False).digest()[:5]
    base = hashlib.md5((first + salt) * 16, usedforsecurity=False).digest()[:5]

    def sealed(block: int, data: bytes) -> bytes:
        key = hashlib.md5(base + struct.pack("<I", block), usedforsecurity=False).digest()
        return Cipher(ARC4(key), mode=None).encryptor().update(data)

    proof = sealed(0, verifier + hashlib.md5(verifier, usedforsecurity=False).digest())
    begin = [bof(), (FILEPASS, struct.pack("<HHH", 1, 1, 1) + salt + proof)]
    plain = stream([*begin, *records, (EOF, b"")])
    hidden = bytearray(
        b"".join(sealed(n // 1024, plain[n : n + 1024]) for n in range(0, len(plain), 1024))
    )
    place = 0
    while place < len(plain):
        kind, size = struct.unpack_from("<HH", plain, place)
        end = place + 4 + (size if kind in _PLAIN else 0)
        hidden[place:end] = plain[place:end]
        place += 4 + size
    return compound({"Workbook": bytes(hidden)})
