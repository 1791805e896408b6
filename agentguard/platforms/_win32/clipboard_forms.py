"""What the bytes on a Windows clipboard mean.

Sources: Microsoft's "Standard Clipboard Formats", "HTML Clipboard Format" and "Cloud Clipboard and
Clipboard History Formats".
"""

from __future__ import annotations

import re
import struct

EXCLUDED = "ExcludeClipboardContentFromMonitorProcessing"
IGNORED = "Clipboard Viewer Ignore"
HISTORY = "CanIncludeInClipboardHistory"
CLOUD = "CanUploadToCloudClipboard"

HTML, RTF, CSV = "HTML Format", "Rich Text Format", "Csv"

UNIT = 2
"""Bytes of a UTF-16 unit; a character has at most two."""

NO = struct.pack("<I", 0)
"""How a format says no: four bytes, not the letter 0."""

_PLACE = re.compile(rb"(StartHTML|EndHTML|StartFragment|EndFragment):\s*(-?[0-9]{1,10})")
_HEADER = 512


def wide_text(data: bytes, limit: int) -> tuple[str, bool]:
    """Return at most `limit` characters of UTF-16 up to its end mark, and whether that is all.

    Whoever reads takes one character more than `limit` of long data, so that this can be told.
    """
    text = data[: len(data) // UNIT * UNIT].decode("utf-16-le", "replace").partition("\0")[0]
    return text[:limit], len(text) <= limit


def plain(data: bytes, encoding: str) -> str:
    """Return a form that is bytes up to its end mark: UTF-8 where it is that, else `encoding`."""
    bare = data.partition(b"\0")[0]
    try:
        return bare.decode("utf-8")
    except UnicodeDecodeError:
        return bare.decode(encoding, "replace")


def page(data: bytes) -> str:
    """Return the markup of an "HTML Format": all of it, as a paste may take more than the fragment.

    Without a header that holds, everything is taken.
    """
    bare = data.partition(b"\0")[0]
    places = {name: int(number) for name, number in _PLACE.findall(bare[:_HEADER])}
    for first, last in ((b"StartHTML", b"EndHTML"), (b"StartFragment", b"EndFragment")):
        start, end = places.get(first, -1), places.get(last, -1)
        if 0 < start < end:
            return bare[start:end].decode("utf-8", "replace")
    return bare.decode("utf-8", "replace")


def says_no(data: bytes | None) -> bool:
    """Check whether a DWORD format is there and is 0; another length says nothing."""
    return data is not None and data[: len(NO)] == NO
