"""The console's pages turn around as a whole: no style names a side that a language turns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2] / "agentguard" / "server" / "console"
SHEETS = sorted((ROOT / "static").glob("*.css"))
SIDES = re.compile(
    r"(?<![-\w])((?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*|left|right"
    r"|border-(?:top|bottom)-(?:left|right)-radius)\s*:|(?<=[: ])(left|right)(?=\s*[;}!,])"
)
FOUR = re.compile(r"(?<![-\w])(margin|padding|inset|border-width)\s*:\s*([^;{}]+)")
"""What names all four sides: top, right, bottom, left."""
PARTS = re.compile(r"[\w.%-]+\([^()]*\)|[^\s]+")
ARGUED: set[str] = set()
"""Declarations that hold in every language, as they stand."""
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def sided(sheet: str) -> Iterator[str]:
    """Give what a sheet says of a side by its name or by its place among four."""
    plain = COMMENT.sub("", sheet)
    yield from (m[0].strip() for m in SIDES.finditer(plain))
    for found in FOUR.finditer(plain):
        parts = PARTS.findall(found[2])
        if len(parts) == 4 and parts[1] != parts[3]:
            yield found[0].strip()


def test_the_search_finds_what_names_a_side() -> None:
    sheet = (
        "a { margin-left: 1px; } b { left: 0 } c { text-align: right; } d { float: left }"
        " e { padding: 0 1px 0 2px; } f { border-top-left-radius: 2px }"
    )
    assert len(list(sided(sheet))) == 6
    fine = "a { margin: 0 1px 0 1px; inset-inline-start: 0; text-align: start; } /* left: 0 */"
    assert list(sided(fine + " .right-of { color: red } b { padding: calc(1px + 2px) 0; }")) == []


def test_row_356_no_style_sheet_names_a_side() -> None:
    assert SHEETS
    found = {one for sheet in SHEETS for one in sided(sheet.read_text(encoding="utf-8"))}
    assert found == ARGUED


def test_row_356_every_page_says_its_language_and_direction() -> None:
    roots = [
        (file.name, tag)
        for file in sorted((ROOT / "templates").glob("*.html"))
        for tag in re.findall(r"<html[^>]*>", file.read_text(encoding="utf-8"))
    ]
    assert roots == [("base.html", '<html lang="{{ lang }}" dir="{{ direction }}">')]


def test_row_356_no_page_styles_an_element_by_itself() -> None:
    for file in (ROOT / "templates").glob("*.html"):
        assert " style=" not in file.read_text(encoding="utf-8"), file.name


def test_row_356_the_title_of_a_page_has_no_markup() -> None:
    """A browser shows it as it is."""
    titles = re.compile(r"{% block title %}(.*?){% endblock %}", re.DOTALL)
    for file in (ROOT / "templates").glob("*.html"):
        for title in titles.findall(file.read_text(encoding="utf-8")):
            assert not re.search(r"<\w", title), file.name
