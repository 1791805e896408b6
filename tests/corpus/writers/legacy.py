"""Word 97, Excel 97 and Outlook messages, as far as text needs them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.corpus.writers.compound import Tree, compound

_ROW, _NUMBER_DIGITS = 8000, 15


def word(lines: Sequence[str]) -> bytes:
    """Write a Word 97 document (MS-DOC): two pieces of text, the second narrow if it can."""
    text = "\r".join(lines) + "\r"
    middle = len(text) // 2
    head, tail = text[:middle].encode("utf-16-le"), text[middle:]
    narrow = tail.isascii()
    second = tail.encode("ascii" if narrow else "utf-16-le")
    start = 2048
    after = start + len(head) + len(head) % 2
    place = (after * 2) | 0x40000000 if narrow else after
    pieces = struct.pack("<III", 0, middle, len(text))
    pieces += struct.pack("<HIH", 0, start, 0) + struct.pack("<HIH", 0, place, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    fib = bytearray(start)
    struct.pack_into("<HHHHHH", fib, 0, 0xA5EC, 0x00C1, 0, 0x0409, 0, 0x1200)
    struct.pack_into("<H", fib, 32, 14)
    struct.pack_into("<H", fib, 62, 22)
    struct.pack_into("<I", fib, 76, len(text))
    struct.pack_into("<H", fib, 152, 93)
    struct.pack_into("<II", fib, 0x01A2, 0, len(table))
    body = bytes(fib) + head + bytes(len(head) % 2) + second
    return compound({"WordDocument": body.ljust(4096, b"\0"), "1Table": table})


def workbook(rows: Sequence[Sequence[str]], *, numbers: bool = False) -> bytes:
    """Write an Excel 97 workbook (MS-XLS): shared strings, and numbers as numbers if asked."""
    strings = sorted({cell for row in rows for cell in row})
    places = {text: place for place, text in enumerate(strings)}
    shared = _shared(strings, sum(len(row) for row in rows))
    sheet = _begin(0x10) + _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0))
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if numbers and cell.isdigit() and cell[0] != "0" and len(cell) <= _NUMBER_DIGITS:
                sheet += _record(0x0203, struct.pack("<HHHd", i, j, 15, float(cell)))
            else:
                sheet += _record(0x00FD, struct.pack("<HHHI", i, j, 15, places[cell]))
    sheet += _record(0x000A)
    head = _begin(0x05) + _record(0x0042, struct.pack("<H", 1200))
    bound = 4 + 8 + len(b"Sheet1")
    offset = len(head) + bound + len(shared) + 4
    bounds = _record(0x0085, struct.pack("<IHBB", offset, 0, 6, 0) + b"Sheet1")
    return compound(
        {"Workbook": (head + bounds + shared + _record(0x000A) + sheet).ljust(4096, b"\0")}
    )


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def _shared(strings: Sequence[str], uses: int) -> bytes:
    """Write the table of strings, going on in further records at a string's end."""
    made, current, number = b"", struct.pack("<II", uses, len(strings)), 0x00FC
    for text in strings:
        latin = all(ord(sign) < 256 for sign in text)
        coded = text.encode("latin-1" if latin else "utf-16-le")
        item = struct.pack("<HB", len(text), 0 if latin else 1) + coded
        if len(current) + len(item) > _ROW:
            made += _record(number, current)
            current, number = b"", 0x003C
        current += item
    return made + _record(number, current)


def message(
    sender: str, subject: str, lines: Sequence[str], attached: Sequence[tuple[str, bytes]] = ()
) -> bytes:
    """Write an Outlook message (MS-OXMSG) with its text and attachments."""
    tree: dict[str, bytes | Tree] = {
        "__properties_version1.0": _properties(32, 0, len(attached)),
        "__substg1.0_001A001F": _wide("IPM.Note"),
        "__substg1.0_0037001F": _wide(subject),
        "__substg1.0_0C1F001F": _wide(sender),
        "__substg1.0_1000001F": _wide("\r\n".join(lines)),
        "__nameid_version1.0": {
            "__substg1.0_00020102": b"", "__substg1.0_00030102": b"", "__substg1.0_00040102": b""
        },
    }  # fmt: skip
    for number, (name, data) in enumerate(attached):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": bytes(8) + struct.pack("<IIQ", 0x37050003, 6, 1),
            "__substg1.0_3707001F": _wide(name),
            "__substg1.0_37010102": data,
        }
    return compound(tree)


def _properties(length: int, people: int, attachments: int) -> bytes:
    head = struct.pack("<8xIIII", people, attachments, people, attachments)
    return head.ljust(length, b"\0")


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")
