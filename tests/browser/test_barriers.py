"""Barriers are found where they are: in the light, and in the dark, which is colours alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.barriers import violations

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

CONSOLE = Path(__file__).parents[2] / "agentguard" / "server" / "console"
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{([^{}]*)\}\s*\}")
COLOUR = re.compile(r"#[0-9a-f]{6}|0 1px 2px rgb\([0-9 /%]+\)")
LIGHT, WORDS = "color-contrast: <p>Words</p>", "in the dark: color-contrast: <p>Words</p>"
IN_THE_DARK = "@media (prefers-color-scheme: dark)"


def test_the_dark_changes_nothing_but_colours() -> None:
    """So of a page that is open in the light, the rules of colours alone are asked again there."""
    kinds = {".css", ".js", ".py", ".svg"}
    every = [one for one in sorted(CONSOLE.rglob("*")) if one.suffix in kinds]
    texts = {one.name: one.read_text(encoding="utf-8") for one in every}
    assert [name for name, text in texts.items() if "prefers-color-scheme" in text] == [
        "console.css"
    ]
    assert texts["console.css"].count("prefers-color-scheme") == 1
    (inside,) = DARK.findall(texts["console.css"])
    said = dict(one.split(":") for one in inside.strip().removesuffix(";").split(";"))
    assert len(said) > 10
    others = {name: value for name, value in said.items() if not COLOUR.fullmatch(value.strip())}
    assert others == {}
    assert all(name.strip().startswith("--") for name in said)


@pytest.mark.parametrize(
    ("style", "light", "dark"),
    [
        ("", [], []),
        ("p { color: #ccc }", [LIGHT], [WORDS]),
        (f"p {{ color: #ccc }} {IN_THE_DARK} {{ p {{ color: #000 }} }}", [LIGHT], []),
        (f"{IN_THE_DARK} {{ p {{ color: #222; background: #000 }} }}", [], [WORDS]),
    ],
)
def test_what_cannot_be_read_is_found_in_either_light(
    chrome: Any, style: str, light: list[str], dark: list[str]
) -> None:
    text = f"<html lang=en><title>A</title><style>{style}</style><main><h1>B</h1><p>Words</p>"
    with chrome.new_context() as context:
        page = context.new_page()
        page.set_content(f"<!doctype html>{text}")
        found = violations(page, "wide")
        assert found == [f"about:blank {one}" for one in (*light, *dark)]
        assert violations(page) == found[: len(light)]


def test_what_is_no_matter_of_colours_is_found_too(chrome: Any) -> None:
    text = "<html><title>A</title><main><h1>B</h1><img src=x><input>"
    with chrome.new_context() as context:
        page = context.new_page()
        page.set_content(f"<!doctype html>{text}")
        found = [one.split(":")[1].split()[-1] for one in violations(page, "wide")]
        assert sorted(found) == ["html-has-lang", "image-alt", "label"]
