"""The console answers each request in the language of who asks, and mixes no two of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.server.console import spoken
from agentguard.server.console.site import environment
from tests.server.conftest import PASSWORD, START

HTML = re.compile(r'<html lang="([^"]+)" dir="([^"]+)">')
MONTH = {"en": "21 Sep", "es": "21 sept", "de": "21. Sept.", "ar": "21 سبتمبر", "fil": "Set 21"}
"""The day on which the endpoint's clock begins, as it is written in a language."""


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("nl,de;q=0.5,fr;q=0.7", "fr"),
        ("pt", "pt-BR"),
        ("tl-PH", "fil"),
        ("ar;q=0, hi", "hi"),
        ("zh-CN, ja", "en"),
        ("*", "en"),
        ("de;q=nonsense,es;q=0.1", "es"),
        ("es;level=1", "en"),
        (";;;,,q=;\xff", "en"),
        ("x," * 5000 + "de", "en"),
    ],
)
def test_a_browser_is_answered_in_the_first_of_its_languages(asked: str, answered: str) -> None:
    headers = {b"accept-language": asked.encode("latin-1")} if asked else {}
    assert spoken.language("", headers, "en") == answered


def test_the_own_choice_comes_first_and_the_endpoints_language_last() -> None:
    headers = {b"accept-language": b"es"}
    assert spoken.language("hi", headers, "en") == "hi"
    assert spoken.language("", headers, "de") == "es"
    assert spoken.language("", {}, "de") == "de"
    assert spoken.language("xx", headers, "de") == "es"


@pytest.fixture
def at(
    running: Any, add_known: Any, another: Callable[..., Any]
) -> Iterator[Callable[[str, str], Any]]:
    """Give a signed-in browser that asks for a language."""
    with ExitStack() as open_ones:

        def make(name: str, language: str) -> Any:
            add_known(running, name, PASSWORD, "supervisor", ())
            browser = open_ones.enter_context(another())
            assert browser.sign_in(name, PASSWORD).status_code == 303
            browser.http.headers["accept-language"] = language
            return browser

        yield make


@pytest.mark.parametrize(
    ("language", "decimal", "stamp", "ago"),
    [
        ("en", "1.5", "21 Sept, 14:06 UTC", "5 min"),
        ("de", "1,5", "21. Sept., 14:06 UTC", "5"),
        ("ar", "1.5", "21 سبتمبر، 14:06 UTC", "5"),
    ],
)
def test_numbers_dates_and_ages_are_written_by_the_language(
    language: str, decimal: str, stamp: str, ago: str
) -> None:
    page = environment(translations.load(language)).from_string(
        "{{ '1.5'|decimal }};{{ at|stamp }};{{ at|ago(at + 300) }};{{ lang }}"
    )
    said = page.render(at=START - 400)
    assert said.startswith(f"{decimal};{stamp};")
    assert ago in said.split(";")[2]
    assert said.endswith(f";{language}")


def submit(browser: Any, language: str) -> Any:
    return browser.submit("/account/language", token=browser.token("/account"), language=language)


@pytest.mark.parametrize("language", SPOKEN)
def test_every_page_says_its_language_and_where_it_begins(language: str, stranger: Any) -> None:
    """Before the sign-in as well, and where something is wrong."""
    stranger.http.headers["accept-language"] = language
    direction = "rtl" if language == "ar" else "ltr"
    for path in ("/sign-in", "/wall"):
        assert HTML.findall(stranger.get(path).text) == [(language, direction)]


def test_the_own_choice_is_kept_for_the_account(at: Any, another: Any) -> None:
    browser = at("ana", "en-GB")
    assert HTML.findall(browser.get("/account").text) == [("en", "ltr")]
    assert submit(browser, "ar").status_code == 303
    page = browser.get("/account").text
    assert HTML.findall(page) == [("ar", "rtl")]
    assert '<option value="ar" lang="ar" selected>العربية</option>' in page
    assert MONTH["ar"] in page
    assert HTML.findall(browser.get("/no-such-page").text) == [("ar", "rtl")], "what is wrong too"
    with another() as elsewhere:
        assert elsewhere.sign_in("ana", PASSWORD).status_code == 303
        assert HTML.findall(elsewhere.get("/account").text) == [("ar", "rtl")]
    submit(browser, "")
    assert HTML.findall(browser.get("/account").text) == [("en", "ltr")]


def test_a_language_that_is_not_spoken_changes_nothing(at: Any) -> None:
    browser = at("ana", "es")
    for wish in ("xx", "../en", "de\x00", "system"):
        submit(browser, wish)
        assert HTML.findall(browser.get("/account").text)[0][0] in {"es", "de"}
    assert submit(browser, "fil").status_code == 303
    submit(browser, "xx")
    assert HTML.findall(browser.get("/account").text) == [("fil", "ltr")]


def test_row_353_requests_in_several_languages_at_a_time_do_not_mix(at: Any) -> None:
    browsers = {language: at(f"user-{language}", language) for language in MONTH}

    def look(language: str) -> set[tuple[str, bool]]:
        seen = set()
        for _ in range(8):
            page = browsers[language].get("/account").text
            others = (m for one, m in MONTH.items() if one not in {language, "en"})
            clean = MONTH[language] in page and not any(other in page for other in others)
            seen.add((HTML.findall(page)[0][0], clean))
        return seen

    with ThreadPoolExecutor(len(MONTH)) as pool:
        found = dict(zip(MONTH, pool.map(look, MONTH), strict=True))
    assert found == {language: {(language, True)} for language in MONTH}


def test_what_the_gate_says_is_said_in_the_language_too(browser: Any) -> None:
    browser.http.headers["accept-language"] = "de"
    said = browser.submit("/sign-in", site="cross-site")
    assert (said.status_code, said.text) == (
        403,
        translations.load("de").say("console.error.origin"),
    )


def test_a_desk_is_answered_in_english_whatever_is_asked_for(stranger: Any) -> None:
    """What programs read stays as they know it."""
    answer = stranger.http.post("/v1/report", headers={"accept-language": "de"})
    english = translations.load()
    assert answer.headers["content-type"].startswith("application/problem+json")
    kind = answer.json()["kind"]
    assert answer.json()["title"] == english.say(f"server.problem.{kind}.title")
