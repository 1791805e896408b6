"""Draws a QR code, black on white whatever the theme, with the quiet zone that scanners need."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPixmap

QUIET = 4  # modules around it (ISO/IEC 18004)


def picture(text: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Draw `text` at about `size` logical pixels, each module on whole pixels."""
    import segno  # noqa: PLC0415 - it brings HTTP and TLS along, some 7 MiB

    matrix = segno.make(text, error="m", micro=False).matrix
    side = len(matrix) + 2 * QUIET
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for y, line in enumerate(matrix):
        for x, dark in enumerate(line):
            if dark:
                image.setPixelColor(x + QUIET, y + QUIET, QColor("black"))
    scale = max(1, round(size * ratio / side))
    drawn = QPixmap.fromImage(
        image.scaled(side * scale, side * scale, Qt.AspectRatioMode.KeepAspectRatio)
    )
    drawn.setDevicePixelRatio(ratio)
    return drawn
