"""Plural forms and dates as CLDR has them, and the language that a person is spoken to in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel import Locale
from babel.core import get_cldr_version
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import cldr, languages, paths, translations
from agentguard.base.translations import DEFAULT_LANGUAGE, Plural, Texts
from agentguard.model.messages import say
from agentguard.platforms._linux.languages import preferred
from tools.cldr import LOCALES

THEN = datetime(2026, 3, 5, 14, 2, tzinfo=UTC)
FORMS = {"by": "n", "one": "{n} one", "two": "{n} two", "few": "{n} few", "other": "{n} other"}
LARGE = (10**6, 10**6 + 1, 2 * 10**6, 10**7, 2**31)


@pytest.mark.parametrize("language", LOCALES)
def test_forms_are_those_of_cldr(language: str) -> None:
    rule = Locale.parse(LOCALES[language]).plural_form
    met = [n for n in (*range(20_001), *LARGE) if cldr.PLURALS[language](n) != rule(n)]
    assert met == []
    assert get_cldr_version() == cldr.VERSION
    assert set(cldr.FORMS[language].split()) == {rule(n) for n in range(10_000)}


@given(st.sampled_from(tuple(LOCALES)), st.integers(0, 10**9))
def test_no_count_has_another_form_than_in_cldr(language: str, number: int) -> None:
    assert cldr.PLURALS[language](number) == Locale.parse(LOCALES[language]).plural_form(number)


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "5 Mar 2026", "5 Mar, 14:02"),
        ("es", "5 mar 2026", "5 mar, 14:02"),
        ("fr", "5 mars 2026", "5 mars, 14:02"),
        ("de", "5. März 2026", "5. März, 14:02"),
        ("pt-BR", "5 de mar. de 2026", "5 de mar. 14:02"),
        ("hi", "5 मार्च 2026", "5 मार्च, 14:02"),
        ("fil", "Mar 5, 2026", "Mar 5, 14:02"),
        ("ar", "5 مارس 2026", "5 مارس، 14:02"),
        ("xx", "5 Mar 2026", "5 Mar, 14:02"),
    ],
)
def test_days_are_written_as_people_write_them(language: str, day: str, moment: str) -> None:
    assert languages.day(language, THEN, with_year=True) == day
    assert languages.moment(language, THEN) == moment
    assert languages.decimal(language, "1.5") in {"1.5", "1,5"}


def test_decimals_have_the_sign_of_the_language() -> None:
    shown = {language: languages.decimal(language, "1.5") for language in LOCALES}
    assert {n for n, text in shown.items() if text == "1,5"} == {"es", "fr", "de", "pt-BR"}


@pytest.mark.parametrize(
    ("wish", "system", "language"),
    [
        ("system", ("es-MX", "en-US"), "es"),
        ("system", ("nl-NL", "pt-PT", "en"), "pt-BR"),
        ("system", ("es_ES.UTF-8",), "es"),
        ("system", ("ar_EG@calendar", "en"), "ar"),
        ("system", ("tl-PH",), "fil"),
        ("system", ("fil-PH",), "fil"),
        ("system", ("C", "POSIX", ""), "en"),
        ("system", (), "en"),
        ("de", ("es",), "de"),
        ("pt-br", (), "pt-BR"),
        ("klingon", ("fr-CA",), "fr"),
        ("", ("hi-IN",), "hi"),
    ],
)
def test_the_wish_comes_first_then_the_system(
    wish: str, system: tuple[str, ...], language: str
) -> None:
    assert languages.chosen(wish, system, LOCALES) == language


@given(st.text(), st.lists(st.text()))
def test_whatever_a_system_says_there_is_a_language(wish: str, system: list[str]) -> None:
    assert languages.chosen(wish, system, LOCALES) in LOCALES
    assert languages.chosen(wish, system) in languages.SPOKEN


def test_each_number_has_its_form() -> None:
    arabic = Texts({"x": Plural.made(FORMS, "ar")})
    assert [arabic.say("x", n=n) for n in (0, 1, 2, 5, 50, 100)] == [
        "0 other", "1 one", "2 two", "5 few", "50 other", "100 other",
    ]  # fmt: skip
    english = Texts({"x": Plural.made({**FORMS, "none": "Nothing."}, "en")})
    assert [english.say("x", n=n) for n in (0, 1, 2)] == ["Nothing.", "1 one", "2 other"]
    assert english.render(say("x", n=1)) == "1 one"
    assert english.say("x", n="many") == "many other"  # a number that came as a word
    assert english.say("x") == "{n} other"
    assert english.sentences["x"] == "{n} other"


def test_a_filled_in_text_does_not_turn_an_arabic_sentence_around() -> None:
    words = {"x": "في {folder}: {count}"}
    assert (
        Texts(words, language="ar").say("x", folder="a (b).", count=3) == "في \u2068a (b).\u2069: 3"
    )
    assert Texts(words, language="es").say("x", folder="a (b).", count=3) == "في a (b).: 3"
    assert Texts(words, language="ar").say("x", folder="", count=3) == "في : 3"
    masked = Texts(words, language="ar").masking(lambda _: "•")
    assert masked.render(say("x", folder="4111", count=3)) == "في \u2068•\u2069: 3"
    assert [n for n in LOCALES if Texts({}, language=n).right_to_left] == ["ar"]


def test_what_is_spoken_has_a_folder_and_rules() -> None:
    folders = {one.name for one in (paths.resources() / "text").iterdir()}
    assert DEFAULT_LANGUAGE == languages.ENGLISH == languages.SPOKEN[0]
    assert set(languages.SPOKEN) == folders <= set(LOCALES) == set(cldr.NAMES)
    words = translations.load()
    assert {n: words.say(f"setting.language.{n}") for n in languages.SPOKEN} == {
        name: cldr.NAMES[name] for name in languages.SPOKEN
    }


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"LANG": "es_MX.UTF-8"}, ("es_MX.UTF-8",)),
        ({"LANG": "C.UTF-8", "LANGUAGE": "es"}, ()),
        ({"LANG": "en_PH.UTF-8", "LANGUAGE": "fil:en"}, ("fil", "en", "en_PH.UTF-8")),
        ({"LANG": "en_US", "LC_MESSAGES": "de_DE"}, ("de_DE",)),
        ({"LANG": "en_US", "LC_MESSAGES": "de_DE", "LC_ALL": "POSIX"}, ()),
        ({}, ()),
    ],
)
def test_a_session_names_its_languages(environment: dict[str, str], named: tuple[str, ...]) -> None:
    assert preferred(environment) == named


def test_row_425_a_list_is_joined_as_its_language_joins_it() -> None:
    assert cldr.APART["ar"].join("123") == "1، 2، 3"
    assert {cldr.APART[one] for one in languages.SPOKEN if one != "ar"} == {", "}


def test_the_program_brings_no_babel() -> None:
    """It is 36 MB: only the tools and tests read it."""
    root = Path(languages.__file__).parents[1]
    assert [f for f in root.rglob("*.py") if "babel" in f.read_text(encoding="utf-8")] == []
