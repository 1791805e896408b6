"""`agentguard requirements`: what bears on which requirement."""

from __future__ import annotations

import json

from tests.cli.typed import Type, assert_one_sentence


def test_a_requirement_is_shown_with_what_it_does_not_prove(type_: Type) -> None:
    said = type_("requirements", "PCI", "DSS", "8.2.8")
    assert said.code == 0
    assert "After 15 minutes" in said.out
    assert "measures: control screen-lock" in said.out
    assert "does not prove: It does not show how strong the sign-in is" in said.out


def test_all_of_them_are_given_as_json(type_: Type) -> None:
    rows = json.loads(type_("requirements", "--json").out)
    assert len(rows) > 100
    assert all(row["source"] and row["bearings"] for row in rows)
    kinds = {bearing["kind"] for row in rows for bearing in row["bearings"]}
    assert kinds == {"check", "drill", "lesson", "record"}


def test_an_unknown_one_is_a_mistake(type_: Type) -> None:
    said = type_("requirements", "99.9")
    assert "99.9" in said.err
    assert_one_sentence(said, 2)
