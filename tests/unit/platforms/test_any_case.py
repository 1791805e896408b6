"""The registry knows no case: neither do the answers that are read from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.facts import Kind
from agentguard.platforms._win32.any_case import AnyCase
from agentguard.platforms._win32.lock_answers import INACTIVITY, PowerPlan, sources
from agentguard.platforms._win32.software_answers import installed

NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


@given(st.dictionaries(NAMES.map(str.lower), st.integers()), st.randoms())
def test_every_spelling_of_a_name_finds_its_value(values: dict[str, int], chance) -> None:
    known = AnyCase(values.items())
    assert known == values
    assert len(known) == len(values)
    for name, value in values.items():
        spelt = "".join(chance.choice((c.lower(), c.upper())) for c in name)
        assert spelt in known
        assert known[spelt] == known.get(spelt) == value


def test_what_is_not_there_is_not_found() -> None:
    known = AnyCase([("A", 1)])
    assert known.get("b") is None
    assert "b" not in known
    assert 7 not in known
    with pytest.raises(KeyError):
        known["b"]
    assert list(known) == ["A"]


def test_a_limit_and_an_edition_in_other_case_count() -> None:
    nothing = AnyCase(())
    machine = AnyCase([("INACTIVITYTIMEOUTSECS", 300)])
    every = sources(nothing, nothing, machine, PowerPlan(), nothing)
    assert (every[-1].name, every[-1].seconds) == (INACTIVITY, 300)
    version = AnyCase([("EditionId", "Core"), ("currentbuildnumber", "26200")])
    (system,) = installed([], version)
    assert (system.kind, system.edition) == (Kind.SYSTEM, "Core")
