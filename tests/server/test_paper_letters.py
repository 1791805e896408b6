"""A paper is in the language of who makes it, and never in letters that it cannot show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.server.evidence import shelf
from agentguard.server.evidence.making import Maker
from agentguard.server.feeds import printed_floor
from agentguard.server.paper_letters import DRAWN, can_write, drawable, words_of
from agentguard.server.store.floor import pages
from tests.server.test_spoken import submit

SAID = re.compile(
    r"(evidence\.paper|exports\.paper|paper\.incident|console\.(response|tier|severity|incident))\."
)


@pytest.mark.parametrize("language", sorted(DRAWN))
def test_row_357_every_sentence_on_paper_is_drawn_as_it_is_written(language: str) -> None:
    words = translations.load(language)
    texts = [words.sentences[id_] for id_ in words.sentences if SAID.match(id_)]
    assert len(texts) > 150
    assert [text for text in texts if drawable(text) != text] == []


def test_row_357_what_cannot_be_drawn_is_in_english_and_no_broken_letter_is_shown() -> None:
    assert set(SPOKEN) - DRAWN == {"ar", "hi"}
    assert [words_of(translations.load(one)).language for one in SPOKEN] == [
        one if one in DRAWN else "en" for one in SPOKEN
    ]
    assert drawable("Ana Muñoz – Größe … हिन्दी") == f"Ana Muñoz – Größe … {'?' * 6}"  # noqa: RUF001


def test_row_357_a_name_in_other_letters_does_not_break_the_paper(
    running: Any, new_desk: Any
) -> None:
    new_desk(team="فريق", label="مكتب-7")
    desks = running.admin._database.run(lambda c: pages.desks(c, None))
    made = printed_floor.floor_report(desks, translations.load("de"), running.time(), 900.0, "sam")
    text = "".join(page.get_textpage().get_text_range() for page in PdfDocument(made))
    assert "????-7" in text
    assert "■" not in text


def test_row_357_a_pack_is_made_in_the_language_of_who_ordered_it(tmp_path: Path) -> None:
    asked: Any = None
    maker = Maker(database=asked, keys=asked, data=tmp_path, words=translations.load("fr"), now=0.0)
    found = [shelf.speaking(maker, one).words.language for one in ("es", "hi", "ar", "")]
    assert found == ["es", "en", "en", "fr"]


@pytest.mark.parametrize("language", ["de", "ar"])
def test_row_357_the_console_says_before_that_a_paper_is_in_english(
    browser: Any, language: str
) -> None:
    submit(browser, language)
    said = translations.load(language).say("console.exports.in-english")
    for path in ("/exports", "/evidence"):
        assert (said in browser.get(path).text) is not can_write(language), path
