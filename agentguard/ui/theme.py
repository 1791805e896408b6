"""Dresses the application: Fusion with our palette, sizes from the system's font."""

from __future__ import annotations

from collections.abc import Callable
from string import Template
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from agentguard.base import paths
from agentguard.ui.colours import DARK, LIGHT, Tones, prescribed
from agentguard.ui.listeners import News
from agentguard.ui.startup_icon import STYLE, Application

SANS = ("Segoe UI", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Arial")

USUAL = 9.0  # points of Windows' own letters
NEARLY = 0.95

OF_ITS_OWN = (
    "QMenu",
    "QMenuBar",
    "QMessageBox",
    "QStatusBar",
    "QTipLabel",
    "QAbstractItemView",
)
"""The classes for which a platform of Qt names a font beside the application's (QPlatformTheme)."""


class Theme(QObject):
    """Follows the system's light or dark scheme and its wish for contrast.

    `changed` tells the windows to paint their icons again.
    """

    def __init__(self, app: QApplication, scale: Callable[[], float] = lambda: 1.0) -> None:
        super().__init__(app)
        self.changed: News[()] = News()
        self._app, self._scaled = app, False
        if not isinstance(app, Application):  # which has it already
            app.setStyle(STYLE)
        self._scale, self._letters = scale, scale()
        self._base = unscaled(points_of(app.font()), self._letters)
        app.setFont(self._sized(app.font()))
        self.tones = LIGHT
        self._dress()
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._dress)
        hints.installEventFilter(self)
        accessibility = getattr(hints, "accessibility", None)  # Qt 6.10
        if accessibility is not None:
            accessibility().contrastPreferenceChanged.connect(self._dress)

    def look(self) -> bool:
        """Take the size of letters that is wished for now; tell whether it is another one."""
        now = self._scale()
        if now == self._letters:
            return False
        self._letters = now
        self._app.setFont(self._sized(self._app.font()))
        self._apply()
        return True

    def _sized(self, font: QFont) -> QFont:
        """Return a font with the letters that are wished for; a system without a wish has its own.

        A system that makes its own font larger with the wish does not do so twice.
        """
        sized = _plain(font)
        if self._letters != 1.0 or self._scaled:
            self._scaled = True
            sized.setPointSizeF(self._base * self._letters)
        return sized

    def force(self, scheme: Qt.ColorScheme) -> None:
        """Take one scheme, whatever the system's is."""
        self.tones = self._chosen(scheme)
        self._apply()

    def _dress(self) -> None:
        self.force(self._app.styleHints().colorScheme())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Hear on Qt's hints, to which little is sent, that the system has another theme."""
        if event.type() is QEvent.Type.ThemeChange:
            QTimer.singleShot(0, self._follow_contrast)
        return super().eventFilter(watched, event)

    def _follow_contrast(self) -> None:
        """Take the colours of another contrast theme: the wish for contrast is as it was before."""
        if not self._wants_contrast():
            return
        if prescribed(self._of_the_system()) != self.tones:
            self._dress()
        else:
            self._app.setPalette(_palette(self.tones))

    def _chosen(self, scheme: Qt.ColorScheme) -> Tones:
        if self._wants_contrast():
            return prescribed(self._of_the_system())
        return DARK if scheme is Qt.ColorScheme.Dark else LIGHT

    def _of_the_system(self) -> QPalette:
        """Return the system's colours as they are now: they change while the program runs."""
        self._app.setPalette(QPalette())  # ours lies over them until it is taken away
        return QPalette(self._app.palette())

    def _wants_contrast(self) -> bool:
        accessibility = getattr(self._app.styleHints(), "accessibility", None)
        if accessibility is None:
            return False
        return bool(accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast)

    def _apply(self) -> None:
        self._app.setPalette(_palette(self.tones))
        self._app.setStyleSheet(_style(self.tones, points_of(self._app.font())))
        self._dress_letters()
        self.changed.tell()

    def _dress_letters(self) -> None:
        """Do for menus, lists and hints what was done for the application's font.

        A style sheet, when it is set, brings the system's fonts of these classes back.
        """
        named: Any = self._app  # PySide6's types want bytes for a class' name, the binding text
        for name in OF_ITS_OWN:
            named.setFont(self._sized(named.font(name)), name)


def points_of(font: QFont) -> float:
    """Return the size of a font in points.

    Qt looks for the typeface, and reads every one of the system, only where the size is in pixels:
    2 MiB that a desk on which nothing is shown does without.
    """
    points = font.pointSizeF()
    return points if points > 0 else QFontInfo(font).pointSizeF()


def unscaled(points: float, scale: float) -> float:
    """Return the size of the system's font as it is without a wish for larger letters.

    Some Windows makes its own font larger by the same factor, and some does not; nobody tells which
    but the size itself, for without the wish it has nine points.
    """
    return points / scale if points >= NEARLY * USUAL * scale else points


def _plain(font: QFont) -> QFont:
    """Keep the system's family; one that is missing is not to be replaced by one with serifs."""
    kept = QFont(font)
    kept.setFamilies([font.family(), *SANS])
    kept.setStyleHint(QFont.StyleHint.SansSerif)
    return kept


def _palette(tones: Tones) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in (
        (role.Window, tones.ground),
        (role.WindowText, tones.text),
        (role.Base, tones.card),
        (role.AlternateBase, tones.ground),
        (role.Text, tones.text),
        (role.PlaceholderText, tones.muted),
        (role.Button, tones.card),
        (role.ButtonText, tones.text),
        (role.Highlight, tones.accent),
        (role.HighlightedText, tones.on_accent),
        (role.ToolTipBase, tones.card),
        (role.ToolTipText, tones.text),
        (role.Link, tones.accent),
    ):
        palette.setColor(which, QColor(colour))
    return palette


def _style(tones: Tones, points: float) -> str:
    """Fill the style sheet: colours by name, font sizes as multiples of the system's."""
    template = Template((paths.resources() / "qss" / "agentguard.qss").read_text(encoding="utf-8"))
    sizes = {
        "small": f"{points * 0.92:.1f}pt",
        "body": f"{points * 1.08:.1f}pt",
        "large": f"{points * 1.3:.1f}pt",
        "huge": f"{points * 1.9:.1f}pt",
    }
    colours = {name: getattr(tones, name) for name in tones.__slots__}
    return template.substitute(colours | sizes)
