"""The glossary has each term once, with a meaning, a source and a place in the code that exists."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
CELLS = (r"(?P<term>[^|]+)", r"(?P<means>[^|]+)", r"(?P<source>[^|]+)", r"`(?P<code>[\w.]+)`")
BETWEEN = r" \| "
ROW = re.compile(rf"^\| {BETWEEN.join(CELLS)} \|$")
HEADS = {"| term | meaning | source | in the code |", "|---|---|---|---|"}
TERMS = 40


def rows() -> list[re.Match[str]]:
    """Return the row of every term; a line of a table that is none is an error."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = {line: ROW.match(line) for line in lines if line.startswith("|") and line not in HEADS}
    assert [line for line, row in found.items() if row is None] == []
    return [row for row in found.values() if row is not None]


def test_there_are_some_forty_terms_and_none_stands_twice() -> None:
    terms = [row["term"].casefold() for row in rows()]
    assert len(terms) >= TERMS
    assert sorted({one for one in terms if terms.count(one) > 1}) == []


def test_no_two_terms_mean_the_same() -> None:
    for part in ("means", "code"):
        said = [row[part] for row in rows()]
        assert sorted({one for one in said if said.count(one) > 1}) == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["term"])
def test_a_term_lives_where_the_glossary_says(row: re.Match[str]) -> None:
    assert exists(row["code"].split(".")), row["code"]


def exists(parts: list[str]) -> bool:
    """Check whether a dotted name leads to a module, or to something within one."""
    for length in range(len(parts), 0, -1):
        try:
            thing = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            if not hasattr(thing, name) and name not in getattr(thing, "__annotations__", {}):
                return False
            thing = getattr(thing, name, None)
        return True
    return False


def test_a_name_that_leads_nowhere_is_noticed() -> None:
    assert exists(["agentguard", "model", "hits", "Hit", "masked"])
    assert not exists(["agentguard", "model", "hits", "Nothing"])
    assert not exists(["agentguard", "nowhere"])
    assert not exists(["agentguard", "model", "hits", "Hit", "nothing"])
