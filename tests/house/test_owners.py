"""Every sentence that says that something is wrong has an owner who was decided on."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentguard import checks
from agentguard.base import translations
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.model.verdicts import OTHERS, Owner

CHECKS = discover(checks, "CHECK", Check)
WORDS = translations.load()
ROOT = Path(__file__).parents[2]
HARMLESS = frozenset({"passed", "unknown", "not_applicable", "in_part", "say", "gap"})
"""Callees whose sentence says that nothing is wrong, or only stands in another one."""
NO_SENTENCE = re.compile(r"\.(title|advice)(-|$)|\.not$|\.row(-|$)|-(title|advice|done)$")
"""Titles, advice, what it does not show, and the lines of tables."""
COUNTED_DOWN = re.compile(r"software\.(allowed|attacked-grace|ending|grace)(-today|-tomorrow)?")
"""What is not wrong yet, told by the days that are left (`checks/_countdown.py`)."""
ASKS = re.compile(r"\b(ask|tell|call) (your|the) (desktop|it) team", re.IGNORECASE)
EACH = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def module(check: Check[Any]) -> str:
    """Return the source of the check's own module and of the parts that it shares."""
    own = Path(inspect.getfile(sys.modules[check.judge.__module__]))
    return own.read_text(encoding="utf-8")


def texts(node: ast.AST) -> Iterator[str]:
    """Yield every text below a part of a program."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def harmless(tree: ast.AST) -> set[str]:
    """Return the sentences that stand in a call by which nothing is wrong."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    found = (c for c in calls if isinstance(c.func, ast.Name) and c.func.id in HARMLESS)
    return {text for call in found for arg in call.args for text in texts(arg)}


def alarming(source: str, check: str) -> set[str]:
    """Return the sentences of a check that may say that something is wrong."""
    tree = ast.parse(source)
    for node in ast.walk(tree):  # what is decided is no evidence of itself
        if isinstance(node, ast.Call):
            node.keywords = [k for k in node.keywords if k.arg != "owners"]
    sentence = re.compile(rf"{re.escape(check)}\.[a-z-]+")
    used = {text for text in texts(tree) if sentence.fullmatch(text)}
    return used - harmless(tree)


@EACH
def test_row_203_every_sentence_of_what_is_wrong_has_a_decided_owner(check: Check[Any]) -> None:
    source = module(check)
    told = {id_ for id_ in WORDS.sentences if id_.startswith(f"{check.id}.")}
    fine = {id_ for id_ in told if NO_SENTENCE.search(id_) or COUNTED_DOWN.fullmatch(id_)}
    left = (told | alarming(source, check.id)) - fine - harmless(ast.parse(source))
    assert left == set(check.owners), "say in `owners` who can mend it"


@EACH
def test_row_203_an_owner_is_a_sentence_of_the_check_and_one_of_three(check: Check[Any]) -> None:
    assert check.owners, "a check that can fail says whose its findings are"
    for id_, owner in check.owners.items():
        assert id_.startswith(f"{check.id}.")
        assert WORDS.has(id_)
        assert not NO_SENTENCE.search(id_)
        assert owner is not Owner.EITHER
    assert check.owner is not Owner.EITHER


@EACH
def test_row_206_nobody_is_sent_to_the_desktop_team_about_what_it_has(check: Check[Any]) -> None:
    for id_, owner in check.owners.items():
        if owner in OTHERS:
            advice = WORDS.advice(check.id, id_)
            assert advice, "what she can do meanwhile"
            assert not ASKS.search(f"{WORDS.sentences[id_]} {advice}")


def test_a_sentence_without_an_owner_is_found() -> None:
    source = (
        'def judge(e):\n    return passed("x.fine") if e else wrong("x.bad" if e.a else WORSE)\n'
    )
    assert alarming(f'WORSE = "x.worse"\n{source}', "x") == {"x.bad", "x.worse"}


@EACH
def test_the_page_about_owners_says_of_each_sentence_whose_it_is(check: Check[Any]) -> None:
    page = (ROOT / "docs" / "owners.md").read_text(encoding="utf-8")
    (line,) = (one for one in page.splitlines() if one.startswith(f"| {check.id} |"))
    cells = [{part for part in cell.split(", ") if part} for cell in line[2:-2].split(" | ")[1:]]
    for owner, said in zip((Owner.PERSON, Owner.TEAM, Owner.SUPERVISOR), cells, strict=True):
        mine = {i.removeprefix(f"{check.id}.") for i, o in check.owners.items() if o is owner}
        assert {part.strip() for part in said if part.strip()} == mine, owner
