"""The page of the second factor: a key is registered here, and offline codes are made.

The codes can be printed: a PDF with boxes to cross out.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QMarginsF, Qt
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QLabel, QLineEdit, QPushButton

from agentguard.base import atomic_files
from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.ports.people import ListedKey
from agentguard.ui import qr
from agentguard.ui.app_card import AppCard
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page
from agentguard.ui.widgets import GAP, button, code_field, column, empty, frame, label, row

QR = 22 * GAP
COLUMNS = 2
RESOLUTION = 300
MARGIN = 20.0  # millimetres


class FactorsPage(PageFrame):
    """What a person proves with; nothing of it is kept by the window."""

    page = Page.FACTORS

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._can = bridge.desk.factors()
        self._codes: tuple[str, ...] = ()
        self._key_state, self._key_said = label("", "muted"), self.status()
        self._code_state, self._code_said = label("", "muted"), self.status()
        self._pin = code_field(self.texts, "ui.proof.pin-hint", self._register)
        self._pin.setAccessibleName(self.texts.say("ui.proof.pin"))
        self._code = code_field(self.texts, "ui.factors.code-hint", self._make)
        self._registers = button(self.texts.say("ui.factors.register"), self._register, main=True)
        self._makes = button(self.texts.say("ui.factors.make"), self._make, main=True)
        self._registered, self._made = column(gap=GAP), column(gap=GAP)
        self.body.addWidget(self._key_card())
        self._app = AppCard(bridge, self._codes_came)
        self.body.addWidget(self._app)
        self.body.addWidget(self._code_card())

    def opened(self) -> None:
        """Tell how it stands; what was shown before is gone."""
        self._can = self.bridge.desk.factors()
        self._codes = ()
        self._app.forget()
        self._app.setVisible(self._can.apps)
        empty(self._registered)
        empty(self._made)
        for said in (self._key_said, self._code_said):
            tell(said, "")
        key = "registered" if self._can.key else "not-registered"
        self._key_state.setText(
            self.texts.say(f"ui.factors.{key if self._can.registers else 'no-way'}")
        )
        self._code_state.setText(self.texts.say("ui.factors.left", count=self._can.codes))

    def _key_card(self) -> QFrame:
        card = frame("card")
        lines = column(card, margin=3 * GAP, gap=GAP)
        lines.addWidget(label(self.texts.say("ui.factors.key"), "heading"))
        lines.addWidget(self._key_state)
        if self._can.registers:
            if self._can.asks_pin:
                lines.addWidget(self._caption("ui.proof.pin", self._pin))
                lines.addWidget(self._pin)
            lines.addWidget(self._registers, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addWidget(self._key_said)
        lines.addLayout(self._registered)
        return card

    def _code_card(self) -> QFrame:
        card = frame("card")
        lines = column(card, margin=3 * GAP, gap=GAP)
        lines.addWidget(label(self.texts.say("ui.factors.codes"), "heading"))
        lines.addWidget(self._code_state)
        lines.addWidget(self._caption("ui.factors.code", self._code))
        line = row(gap=GAP)
        line.addWidget(self._code, 1)
        line.addWidget(self._makes)
        lines.addLayout(line)
        lines.addWidget(self._code_said)
        lines.addLayout(self._made)
        return card

    def _caption(self, words: str, field: QLineEdit) -> QLabel:
        made = label(self.texts.say(words), "strong")
        made.setBuddy(field)
        return made

    def _register(self) -> None:
        pin, window = self._pin.text(), int(self.window().winId())
        self._pin.clear()
        if self._can.asks_pin and not pin:
            tell(self._key_said, self.texts.say("ui.proof.no-pin"), "wrong")
            return
        empty(self._registered)
        self._wait(self._registers, self._key_said, "ui.proof.touch")
        self.bridge.later(
            lambda: self.bridge.desk.register_key(pin, window),
            self._key_came,
            lambda problem: self._failed(self._registers, self._key_said, problem),
        )

    def _key_came(self, came: ListedKey | Message) -> None:
        self._registers.setEnabled(True)
        if isinstance(came, Message):
            tell(self._key_said, self.texts.render(came), "wrong")
            return
        tell(self._key_said, self.texts.say("ui.factors.registered-now"), "right")
        lines = came.lines
        shown = label(wrap=False)
        shown.setPixmap(qr.picture(lines, QR, self.devicePixelRatioF()))
        shown.setAccessibleName(self.texts.say("ui.factors.qr"))
        self._registered.addWidget(shown)
        copy = button(self.texts.say("ui.factors.copy"), lambda: _copy(lines))
        self._registered.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)

    def _make(self) -> None:
        code = self._code.text().strip()
        self._code.clear()
        if not code:
            tell(self._code_said, self.texts.say("ui.prompt.no-code"), "wrong")
            return
        empty(self._made)
        self._wait(self._makes, self._code_said, "ui.prompt.checking")
        self.bridge.later(
            lambda: self.bridge.desk.new_codes(code),
            self._codes_came,
            lambda problem: self._failed(self._makes, self._code_said, problem),
        )

    def _codes_came(self, came: tuple[str, ...] | Message) -> None:
        self._makes.setEnabled(True)
        if isinstance(came, Message):
            tell(self._code_said, self.texts.render(came), "wrong")
            return
        self._codes = came
        tell(self._code_said, self.texts.say("ui.factors.made"), "right")
        self._code_state.setText(self.texts.say("ui.factors.left", count=len(came)))
        grid = frame("plain")
        cells = QGridLayout(grid)
        for place, code in enumerate(came):
            cells.addWidget(label(code, "code", wrap=False), place // COLUMNS, place % COLUMNS)
        self._made.addWidget(grid)
        save = button(self.texts.say("ui.factors.save"), self._save)
        self._made.addWidget(save, 0, Qt.AlignmentFlag.AlignLeft)

    def _save(self) -> None:
        file = self.where()
        if not file:
            return
        saved = save_sheet(Path(file), self._codes, self.texts)
        words = "ui.factors.saved" if saved else "ui.factors.not-saved"
        tell(self._code_said, self.texts.say(words), "right" if saved else "wrong")

    def where(self) -> str:
        """Ask where the sheet is to be saved; empty for nowhere."""
        title, name = self.texts.say("ui.factors.save"), self.texts.say("ui.factors.file")
        file, _ = QFileDialog.getSaveFileName(self, title, name, "PDF (*.pdf)")
        return file

    def _wait(self, pressed: QPushButton, said: QLabel, words: str) -> None:
        pressed.setEnabled(False)
        tell(said, self.texts.say(words), "muted")

    def _failed(self, pressed: QPushButton, said: QLabel, problem: str) -> None:
        pressed.setEnabled(True)
        tell(said, problem, "wrong")


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def save_sheet(file: Path, codes: Sequence[str], texts: Texts) -> bool:
    """Write it; tell whether it could be written."""
    writer = QPdfWriter(str(file))
    writer.setResolution(RESOLUTION)
    writer.setTitle(texts.say("ui.factors.sheet-title"))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setHtml(_sheet(codes, texts))
    try:
        atomic_files.blank(file)
    except OSError:
        return False
    document.print_(writer)
    return file.stat().st_size > 0


def _sheet(codes: Sequence[str], texts: Texts) -> str:
    rows = "".join(
        f'<tr><td style="font-size:18pt">&#9744;&nbsp;&nbsp;</td>'
        f'<td style="font-family:monospace;font-size:18pt">{escape(code)}</td></tr>'
        for code in codes
    )
    title, lead = texts.say("ui.factors.sheet-title"), texts.say("ui.factors.sheet-lead")
    return (
        f'<h1>{escape(title)}</h1><p style="font-size:12pt">{escape(lead)}</p><table>{rows}</table>'
    )
