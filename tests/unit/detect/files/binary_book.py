"""Binary workbooks of Excel (MS-XLSB), record by record: no library writes them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

_ROW, _TEXT, _SHARED, _ITEM, _FORMAT, _STYLE, _PROPERTIES = 0, 6, 7, 19, 44, 47, 153
_SHORT_SHARED = 18
_TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_DATE, _OWN = 14, 164


def record(kind: int, data: bytes = b"") -> bytes:
    """Write a record: kind and size in bytes of seven bits (MS-XLSB 2.1.4)."""
    head = bytes((kind,)) if kind < 128 else bytes((kind & 127 | 128, kind >> 7))
    size, sizes = len(data), bytearray()
    while True:
        size, low = size >> 7, size & 127
        sizes.append(low | 128 if size else low)
        if not size:
            return head + bytes(sizes) + data


def wide(text: str) -> bytes:
    """Write an XLWideString."""
    data = text.encode("utf-16-le")
    return struct.pack("<I", len(data) // 2) + data


def shared(strings: Sequence[str]) -> bytes:
    """Write the part of the shared strings."""
    items = b"".join(record(_ITEM, b"\0" + wide(text)) for text in strings)
    return record(159, struct.pack("<II", len(strings), len(strings))) + items + record(160)


def styles(code: str = "") -> bytes:
    """Write three styles: plain, a day, and one that shows numbers by `code`."""
    own = record(_FORMAT, struct.pack("<H", _OWN) + wide(code)) if code else b""
    ids = (0, _DATE, _OWN)
    uses = b"".join(record(_STYLE, struct.pack("<HH", 0, id_) + bytes(12)) for id_ in ids)
    other = record(626) + record(_STYLE, bytes(16)) + record(627)
    return record(278) + own + other + record(617) + uses + record(618) + record(279)


def cell(kind: int, column: int, data: bytes, style: int = 0) -> bytes:
    """Write a cell with its column."""
    return record(kind, struct.pack("<II", column, style) + data)


def short(kind: int, data: bytes, style: int = 0) -> bytes:
    """Write a cell that stands right of the one before."""
    return record(kind, struct.pack("<I", style) + data)


def sheet(rows: Sequence[bytes], *, first: int = 0, behind: bytes = b"") -> bytes:
    """Write a sheet of rows that are written cells, and what stands behind them."""
    written = b"".join(
        record(_ROW, struct.pack("<I", first + number) + bytes(13)) + cells
        for number, cells in enumerate(rows)
    )
    return record(129) + record(145) + written + record(146) + behind + record(130)


def packed(parts: dict[str, bytes]) -> bytes:
    """Pack parts into a package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def workbook(rows: Sequence[Sequence[str]], *, is_short: bool = False) -> bytes:
    """Write a workbook of one sheet whose texts are shared."""
    strings = [text for row in rows for text in row]
    places = iter(struct.pack("<I", number) for number in range(len(strings)))
    written = [
        b"".join(
            short(_SHORT_SHARED, next(places))
            if is_short and column
            else cell(_SHARED, column, next(places))
            for column in range(len(row))
        )
        for row in rows
    ]
    return of_sheet(sheet(written), sharedStrings=shared(strings), styles=styles())


def of_sheet(data: bytes, **parts: bytes) -> bytes:
    """Write a workbook of a written sheet and other parts; `__` in a name goes a folder down."""
    more = {f"xl/{name.replace('__', '/')}.bin": part for name, part in parts.items()}
    return packed({"xl/workbook.bin": book(), "xl/worksheets/sheet1.bin": data, **more})


def book(*, is_1904: bool = False) -> bytes:
    """Write the part that tells of the sheets, and from when days are counted."""
    told = record(_PROPERTIES, struct.pack("<II", int(is_1904), 0) + wide(""))
    return record(131) + told + record(132)
