"""Every sentence that code asks for exists, says what it is given, and is plain."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from agentguard.base import paths, translations
from agentguard.model.messages import Message

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "agentguard").rglob("*.py"))
SAYING = {"say", "passed", "wrong", "unknown", "not_applicable", "gap"}
WORDS = translations.load()
NAMES = {"title", "title-ok", "title-todo", "title-part", "title-unknown", "advice", "not"}
TITLE = re.compile(r"^title|-title$")
OWN = re.compile(r"-(title|advice|done)$")
OF_KINDS = re.compile(r"(forbidden|card|found)-(title|advice|done)")


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


def said(params: frozenset[str]) -> set[str]:
    """Give what is filled in beside what was given: how long its `seconds` are, for people."""
    return {"span", "exactly"} if "seconds" in params else set()


@pytest.mark.source
def test_every_sentence_that_is_asked_for_exists() -> None:
    every = [one for file in CODE for one in asked(file) if one.id]
    assert len(every) > 100
    assert "\n".join(f"{one.place} {one.id}" for one in every if not WORDS.has(one.id)) == ""


@pytest.mark.source
def test_every_placeholder_is_given() -> None:
    empty = [
        f"{one.place} {one.id}"
        for f in CODE
        for one in asked(f)
        if one.params is not None
        and placeholders(WORDS.sentences.get(one.id, "")) - one.params - said(one.params)
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
        sentence = OWN.sub("", id_)
        assert what in NAMES | kinds or f'"{sentence}"' in said or OF_KINDS.fullmatch(what), id_


def test_no_id_stands_twice_and_every_file_is_whole() -> None:
    assert translations._loaded.__wrapped__("en").sentences == WORDS.sentences
    assert len(WORDS.sentences) > 100


@pytest.mark.source
def test_every_sentence_is_found_whichever_is_asked_for_first() -> None:
    firsts = {id_.rpartition(".")[0]: id_ for id_ in WORDS.sentences}
    for id_ in firsts.values():
        assert (
            translations.Sentences(paths.resources() / "text" / "en")[id_] == WORDS.sentences[id_]
        )


def test_every_sentence_can_be_filled() -> None:
    for id_, sentence in WORDS.sentences.items():
        assert sentence.strip(), id_
        assert all(name.isidentifier() for name in placeholders(sentence)), id_


def test_sentences_of_checks_end_as_sentences() -> None:
    names = {f.stem.replace("_", "-") for f in (ROOT / "agentguard" / "checks").glob("*.py")}
    for id_, sentence in WORDS.sentences.items():
        check, _, what = id_.partition(".")
        if check in names:
            assert sentence.endswith(".") is (TITLE.search(what) is None), id_


def test_every_control_has_a_title_for_each_state_and_none_is_a_wish() -> None:
    """A fault is never told by what was wanted: "The disk is encrypted" of one that is not."""
    names = {f.stem.replace("_", "-") for f in (ROOT / "agentguard" / "checks").glob("[a-z]*.py")}
    for check in names - {"base"}:
        titles = {WORDS.title(check, state) for state in ("pass", "fail", "partial", "unknown")}
        assert len(titles | {WORDS.title(check, "paused")}) == len(titles) + 1 == 5, check
        own = [i for i in WORDS.sentences if i.startswith(f"{check}.") and i.endswith("-title")]
        for id_ in own:
            assert WORDS.title(check, "fail", OWN.sub("", id_)) == WORDS.sentences[id_]
            assert WORDS.title(check, "pass", OWN.sub("", id_)) == WORDS.title(check, "pass")


def test_an_id_without_a_sentence_is_shown_as_it_is() -> None:
    assert WORDS.render(Message(id="no.such-id")) == "no.such-id"
    assert WORDS.render(None) == ""


def test_every_language_says_the_same_ids() -> None:
    for folder in (paths.resources() / "text").iterdir():
        assert set(translations.load(folder.name).sentences) == set(WORDS.sentences)


@cache
def _sources() -> str:
    """Give all that may name a sentence."""
    rooms = (("agentguard", "py", "html", "js"), ("installer", "py"), ("policies", "yaml"))
    files = [f for room, *ends in rooms for end in ends for f in (ROOT / room).rglob(f"*.{end}")]
    files += [f for f in (ROOT / "resources").rglob("*.toml") if "text" not in f.parts]
    return "\n".join(f.read_text(encoding="utf-8") for f in sorted(files))


def _made(file: Path) -> Iterator[str]:
    """Give a pattern for each id that a file puts together, with its constants filled in."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    known = {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }

    def part(value: ast.expr) -> str:
        if isinstance(value, ast.Constant):
            return re.escape(str(value.value))
        name = getattr(getattr(value, "value", None), "id", "")
        return re.escape(known[name]) if name in known else ANY

    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(map(part, node.values))


ANY = r"([\w.-]+)"
TOLD = re.compile(r"""["']([\w.-]+)["'] ?~[^"'~]+(?:~ ?\(?["']([\w.-]+)["'])?""")
COUNTED = re.compile(r"-(many|part)$")  # `ui/present.py` and `checks/base.py` add them


@pytest.mark.source
def test_no_sentence_is_left_over() -> None:
    """A sentence that nothing asks for was forgotten, or what asks for it names another one."""
    text = _sources()
    patterns = {one for file in CODE for one in _made(file)}
    patterns |= {re.escape(m[1]) + ANY + re.escape(m[2] or "") for m in TOLD.finditer(text)}
    speaking = [
        re.compile(one) for one in patterns if re.search(r"[a-z]{2}\\?\.|\\?\.[a-z]{2}", one)
    ]
    words = frozenset(re.findall(r"[a-z]+", text.lower()))
    named = frozenset(re.findall(r"[\"'`]([\w.-]+)[\"'`]", text))

    def of(id_: str) -> set[str]:
        """Give an id, and the sentence that a title or an advice is of."""
        return {id_, OWN.sub("", id_)}

    def is_asked_for(id_: str) -> bool:
        room, _, last = id_.rpartition(".")  # a room of sentences may be handed on by its name
        if {id_, COUNTED.sub("", id_)} & named or (room in named and last in words):
            return True
        met = filter(None, (one.fullmatch(id_) for one in speaking))
        return any(words.issuperset(re.findall(r"[a-z]+", "-".join(m.groups()))) for m in met)

    assert "\n".join(id_ for id_ in WORDS.sentences if not any(map(is_asked_for, of(id_)))) == ""
