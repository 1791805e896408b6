"""A computer without letters for the language that is chosen says so in letters that it has.

Each case is a process of its own with fonts of its own: Qt reads them once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import fontpkg_noto_sans_devanagari
import pytest
import reportlab

from agentguard.base import translations
from agentguard.platforms import font_packages

pytestmark = pytest.mark.posix

LATIN = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
DEVANAGARI = next(Path(fontpkg_noto_sans_devanagari.ROOT).rglob("*.ttf"))
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""
SHOWN = """
import json, sys
from PySide6.QtWidgets import QApplication
from agentguard.base import translations
from agentguard.platforms import font_packages
from agentguard.ui.pages.about import LanguageCard
from agentguard.ui.run import Interface
from agentguard.ui.speech import Here, Speech
from agentguard.ui.theme import Theme
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk

language, fixed = sys.argv[1], sys.argv[2] == "fixed"
app = QApplication([])
texts = translations.load(language)
speech = Speech(
    wanted=lambda: language, choose=translations.load, fixed=lambda: fixed, brings=font_packages
)
desk = SimulatedDesk(data.act())
shown = Interface(desk, texts, Theme(app), may_quit=True, here=Here(speech=speech))
card = LanguageCard(shown.bridge, speech)
told = (card._note.text(), not card._note.isHidden())
shown.close()
print(json.dumps(told))
"""


def note(folder: Path, fonts: tuple[Path, ...], language: str, how: str = "") -> tuple[str, bool]:
    """Return what the card says below the languages, and whether that is seen."""
    for font in fonts:
        (folder / font.name).symlink_to(font)
    file = folder / "fonts.conf"
    file.write_text(FONTS.format(folder=folder), encoding="utf-8")
    own = {"FONTCONFIG_FILE": str(file), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        (sys.executable, "-c", SHOWN, language, how),
        env=os.environ | own, capture_output=True, text=True, check=False, timeout=100,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text, seen = json.loads(done.stdout.splitlines()[-1])
    return text, seen


@pytest.mark.parametrize(("language", "font"), [("hi", "Devanagari"), ("ar", "Arabic")])
def test_row_393_letters_that_are_missing_are_told_of_in_english(
    tmp_path: Path, language: str, font: str
) -> None:
    brings = font_packages(language)
    assert brings.startswith(f"Noto Sans {font}")
    wanted = translations.load().say("ui.language.no-letters", font=brings)
    assert note(tmp_path, (LATIN,), language) == (wanted, True)


def test_row_393_it_is_told_beside_what_an_administrator_chose(tmp_path: Path) -> None:
    text, seen = note(tmp_path, (LATIN,), "hi", "fixed")
    assert "Noto Sans Devanagari" in text
    assert translations.load().say("ui.language.fixed") in text
    assert seen


@pytest.mark.parametrize("language", ["hi", "es"])
def test_row_393_nothing_is_told_where_the_letters_are_there(tmp_path: Path, language: str) -> None:
    assert note(tmp_path, (LATIN, DEVANAGARI), language) == ("", False)
