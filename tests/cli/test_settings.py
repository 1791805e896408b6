"""agentguard settings, as it is typed: one setting changes, and nothing else of the file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.base import settings_edit
from agentguard.base.errors import UsageError
from agentguard.base.settings import DESCRIBED, FILE, Kind
from tests.cli.typed import Type, assert_one_sentence

OWN = """# Ours, since the move.
label = "Desk 7"   # by the window

endpoint = "https://old.example"
"""


def test_nothing_is_set_at_first_and_showing_makes_no_file(type_: Type, home: Path) -> None:
    assert type_("settings", "show").out.startswith("Nothing is set")
    assert type_("settings", "path").out == f"{home / FILE}\n"
    assert not (home / FILE).exists()


def test_one_line_changes_and_every_other_stays_with_its_comment(type_: Type, home: Path) -> None:
    (home / FILE).write_text(OWN)
    assert type_("settings", "set", "endpoint", "https://new.example").code == 0
    assert (home / FILE).read_text() == OWN.replace("old", "new")
    assert type_("settings", "unset", "label").code == 0
    assert tomllib.loads((home / FILE).read_text()) == {"endpoint": "https://new.example"}
    assert "# Ours" in (home / FILE).read_text()


def test_a_list_names_the_value_who_set_it_and_where(type_: Type, home: Path) -> None:
    type_("settings", "set", "team", "Nord/Süd")
    (told,) = json.loads(type_("settings", "show", "--json").out)
    place = str(home / FILE)
    assert told == {"name": "team", "value": "Nord/Süd", "set_by": "own", "place": place}
    assert "From your own file" in type_("settings", "show").out


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("colour", "red", "no setting of that name"),
        ("auto_start", "maybe", "true or false"),
        ("language", "xx", "one of: system, en, ar, de"),
        ("label", "two\nlines", "a line of text"),
        ("label", "x" * 2000, "a line of text"),
        ("proxy", "http://me:hunter2@proxy.example:8080", "not typed on a command line"),
    ],
)
def test_what_a_setting_does_not_take_is_refused_and_not_repeated(
    name: str, value: str, says: str, type_: Type, home: Path
) -> None:
    (home / FILE).write_text(OWN)
    said = type_("settings", "set", name, value)
    assert_one_sentence(said, 2)
    assert says in said.err
    assert "hunter2" not in said.err
    assert (home / FILE).read_text() == OWN


@pytest.mark.parametrize("raw", ["endpoint = ", 'colour = "red"\n', "label = 7\n"])
def test_a_damaged_file_is_not_written_over(raw: str, type_: Type, home: Path) -> None:
    (home / FILE).write_text(raw)
    assert_one_sentence(type_("settings", "set", "team", "x"), 2)
    assert (home / FILE).read_text() == raw
    assert FILE in type_("settings", "show").err


def test_a_password_in_the_file_is_not_shown(type_: Type, home: Path) -> None:
    (home / FILE).write_text('proxy = "http://me:hunter2@proxy.example:8080"\n')
    for more in ((), ("--json",)):
        said = type_("settings", "show", *more)
        assert "hunter2" not in said.out
        assert "proxy.example:8080" in said.out


TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=40)
WAYS = st.sampled_from(["{} = {}\n", "{}={}\n", "  {} = {} # note\n", '"{}" = {}\n', "# {} = {}\n"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(DESCRIBED), TEXTS, WAYS), unique_by=lambda one: one[0]),
    st.sampled_from([one for one in DESCRIBED if one.kind is Kind.TEXT]),
    st.none() | TEXTS,
)
def test_a_file_says_what_was_asked_for_or_is_as_it_was(home: Path, rows, chosen, value) -> None:
    kinds = {Kind.TEXT: lambda text: text, Kind.SWITCH: lambda _: True, Kind.CHOICE: lambda _: "en"}
    lines = [way.format(one.name, json.dumps(kinds[one.kind](text))) for one, text, way in rows]
    before = "".join(lines)
    (home / FILE).write_text(before)
    try:
        settings_edit.put(home, chosen.name, value)
    except UsageError:
        assert (home / FILE).read_text() == before
        return
    told = tomllib.loads((home / FILE).read_text())
    wanted = {k: v for k, v in tomllib.loads(before).items() if k != chosen.name}
    assert told == (wanted if value is None else {**wanted, chosen.name: value})
