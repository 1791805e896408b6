"""The page of the second factor: a key is registered, codes are made, and a sheet is saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from agentguard.model.messages import say
from agentguard.ports.people import Factors
from agentguard.ui import qr
from agentguard.ui.pages.factors import FactorsPage
from tools.gallery import content
from tools.gallery.desk import RIGHT_CODE, RIGHT_PIN

KEYS = Factors(leave=True, codes=7, registers=True, asks_pin=True)


@pytest.fixture
def make(rig, qtbot) -> Any:
    def made(can: Factors = KEYS) -> tuple[Any, FactorsPage]:
        one = rig(None, can=can)
        page = FactorsPage(one.bridge, one.theme)
        qtbot.addWidget(page)
        page.show()
        page.opened()
        return one, page

    return made


def press(qtbot, widget: QWidget, text: str) -> None:
    button = next(b for b in widget.findChildren(QPushButton) if b.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_says_how_it_stands(make) -> None:
    one, page = make()
    assert "No key of yours is registered yet." in one.said(page)
    assert "You have 7 offline codes left." in one.said(page)
    one, page = make(Factors(key=True, registers=True))
    assert "A key of yours is registered." in one.said(page)
    one, page = make(Factors())
    assert "neither Windows Hello nor a way to security keys" in one.said(page)
    assert not [b for b in page.findChildren(QPushButton) if b.text() == "Register my key"]


def test_a_key_is_registered_and_shown_as_a_picture_and_as_text(make, qtbot) -> None:
    one, page = make()
    press(qtbot, page, "Register my key")
    assert "Type the PIN of your key first." in one.said(page)
    qtbot.keyClicks(page._pin, "1111")
    press(qtbot, page, "Register my key")
    assert page._pin.text() == ""
    one.until(lambda: "The PIN is not right" in one.said(page))
    qtbot.keyClicks(page._pin, RIGHT_PIN)
    press(qtbot, page, "Register my key")
    one.until(lambda: "Your key is registered." in one.said(page))
    shown = [w for w in page.findChildren(QLabel) if "QR code" in w.accessibleName()]
    assert not shown[0].pixmap().isNull()
    press(qtbot, page, "Copy the text")
    assert QGuiApplication.clipboard().text() == content.KEY.lines


def test_codes_are_made_for_a_code_and_seen_once(make, qtbot) -> None:
    one, page = make()
    press(qtbot, page, "Make new codes")
    assert "Type your code first." in one.said(page)
    qtbot.keyClicks(page._code, "000000")
    press(qtbot, page, "Make new codes")
    one.until(lambda: one.texts.render(say("mfa.wrong")) in one.said(page))
    assert content.CODES[0] not in one.said(page)
    qtbot.keyClicks(page._code, RIGHT_CODE)
    qtbot.keyClick(page._code, Qt.Key.Key_Return)
    one.until(lambda: all(code in one.said(page) for code in content.CODES))
    page.opened()
    assert content.CODES[0] not in one.said(page)


def test_the_sheet_is_a_page_to_print(make, qtbot, tmp_path: Path) -> None:
    one, page = make()
    qtbot.keyClicks(page._code, RIGHT_CODE)
    press(qtbot, page, "Make new codes")
    one.until(lambda: content.CODES[0] in one.said(page))
    page.where = lambda: ""
    press(qtbot, page, "Save a sheet to print")
    file = tmp_path / "sheet.pdf"
    page.where = lambda: str(file)
    press(qtbot, page, "Save a sheet to print")
    assert file.read_bytes().startswith(b"%PDF")
    assert "Print the sheet, then remove the file." in one.said(page)
    page.where = lambda: str(tmp_path / "none" / "sheet.pdf")
    press(qtbot, page, "Save a sheet to print")
    assert "could not be saved there" in one.said(page)


def test_what_fails_is_said(make, qtbot) -> None:
    one, page = make()

    def fails(*_: object) -> None:
        raise OSError

    one.desk.new_codes = one.desk.register_key = fails
    qtbot.keyClicks(page._code, RIGHT_CODE)
    press(qtbot, page, "Make new codes")
    one.until(page._makes.isEnabled)
    qtbot.keyClicks(page._pin, RIGHT_PIN)
    press(qtbot, page, "Register my key")
    one.until(page._registers.isEnabled)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_qr_code_has_its_quiet_zone_and_whole_modules(qapp, ratio) -> None:
    drawn = qr.picture("otpauth://example", 160, ratio)
    image = drawn.toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert drawn.devicePixelRatio() == ratio
    colours = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(0, image.height(), 3)
    }
    assert colours == {"#ffffff", "#000000"}
    assert all(image.pixelColor(x, 2).name() == "#ffffff" for x in range(image.width()))
