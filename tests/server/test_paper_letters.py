"""A paper is in the language of who makes it, in its letters and from its side."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import SimpleDocTemplate

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.server.evidence import shelf
from agentguard.server.evidence.making import Maker
from agentguard.server.feeds import printed_floor
from agentguard.server.papers import faces
from agentguard.server.papers.pen import drawable, pen_of
from agentguard.server.papers.shaping import Shaped
from agentguard.server.papers.written import Written, written
from agentguard.server.store.floor import pages
from tests.server.test_spoken import submit

SAID = re.compile(
    r"(evidence\.paper|exports\.paper|paper\.incident|console\.(response|tier|severity|incident))\."
)
STYLE = ParagraphStyle("plain", fontName="Helvetica", fontSize=10, leading=12)
WIDTH = 200.0


def text_of(made: bytes) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in PdfDocument(made))


def place_of(made: bytes, wanted: str) -> tuple[float, float]:
    """Return where the first letter of a text begins and its last ends (points)."""
    text = PdfDocument(made)[0].get_textpage()
    at = text.get_text_range().index(wanted)
    boxes = [text.get_charbox(one) for one in range(at, at + len(wanted))]
    return min(box[0] for box in boxes), max(box[2] for box in boxes)


def floor(running: Any, language: str) -> bytes:
    desks = running.admin._database.run(lambda c: pages.desks(c, None))
    words = translations.load(language)
    return printed_floor.floor_report(desks, words, running.time(), 900.0, "sam")


@pytest.mark.parametrize("language", SPOKEN)
def test_row_357_every_sentence_on_paper_is_drawn_as_it_is_written(language: str) -> None:
    words = translations.load(language)
    texts = [words.sentences[id_] for id_ in words.sentences if SAID.match(id_)]
    assert len(texts) > 150
    assert [text for text in texts if drawable(str(text)) != text] == []


def test_row_357_a_letter_of_no_typeface_is_a_question_mark() -> None:
    said = "Ana Muñoz – Größe … हिन्दी مكتب łódź ½"  # noqa: RUF001
    assert drawable(said) == said
    assert drawable("東京 7 😀") == "?? 7 ?"


def test_row_357_a_name_in_other_letters_is_on_the_paper_of_every_language(
    running: Any, new_desk: Any
) -> None:
    new_desk(team="فريق", label="مكتب")
    new_desk(team="東京", label="डेस्क")
    for language in ("de", "hi", "ar"):
        text = text_of(floor(running, language))
        assert "مكتب" in text, language
        assert "डेस्क" in text or language == "ar", "a reader turns other letters there as well"
        assert "??" in text, language
        assert "■" not in text, language


def test_row_357_a_pack_is_made_in_the_language_of_who_ordered_it(tmp_path: Path) -> None:
    asked: Any = None
    maker = Maker(database=asked, keys=asked, data=tmp_path, words=translations.load("fr"), now=0.0)
    found = [shelf.speaking(maker, one).words.language for one in ("es", "hi", "ar", "")]
    assert found == ["es", "hi", "ar", "fr"]


@pytest.mark.parametrize("language", ["hi", "ar"])
def test_row_357_the_console_gives_the_paper_in_the_persons_letters(
    browser: Any, language: str
) -> None:
    submit(browser, language)
    made = browser.get("/exports/floor.pdf").content
    assert translations.load(language).say("exports.paper.none") in text_of(made)


def test_row_391_letters_are_joined_and_composed_as_their_script_wants() -> None:
    def shapes(text: str, own: str) -> list[tuple[str, int]]:
        shaped = Shaped(text, faces.REGULAR, own, right_to_left=own == faces.ARABIC)
        (piece,) = shaped.pieces(0, len(shaped.text))
        return [(one.text, one.glyphs[0].id) for one in piece.clusters]

    joined = shapes("للل", faces.ARABIC)
    assert len({glyph for _, glyph in joined}) == 3, "a first, a middle and a last one"
    assert [text for text, _ in shapes("سلم", faces.ARABIC)] == list("ملس"), "from the left"
    assert [text for text, _ in shapes("क्षण", faces.DEVANAGARI)] == ["क्ष", "ण"]
    (alone,), (composed, _) = shapes("क", faces.DEVANAGARI), shapes("क्षण", faces.DEVANAGARI)
    assert alone[1] != composed[1]
    assert shapes("कि", faces.DEVANAGARI)[0][1] != alone[1], "the vowel stands before its letter"


def test_row_391_a_paper_from_right_to_left_is_mirrored(running: Any, new_desk: Any) -> None:
    new_desk(team="Billing", label="desk-one")
    made = floor(running, "ar")
    from_left = floor(running, "hi")
    wide = PdfDocument(made)[0].get_width()
    never = {one: translations.load(one).say("exports.paper.never") for one in ("ar", "hi")}
    assert place_of(made, "Billing")[1] == pytest.approx(wide - printed_floor.MARGIN, abs=8)
    assert place_of(from_left, "Billing")[0] == pytest.approx(printed_floor.MARGIN, abs=8)
    assert place_of(made, never["ar"])[1] < place_of(made, "desk")[0], "the last column is left"
    assert place_of(from_left, never["hi"])[0] > place_of(from_left, "desk")[1]


@pytest.mark.parametrize("language", ["hi", "ar"])
def test_row_391_what_is_drawn_is_found_and_copied_as_it_was_written(language: str) -> None:
    words = translations.load(language)
    said = words.say("exports.paper.title")
    out = io.BytesIO()
    SimpleDocTemplate(out).build([pen_of(words, 300).write(said, STYLE)])
    assert text_of(out.getvalue()).strip() == said


@pytest.mark.parametrize("own", [faces.ARABIC, faces.DEVANAGARI, faces.LATIN])
def test_row_391_no_line_is_wider_than_its_column_and_no_letter_is_lost(own: str) -> None:
    words = {faces.ARABIC: "اترك الحاسوب يعمل ليلًا", faces.DEVANAGARI: "रिपोर्ट नहीं मिली"}
    text = f"{words.get(own, 'łódź')} 2026-09-21 13:00 UTC desk-07 {'w' * 90} end " * 5
    shaped = Shaped(text.strip(), faces.REGULAR, own, right_to_left=own == faces.ARABIC)
    paragraph = Written(shaped, STYLE, right_to_left=own == faces.ARABIC)
    paragraph.wrap(WIDTH, 1000)
    lines = list(paragraph._lines or ())
    assert [one for one in lines if paragraph._wide(one) > WIDTH + 1] == []
    kept = "".join(shaped.text[one.start : one.end] for one in lines)
    assert kept.replace(" ", "") == shaped.text.replace(" ", "")


def test_row_391_a_paragraph_goes_on_on_the_next_page() -> None:
    paragraph = written("मिली " * 400, STYLE, faces.DEVANAGARI, right_to_left=False)
    _, whole = paragraph.wrap(WIDTH, 1000)
    first, rest = paragraph.split(WIDTH, whole / 3)
    parts = [one.wrap(WIDTH, 1000)[1] for one in (first, rest)]
    assert parts[0] <= whole / 3
    assert sum(parts) == pytest.approx(whole)
    assert paragraph.split(WIDTH, 3.0) == []


def test_row_391_each_shape_is_in_a_paper_once_and_a_font_holds_no_more_than_it_can() -> None:
    text = "".join(map(chr, range(0x0900, 0x0980))) + "".join(map(chr, range(0x00C0, 0x0180)))
    shown = drawable(f"अ {text} {text}")
    out = io.BytesIO()
    SimpleDocTemplate(out).build([written(shown, STYLE, faces.DEVANAGARI, right_to_left=False)])
    made = out.getvalue()
    assert made.count(b"/Type3") >= 2
    widths = [int(one) for one in re.findall(rb"/LastChar (\d+)", made)]
    assert max(widths) <= 255
    found = text_of(made)
    assert all(sign in found for sign in "अकŁž")
