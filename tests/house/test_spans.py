"""No sentence for a person says a bare number of seconds that nobody can read as a time."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.base.translations import Plural

ROOT = Path(__file__).parents[2]
LONG = 86_399
RAW, SIGNED = re.compile(r"\d{3,}"), re.compile(r"-\d")
SHORT = {"starting.other-agent"}
"""Sentences whose number of seconds is one of ours, and below a minute."""
NAMES = re.compile(r"second|skew|offset|drift|duration|_ms$|^ms$|^milli")
"""What a parameter in seconds or milliseconds is called."""
BARE = re.compile(r"^ ?(?:s|sec|seconds|ms)\b")
WRITERS = {
    "checks/screen_lock.py": "below two minutes",
    "server/evidence/paper.py": "below a minute",
    "ports/desktop.py": "an error of the log, which no person is shown",
    "commands/_record.py": "how long a question took, for engineers who read a column of them",
}
"""Where code writes a number of seconds with its unit, and how large it can be there."""


def forms(sentence: str) -> Iterator[str]:
    yield from sentence.forms.values() if isinstance(sentence, Plural) else (sentence,)


def names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("seconds", [LONG, -LONG, 3601])
def test_row_597_no_sentence_says_a_bare_number_of_seconds(language: str, seconds: int) -> None:
    words, looked = translations.load(language), 0
    for id_ in sorted(words.sentences.keys() - SHORT):
        for form in forms(words.sentences[id_]):
            asked = names(form)
            assert not {one for one in asked if NAMES.search(one)}, (id_, form)
            if asked & {"span", "exactly"}:
                looked += 1
                given: dict[str, str | int] = dict.fromkeys(asked - {"span", "exactly"}, "x")
                told = words.say(id_, **{**given, "seconds": seconds})
                assert "{" not in told, id_
                assert not RAW.search(told), (id_, told)
                assert not SIGNED.search(told), (id_, told)
    assert looked > 15


@pytest.mark.source
def test_row_597_no_code_writes_one_into_a_sentence() -> None:
    found = set()
    for file in (ROOT / "agentguard").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            for filled, behind in zip(node.values, node.values[1:], strict=False):
                if (
                    isinstance(filled, ast.FormattedValue)
                    and isinstance(behind, ast.Constant)
                    and str(behind.value).startswith(" ")
                    and BARE.match(str(behind.value))
                ):
                    found.add(file.relative_to(ROOT / "agentguard").as_posix())
    assert found == set(WRITERS)
