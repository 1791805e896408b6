"""agentguard lesson: each mistake is told by its line, and a lesson can be looked at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentguard.base import lessons
from agentguard.base.errors import LessonError, PolicyError
from agentguard.cli import main
from agentguard.model.lessons import library
from agentguard.policy.parser import parse
from agentguard.policy.schema import policy_yaml
from agentguard.policy.weakening import weaker
from agentguard.runtime.known_checks import shapes
from tests.unit.test_lessons import GOOD


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "an-id.md"
    made.write_text(GOOD, encoding="utf-8")
    return made


def test_a_good_lesson_is_said_to_be_in_order(file: Path, capsys) -> None:
    assert main(["lesson", "check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: A title is in order.\n"


def test_every_mistake_is_told_by_file_and_line(file: Path, capsys) -> None:
    file.write_text(GOOD.replace("measure = 4", "measure = 0").replace("Words.", "<b>"))
    assert main(["lesson", "check", str(file)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[1] for line in told] == ["5", "34"]
    assert main(["lesson", "check", "--json", str(file)]) == 1
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["good"], [p["line"] for p in one["problems"]]) == (False, [5, 34])


def test_a_lesson_is_shown_with_its_questions_and_promise(file: Path, capsys) -> None:
    assert main(["lesson", "show", str(file)]) == 0
    told = capsys.readouterr().out
    assert "1. The first card" in told
    assert "  * That. It is." in told
    assert "Promise: I do it." in told
    assert main(["lesson", "show", "--json", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == ["Which?"]


def test_the_lessons_in_force_are_listed(capsys) -> None:
    assert main(["lesson", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in told] == [one.id for one in library(lessons.load(), ())]
    assert main(["lesson", "list"]) == 0
    assert "clipboard  Copying is shouting" in capsys.readouterr().out


@pytest.mark.parametrize("text", [b"\xff\xfe+", None], ids=["not-utf8", "away"])
def test_a_file_that_cannot_be_read_is_told(file: Path, capsys, text: bytes | None) -> None:
    file.write_bytes(text) if text else file.unlink()
    assert main(["lesson", "show", str(file)]) in {2, 3}
    assert "an-id.md" in capsys.readouterr().err


def site(*more: str) -> bytes:
    return "\n".join(("policy: site", "version: 1", *more)).encode()


def test_a_lesson_becomes_a_piece_of_a_policy_that_desks_take(file: Path, capsys) -> None:
    assert main(["lesson", "policy", str(file)]) == 0
    piece = capsys.readouterr().out
    policy = parse(site(piece), "site.yaml", shapes())
    assert lessons.of_site(policy.lessons) == (lessons.parse("x", GOOD),)
    again = parse(policy_yaml(policy).encode(), "site.yaml", shapes())
    assert lessons.of_site(again.lessons) == lessons.of_site(policy.lessons)
    without = parse(site(), "site.yaml", shapes())
    assert "lessons" in weaker(policy, without)
    assert "lessons" not in weaker(without, policy)
    wanted = "controls: {training: {settings: {lessons: [an-id]}}}"
    assert parse(site(piece, wanted), "site.yaml", shapes()).lessons == policy.lessons


def test_row_243_a_wrong_lesson_refuses_the_policy_and_tells_its_line(file: Path, capsys) -> None:
    main(["lesson", "policy", str(file)])
    piece = capsys.readouterr().out
    text = site(piece.replace("measure: 4", "").replace("measure = 4", "measure = 44"))
    line = 1 + text.decode().splitlines().index("    measure = 44")
    with pytest.raises(PolicyError) as raised:
        parse(text, "site.yaml", shapes())
    assert raised.value.problems[0].startswith(f"site.yaml:{line}: lessons[1]: ")
    twice = piece + piece.removeprefix("lessons:\n")
    with pytest.raises(PolicyError, match="has the id an-id"):
        parse(site(twice), "site.yaml", shapes())
    with pytest.raises(PolicyError, match=r"32768"):
        parse(site(piece + "    " + "x" * 33_000), "site.yaml", shapes())
    with pytest.raises(LessonError):
        lessons.parse("x", GOOD, "another")
