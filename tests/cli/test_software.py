"""agentguard software, as it is typed: what a program is, and whether its maker keeps it up."""

from __future__ import annotations

import json

import pytest

from tests.cli.typed import Type, assert_one_sentence

JAVA = ("Java 8 Update 211 (64-bit)", "--version", "8.0.2110.9", "--on", "2026-11-30")


def test_a_name_is_explained_with_product_line_state_day_and_source(type_: Type) -> None:
    said = type_("software", "match", *JAVA)
    assert (said.code, said.err) == (1, "")
    told = dict(line.split(": ", 1) for line in said.out.splitlines())
    assert (told["Product"], told["Release line"], told["State"]) == ("Oracle JDK", "8", "ended")
    assert told["Last day"] == "2022-03-31"
    assert told["Source"].startswith("https://www.oracle.com/")
    assert "Paid support goes on until" in told["Why"]


def test_in_json_it_is_one_object(type_: Type) -> None:
    said = type_("software", "match", *JAVA, "--publisher", "Oracle Corporation", "--json")
    told = json.loads(said.out)
    wanted = {"name", "product", "line", "state", "date", "source", "why"}
    assert wanted <= set(told)
    assert (told["product"], told["line"], told["state"]) == ("oracle-jdk", "8", "ended")
    assert told["date"] == "2022-03-31"


def test_the_day_that_is_asked_for_counts(type_: Type) -> None:
    before = type_("software", "match", *JAVA[:3], "--on", "2022-03-31", "--json")
    assert json.loads(before.out)["state"] == "ending"
    assert before.code == 0


@pytest.mark.parametrize("name", ["Christmas Elf", "家計簿", "", "x" * 500, "$INSTDIR"])
def test_what_no_rule_names_is_unknown_and_never_likened(type_: Type, name: str) -> None:
    said = type_("software", "match", name, "--json")
    told = json.loads(said.out)
    assert said.code == 0
    assert (told["product"], told["state"], told["date"]) == (None, "unknown", None)
    assert "No rule of the catalogue" in told["why"]


def test_the_installed_programs_are_listed_with_a_sum(type_: Type) -> None:
    said = type_("software", "list")
    if said.code == 3:  # a system without a package manager
        assert_one_sentence(said, 3)
        return
    rows, last = said.out.splitlines()[:-1], said.out.splitlines()[-1]
    assert "programs" in last
    states = {"supported", "ending", "ended", "exploited", "unknown", "allowed", "part", "not"}
    assert {row.split()[0] for row in rows} <= states


def test_an_installation_is_told_in_json(type_: Type) -> None:
    said = type_("software", "list", "--json")
    if said.code == 3:
        return
    told = json.loads(said.out)
    keys = {"arch", "scope", "channel", "signer", "ident", "found_in", "host", "permissions"}
    assert all(keys <= set(one) for one in told)
    assert {one["arch"] for one in told} <= {"x64", "x86", "arm64", None}
    assert {one["scope"] for one in told} <= {"machine", "user", "other-user", None}


def test_only_a_state_that_there_is_can_be_listed(type_: Type) -> None:
    assert type_("software", "list", "--state", "fine").code == 2


def test_what_is_not_installed_cannot_be_explained(type_: Type) -> None:
    said = type_("software", "why", "no such program at all")
    assert said.code == 3
    assert_one_sentence(said, 3)


def test_a_day_that_is_none_is_told(type_: Type) -> None:
    said = type_("software", "match", "7-Zip", "--on", "soon")
    assert said.code == 2
    assert "2027-01-31" in said.err
