"""Every sentence that code asks for exists, says what it is given, and is plain."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentguard import paths, texts
from agentguard.model.messages import Message

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "agentguard").rglob("*.py"))
SAYING = {"say", "passed", "wrong", "unknown", "not_applicable"}
WORDS = texts.load()


@dataclass(frozen=True)
class Asked:
    """A call that makes a message: its id, the names of its params, None when they vary."""

    place: str
    id: str
    params: frozenset[str] | None


def asked(file: Path) -> Iterator[Asked]:
    """Give every message with a plain id that a file makes."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        first = node.args[0]
        if name in SAYING and isinstance(first, ast.Constant) and isinstance(first.value, str):
            named = [k.arg for k in node.keywords]
            known = None if None in named else frozenset(n for n in named if n)
            yield Asked(f"{file.relative_to(ROOT)}:{node.lineno}", first.value, known)


def placeholders(sentence: str) -> set[str]:
    """Give the names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_sentence_that_is_asked_for_exists() -> None:
    every = [one for file in CODE for one in asked(file) if one.id]
    assert len(every) > 100
    assert "\n".join(f"{one.place} {one.id}" for one in every if not WORDS.has(one.id)) == ""


def test_every_placeholder_is_given() -> None:
    empty = [
        f"{one.place} {one.id}"
        for f in CODE
        for one in asked(f)
        if one.params is not None and placeholders(WORDS.sentences.get(one.id, "")) - one.params
    ]
    assert empty == []


def test_no_sentence_of_a_check_is_left_over() -> None:
    """A sentence that no judge says is a promise that nobody keeps."""
    room = ROOT / "agentguard" / "checks"
    said = "".join(f.read_text(encoding="utf-8") for f in room.glob("*.py"))
    kinds = {"forbidden", "card", "found"}  # said of two checks, by one function
    for id_ in WORDS.sentences:
        check, _, what = id_.partition(".")
        if not (room / f"{check.replace('-', '_')}.py").is_file():
            continue
        whole = id_.removesuffix("-part")  # checks/base.py, `partly`
        assert what in {"title", "advice"} | kinds or f'"{whole}"' in said, id_


def test_no_id_stands_twice_and_every_file_is_whole() -> None:
    assert texts.load.__wrapped__("en").sentences == WORDS.sentences
    assert len(WORDS.sentences) > 100


def test_every_sentence_can_be_filled() -> None:
    for id_, sentence in WORDS.sentences.items():
        assert sentence.strip(), id_
        assert all(name.isidentifier() for name in placeholders(sentence)), id_


def test_sentences_of_checks_end_as_sentences() -> None:
    names = {f.stem.replace("_", "-") for f in (ROOT / "agentguard" / "checks").glob("*.py")}
    for id_, sentence in WORDS.sentences.items():
        check, _, what = id_.partition(".")
        if check in names:
            assert sentence.endswith(".") is (what != "title"), id_


def test_an_id_without_a_sentence_is_shown_as_it_is() -> None:
    assert WORDS.render(Message(id="no.such-id")) == "no.such-id"
    assert WORDS.render(None) == ""


def test_every_language_says_the_same_ids() -> None:
    for folder in (paths.resources() / "text").iterdir():
        assert set(texts.load(folder.name).sentences) == set(WORDS.sentences)
