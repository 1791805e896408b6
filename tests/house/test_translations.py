"""Each language says all that it is to say, of the English of now, in the forms of its own.

Which files those are stands in `tools/translated/files.toml`; how a language is added in
`docs/translating.md`.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from agentguard.base import cldr, languages, paths, translations
from agentguard.base.translations import Plural
from tests.unit.detect.files.test_reasons import REASONS
from tools import translating

ENGLISH = translating.english()
WANTED = translating.wanted()
FOREIGN = languages.SPOKEN[1:]
LONGER, MORE = 1.6, 24
"""How much longer than the English a sentence may be: so many times, and so many letters more."""
STOPS = {".": ".।", "?": "?؟", "…": "…", ":": ":"}
NEVER = re.compile(r"\b1\b")
HOURS = {
    "es": re.compile(r"\b[Ll]as? \{time\}"),
    "pt-BR": re.compile(r"\b(?:[ÀàAa]|da)s? \{time\}"),
    "fr": re.compile(r"(?<!jusqu')\b[Àà] \{time\}"),
    "de": re.compile(r"\b[Uu]m \{time\}"),
    "hi": re.compile(r"\{time\} बजे"),
}
TODAY = ("attention.later-", "mode.shield.soon-", "mode.shield.short.soon-")
"""Sentences whose time is one of the next minutes or hours."""
ISOLATES = re.compile("[\u2066-\u2069\u200e\u200f\u202a-\u202e]")


def said(language: str) -> dict[str, str]:
    """Give what a language says of the files that are to be translated."""
    return translating.sentences(language, WANTED.every)


def placeholders(sentence: str) -> Counter[str]:
    """Count the names between braces."""
    return Counter(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def forms(sentence: str) -> Mapping[str, str]:
    """Give the forms of a sentence; of one that does not count, the one that it has."""
    return sentence.forms if isinstance(sentence, Plural) else {"other": sentence}


def words(sentence: str) -> str:
    """Give the letters of a sentence that are not between braces."""
    return "".join(
        c for text, *_ in string.Formatter().parse(sentence) for c in text if c.isalpha()
    )


def covers_more(language: str, form: str) -> bool:
    """Check whether a form is said of other numbers than the one it is called after."""
    alone = {"zero": 0, "one": 1, "two": 2}.get(form)
    return any(n != alone and cldr.PLURALS[language](n) == form for n in range(10_000))


def each(language: str) -> Iterator[tuple[str, str, str]]:
    """Give each sentence with its English."""
    for id_, text in said(language).items():
        if id_ in ENGLISH:
            yield id_, text, ENGLISH[id_]


def test_why_a_file_was_not_read_is_said_in_every_language() -> None:
    """No code asks for one by its name: it comes with the file, to the card and the page."""
    assert set(REASONS) - translating.desk().keys() == set()


@pytest.mark.parametrize("language", FOREIGN)
def test_nothing_is_missing(language: str) -> None:
    assert translating.missing(language) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_nothing_is_stale(language: str) -> None:
    """To see what changed: python3 dev.py texts; when it is mended: --done LANGUAGE."""
    assert translating.stale(language) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_nothing_is_said_that_english_does_not_say(language: str) -> None:
    folder = paths.resources() / "text" / language
    english = translations.load().sentences
    known = translations.Sentences(folder, language)
    assert [id_ for id_ in known if id_ not in english] == []
    assert set(translating.ledger(language)) <= {*ENGLISH, *translating.lesson_marks()}


@pytest.mark.parametrize("language", FOREIGN)
def test_nothing_is_left_in_english(language: str) -> None:
    argued = WANTED.same.get(language, ())
    same = [i for i, text, english in each(language) if text == english and words(text)]
    assert sorted(set(same) - set(argued) - set(WANTED.same["every"])) == []
    assert sorted(set(argued) - set(same)) == []  # an argument that is no longer needed


@pytest.mark.parametrize("language", FOREIGN)
def test_nothing_is_too_long(language: str) -> None:
    """A button grows with its words; what is far longer than the English is cut or wraps badly."""
    long = [
        (id_, len(form), most)
        for id_, text, english in each(language)
        for form in forms(text).values()
        if len(form) > (most := int(max(map(len, forms(english).values())) * LONGER) + MORE)
    ]
    assert long == []


@pytest.mark.parametrize("language", FOREIGN)
def test_every_placeholder_stands_in_every_form(language: str) -> None:
    """Only the number itself may be left out, by a form that is said of one number alone."""
    wrong = []
    for id_, text, english in each(language):
        wanted = placeholders(english)
        for name, form in forms(text).items():
            by = text.by if isinstance(text, Plural) else ""
            free = {by} if name == "none" or not covers_more(language, name) else set()
            english_form = placeholders(forms(english).get(name, english))
            asked = {n for n in wanted if n not in free and (n in english_form or n == by)}
            if asked - set(placeholders(form)) or set(placeholders(form)) - set(wanted):
                wrong.append((id_, name, form))
    assert wrong == []


@pytest.mark.parametrize("language", FOREIGN)
def test_every_count_has_the_forms_of_its_language(language: str) -> None:
    asked = set(cldr.FORMS[language].split())
    wrong = []
    for id_, text, english in each(language):
        if not isinstance(english, Plural):
            wrong += [id_] if isinstance(text, Plural) else []
            continue
        none = {"none"} & english.forms.keys()
        wanted = (asked - {"zero"} if none else asked) | none
        if not isinstance(text, Plural) or text.by != english.by or set(text.forms) != wanted:
            wrong.append(id_)
    assert wrong == []


@pytest.mark.parametrize("language", FOREIGN)
def test_no_form_names_one_number_and_is_said_of_others(language: str) -> None:
    """Filipino's form for one is that for 2, 3 and 5 as well: "1 file" of five would be wrong."""
    wrong = [
        (id_, form)
        for id_, text, _ in each(language)
        if isinstance(text, Plural)
        for name, form in text.forms.items()
        if name != "none" and covers_more(language, name) and NEVER.search(form)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", FOREIGN)
def test_a_sentence_ends_as_the_english_does(language: str) -> None:
    wrong = [
        (id_, form)
        for id_, text, english in each(language)
        for form in forms(text).values()
        if english[-1] in STOPS and form.strip()[-1] not in STOPS[english[-1]]
    ]
    assert wrong == []


@pytest.mark.parametrize("language", FOREIGN)
def test_no_sentence_turns_the_text_around_by_itself(language: str) -> None:
    """What is filled in is isolated by the program."""
    assert [
        id_ for id_, text, _ in each(language) if ISOLATES.search(translating.shown(text))
    ] == []


@pytest.mark.parametrize("language", FOREIGN)
def test_digits_are_western(language: str) -> None:
    odd = re.compile(r"[^\x00-\x7f]")
    assert [
        id_
        for id_, text, _ in each(language)
        if any(c.isdigit() and odd.match(c) for c in translating.shown(text))
    ] == []


@pytest.mark.parametrize("language", HOURS)
def test_no_word_of_the_hour_stands_by_a_time_that_may_be_a_date(language: str) -> None:
    """What was not today is said as "29 nov, 14:05", before which "a las" is wrong."""
    wrong = [
        (id_, form)
        for id_, text, _ in each(language)
        if not id_.startswith(TODAY)
        for form in forms(text).values()
        if HOURS[language].search(form)
    ]
    assert wrong == []


def test_english_has_a_form_for_each_counted_thing() -> None:
    """A number before a word in the plural is wrong of one."""
    counted = re.compile(
        r"\{(count|days|hours|minutes|weeks|left|times)\} (?!min\b|more\b|of\b)\w+s\b"
    )
    left = [i for i, t in ENGLISH.items() if not isinstance(t, Plural) and counted.search(t)]
    assert sorted(left) == list(COUNTED_ALWAYS)
    for text in ENGLISH.values():
        if isinstance(text, Plural):
            assert set(cldr.FORMS["en"].split()) | {"none"} >= text.forms.keys() >= {"one", "other"}
            assert text.by in placeholders(text)


COUNTED = re.compile(r"\{(count|days|hours|minutes|weeks|left|times|rules)\} (?!min\b)\w+s\b")
COUNTED_ALWAYS = ("console.simulate.days-one", "screen-lock.steady-input", "software.in-part")
"""Counts that are never one: days on which a draft is tried (7 at least), movements that look even,
programs on a computer."""
