"""Draws the programs' icon from `resources/icons` into agentguard.ico beside itself."""

from __future__ import annotations

import os
import struct
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication

from agentguard.ui import icons

SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
PLACE = Path(__file__).with_name("agentguard.ico")


def png(size: int) -> bytes:
    """Draw it once."""
    kept = QBuffer()
    kept.open(QIODevice.OpenModeFlag.WriteOnly)
    icons.pixmap("tray-good", size).save(kept, "PNG")
    return bytes(kept.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Put pictures into one file (ICONDIR, PNG inside as Windows Vista and later take it)."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    entries, bodies, at = b"", b"", 6 + 16 * len(pictures)
    for size, picture in pictures.items():
        side = size % 256
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), at)
        bodies += picture
        at += len(picture)
    return head + entries + bodies


def main() -> None:
    """Draw all sizes."""
    application = QGuiApplication([])
    PLACE.write_bytes(ico({size: png(size) for size in SIZES}))
    application.quit()


if __name__ == "__main__":
    main()
