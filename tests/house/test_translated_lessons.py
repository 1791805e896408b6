"""Each language says each lesson that ships, of the version of now, and in a few words.

Beside them stand what people said back in English of a hundred sentences of each language.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest

from agentguard.base import languages, lesson_file, lessons, paths
from tools import translating

LESSONS = paths.resources() / "lessons"
FOREIGN = languages.SPOKEN[1:]
BACK = translating.LEDGERS / "back"
ENGLISH = translating.lesson_sentences(languages.ENGLISH)
LONGER, MORE = 1.6, 24
"""How much longer than the English a text may be: so many times, and so many letters more."""
STOPS = {".": ".।", "?": "?؟", "!": "!", ":": ":"}
SIGNS = re.compile("[\u2066-\u2069\u200e\u200f\u202a-\u202e]|(?![0-9])\\d")
"""Signs that turn the text around, and digits that are not western."""


def each(language: str) -> Iterator[tuple[str, str, str]]:
    """Give each text of a language's lessons with its English."""
    for id_, text in translating.lesson_sentences(language).items():
        yield id_, text, ENGLISH[id_]


def most(id_: str) -> int:
    """Give how many words a text may have: a card as many as in English, others a few more."""
    if re.search(r"/card-\d+/text$", id_):
        return lesson_file.CARD_WORDS
    limits = {
        "title": lesson_file.TITLE_WORDS,
        "ask": lesson_file.ASK_WORDS,
        "text": lesson_file.CHOICE_WORDS,
        "why": lesson_file.WHY_WORDS,
        "acknowledge": lesson_file.PROMISE_WORDS,
    }
    return int(limits[id_.rpartition("/")[2]] * LONGER)


@pytest.mark.parametrize("language", FOREIGN)
def test_every_lesson_is_said_of_its_version_and_shape(language: str) -> None:
    assert translating.lessons_left(language) == []
    files = {one.name for one in (LESSONS / language).iterdir()}
    assert files == {f"{one.id}.toml" for one in lessons.load()}


def test_no_folder_is_of_a_language_that_is_not_spoken() -> None:
    assert {one.name for one in LESSONS.iterdir() if one.is_dir()} == set(FOREIGN)


@pytest.mark.parametrize("language", FOREIGN)
def test_every_text_of_a_lesson_is_plain_and_short(language: str) -> None:
    wrong = []
    for id_, text, english in each(language):
        simple = bool(re.search(r"/card-\d+/text$", id_))
        fault, word = lesson_file.fault(text, most(id_), simple_markdown=simple)
        long = len(text) > len(english) * LONGER + MORE
        if fault or long or SIGNS.search(text):
            wrong.append((id_, fault or ("long" if long else "sign"), word or text))
    assert wrong == []


@pytest.mark.parametrize("language", FOREIGN)
def test_no_text_of_a_lesson_is_left_in_english(language: str) -> None:
    assert [id_ for id_, text, english in each(language) if text == english] == []
    texts = list(translating.lesson_sentences(language).values())
    assert [one for one in texts if texts.count(one) > 1 and len(one) > MORE] == []


@pytest.mark.parametrize("language", FOREIGN)
def test_a_text_of_a_lesson_ends_as_the_english_does(language: str) -> None:
    wrong = [
        (id_, text)
        for id_, text, english in each(language)
        if text[-1] not in STOPS.get(english[-1], text[-1])
        or (text[-1] in ".।" and english[-1] not in STOPS)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", FOREIGN)
def test_emphasis_and_lists_stand_as_in_the_english(language: str) -> None:
    def shape(text: str) -> tuple[int, int]:
        return text.count("**"), len(re.findall(r"^- ", text, re.MULTILINE))

    assert [id_ for id_, text, english in each(language) if shape(text) != shape(english)] == []


@pytest.mark.parametrize("language", FOREIGN)
def test_a_hundred_sentences_were_said_back_as_they_stand(language: str) -> None:
    """A sentence that changed is said back anew, by somebody who does not look at the English."""
    said = translating.all_said(language)
    with (BACK / f"{language}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [row for row in rows if len(row) != 3 or not row[2].strip()] == []
    assert len({id_ for id_, *_ in rows}) == len(rows) == translating.DRAWN
    assert [(id_, said.get(id_), text) for id_, text, _ in rows if said.get(id_) != text] == []
