"""Every rule, format and reason has its sentence, and what is said of a file stays short."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import agentguard
from agentguard.base import translations
from agentguard.cli import main
from agentguard.commands._scan_explain import sentence
from agentguard.detect.formats import default_extractors
from agentguard.detect.trace_records import Belief, Trace
from tests.unit.detect.files.hostile import CARD, marked_encrypted, zipped

WORDS = translations.load()
PII = Path(agentguard.__file__).parent / "detect"
BELIEVED = {"read": "why", "sure": "why", "maybe": "why", "miss": "why-not", "no": "why-not"}


def answers(file: Path) -> Iterator[tuple[str, str]]:
    """Give every answer that a file's judges can give: the table of its words, and its id."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in BELIEVED:
            continue
        called = node.func.id  # type: ignore[attr-defined] # asked above
        whys = node.args[1 if called in {"sure", "maybe"} else 0 :]
        whys = node.args[1:2] if called == "read" else whys  # signs of evidence follow
        whys += [keyword.value for keyword in node.keywords if keyword.arg == "why"]
        for why in whys:
            for part in ast.walk(why):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield BELIEVED[called], part.value


def test_every_rule_has_its_sentence() -> None:
    every = {one for file in PII.rglob("*.py") for one in answers(file)}
    every |= {("why-not", "not-beside"), ("why-not", "column-fails")}
    assert len(every) > 50
    assert sorted(one for one in every if not WORDS.has("explain.{}.{}".format(*one))) == []


def test_no_sentence_is_left_over() -> None:
    every = {one for file in PII.rglob("*.py") for one in answers(file)}
    every |= {("why-not", "not-beside"), ("why-not", "column-fails")}
    known = {tuple(id_.split(".")[1:]) for id_ in WORDS.sentences if id_.startswith("explain.why")}
    assert sorted(known - every) == []


def test_every_format_has_its_name() -> None:
    names = {extractor.name for extractor in default_extractors()}
    assert sorted(name for name in names if not WORDS.has(f"explain.format.{name}")) == []


def test_a_rule_without_a_sentence_is_still_told() -> None:
    trace = Trace(
        kind="X", belief=Belief.NO, why="new", context="", line=1, masked="...", counted=False
    )
    assert sentence(trace, WORDS) == 'The rule "new" decided.'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    named = tmp_path / "a.txt"
    named.write_text(f"hello\ncard {CARD}\norder 4539148803436467\n1234567890123\n")
    return named


def test_people_are_told_why_in_sentences(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--explain", str(file)]) == 1
    told = capsys.readouterr().out
    assert f"{file}\n    Read as: text.\n    It is not encrypted.\n" in told
    assert "Found: card number 1." in told
    assert "line     2  + card number ...6467" in told
    assert 'The deciding word is "card".' in told
    assert "line     3  - card number ...6467" in told
    assert 'The nearest word names another kind of number. The deciding word is "order".' in told
    assert CARD.replace(" ", "")[:8] not in told.replace(" ", "")


def test_programs_are_told_why_in_lines(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--explain", "--format", "jsonl", str(file)]) == 1
    about, *traces = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert about["formats"] == [[0, "text", 1]]
    assert (about["outcome"], about["found"]) == ("read", {"PAN": 1})
    assert {trace["path"] for trace in traces} == {str(file)}
    told = {(trace["line"], trace["counted"], trace["word"]) for trace in traces}
    assert {(2, True, "card"), (3, False, "order")} <= told
    assert all(trace["sentence"] and trace["masked"] in {"...6467", "...0123"} for trace in traces)


def test_what_holds_nothing_is_said_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "b.zip").write_bytes(marked_encrypted(zipped({"a": b"x"})))
    (tmp_path / "c.zip").write_bytes(zipped({"n.zip": zipped({"x": b"y"})[:40], "t": b"text"}))
    assert main(["scan", "--explain", "--jobs", "1", str(tmp_path)]) == 3
    told = capsys.readouterr().out
    assert "Found: no personal data.\n    Nothing else looked like personal data." in told
    assert "b.zip\n    It is encrypted: nothing of it was read" in told
    assert "Read as: ZIP archive > ZIP archive" in told
    assert "    Not read: A part of it is damaged" in told


def test_a_file_full_of_values_is_told_in_some_hundred_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (f"order {n:016d} nhs {n:010d} {n}@quillpost.com {n}:a@b" for n in range(9000))
    (tmp_path / "a.txt").write_text("\n".join(rows))
    main(["scan", "--explain", str(tmp_path)])
    assert len(capsys.readouterr().out.splitlines()) < 900


@pytest.mark.parametrize(
    "name",
    ["a.txt", pytest.param("a\x1b[2J.txt", marks=pytest.mark.posix)],  # no name on Windows
    ids=["within", "name"],
)
def test_a_word_cannot_command_the_terminal(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(f"card\x1b[2J {CARD}")
    main(["scan", "--explain", str(tmp_path)])
    told = capsys.readouterr().out
    assert "+ card number" in told
    assert "\x1b" not in told


@pytest.mark.posix
def test_a_folder_that_is_gone_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert main(["scan", "--explain", str(tmp_path / "gone")]) == 3
    assert "Not read: It is a link" in capsys.readouterr().out
