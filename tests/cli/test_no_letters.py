"""The doctor and the status tell of letters that are missing, by the system's own fontconfig.

Each case is a process of its own with fonts of its own: fontconfig reads them once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import fontpkg_noto_sans_devanagari
import pytest
import reportlab

from agentguard.base import translations
from agentguard.platforms import font_packages
from tests.cli.typed import environment

pytestmark = pytest.mark.posix

LATIN = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
DEVANAGARI = next(Path(fontpkg_noto_sans_devanagari.ROOT).rglob("*.ttf"))
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""
TOLD = """
import io, json, sys
from agentguard.base import paths, settings_edit, translations
from agentguard.commands import _local, doctor, status
from agentguard.platforms import load, system_clock
from tests.cli.test_status import TOLD

settings_edit.put(paths.data_folder(), "language", sys.argv[1])
_local.ask = lambda _what: TOLD
words, out = translations.load(), sys.stdout
found = doctor.every(load(), words, system_clock())
rows = [doctor.row(one, words) for one in found if one.name == "letters"]
sys.stdout = io.StringIO()
status.COMMAND.run(type("Chosen", (), {"json": False}))
lines, sys.stdout = sys.stdout.getvalue().splitlines(), out
print(json.dumps([rows, lines]))
"""


def told(home: Path, fonts: tuple[Path, ...], language: str) -> tuple[list[dict], list[str]]:
    """Return the doctor's row of letters, and the lines of the status."""
    folder = home / "fonts"
    folder.mkdir()
    for font in fonts:
        (folder / font.name).symlink_to(font)
    file = home / "fonts.conf"
    file.write_text(FONTS.format(folder=folder), encoding="utf-8")
    done = subprocess.run(
        (sys.executable, "-c", TOLD, language),
        env=environment(home, FONTCONFIG_FILE=str(file)),
        capture_output=True, text=True, check=False, timeout=100,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows, lines = json.loads(done.stdout.splitlines()[-1])
    return rows, lines


@pytest.mark.parametrize(("language", "fonts"), [("hi", ()), ("ar", (LATIN, DEVANAGARI))])
def test_row_437_both_tell_what_to_install(
    tmp_path: Path, language: str, fonts: tuple[Path, ...]
) -> None:
    rows, lines = told(tmp_path, fonts, language)
    wanted = translations.load().say("ui.language.no-letters", font=font_packages(language))
    assert rows == [{"name": "letters", "standing": "failed", "reason": wanted}]
    assert lines[-1] == wanted


@pytest.mark.parametrize(("language", "fonts"), [("hi", (DEVANAGARI,)), ("de", ())])
def test_row_437_nothing_is_told_where_nothing_is_missing(
    tmp_path: Path, language: str, fonts: tuple[Path, ...]
) -> None:
    rows, lines = told(tmp_path, fonts, language)
    assert rows == []
    assert not [line for line in lines if "font" in line]
