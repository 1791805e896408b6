"""The forms in which programs offer what was copied, by their names under X11 and Wayland."""

from __future__ import annotations

from typing import Literal

TEXTS = (
    ("UTF8_STRING", "utf-8"),
    ("text/plain;charset=utf-8", "utf-8"),
    ("STRING", "latin-1"),
    ("TEXT", "utf-8"),
)
"""The targets that are text, the best first, with their encodings."""

Kind = Literal["html", "rtf", "csv", "files"]

SECRETS = (
    "x-kde-passwordManagerHint",
    "application/x-nspasteboard-concealed-type",
    "ExcludeClipboardContentFromMonitorProcessing",
)
"""Targets by which an owner says: do not keep this (KeePassXC, Bitwarden, Firefox, Wine)."""

FLAVOURS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("html", ("text/html",)),
    ("rtf", ("text/rtf", "application/rtf", "text/richtext")),
    ("csv", ("text/csv",)),
    ("files", ("text/uri-list", "x-special/gnome-copied-files")),
)
"""The targets that say it in another form, as far as they are judged."""

LONGEST_CHARACTER = 4  # bytes in UTF-8


def decoded(data: bytes) -> str:
    """Decode a form's markup; some browsers (Firefox) give UTF-16 with a mark."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")
