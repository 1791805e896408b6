"""Updaters: off, stuck, waiting for a new start, fine by proof, and else not told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.checks._behind import behind
from agentguard.checks.updaters import CHECK, Settings
from agentguard.model.facts import Channel, LifecyclesKnown
from agentguard.model.machine import Updater, UpdatersSeen
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State, Verdict
from agentguard.software import shipped
from agentguard.software.catalogue import Catalogue, Product, Rule
from agentguard.software.match import Matcher
from tests import programs
from tests.unit.checks.conftest import Desk, Told

DAY = 86400.0
TODAY = date(2026, 11, 25)
NOW = Moment(boot=1, wall=1)
BROWSER = {"1": TODAY - timedelta(weeks=6), "2": TODAY - timedelta(weeks=5), "3": TODAY}
KNOWN = programs.matcher({"browser": BROWSER})


def updater(**fields: Any) -> Updater:
    """Make the updater of a browser of this day."""
    return Updater(**{"program": "browser", "on": True, "version": "3.0", **fields})


def judged(desk, *updaters: Updater, settings=None, known=KNOWN, **fields: Any) -> Told:
    """Judge updaters with a catalogue of today."""
    desk.see(LifecyclesKnown, programs=known)
    return desk.judge(CHECK, UpdatersSeen, settings, updaters=updaters, **fields)


def verdict(desk, settings=None) -> Verdict:
    """Give the whole of what is said of the updaters that were judged last."""
    seen = desk.facts.get(UpdatersSeen)
    found = CHECK.judge(seen, desk.facts, settings or Settings())
    assert found is not None
    return found


def ago(desk, days: float) -> float:
    """Give a wall time so many days ago."""
    return desk.wall - days * DAY


def state(desk, one: Updater, settings=None, known=KNOWN) -> tuple[State, str]:
    """Give the state, and which sentence tells it."""
    told = judged(desk, one, settings=settings, known=known)
    message = verdict(desk, settings).message
    assert told.state is not None
    assert message is not None
    return told.state, message.id


@pytest.mark.parametrize(
    ("fields", "expected", "sentence"),
    [
        ({}, State.PASS, "fine"),
        ({"on": False}, State.FAIL, "off"),
        ({"on": False, "looked": 0.0}, State.FAIL, "off"),
        ({"on": None}, State.UNKNOWN, "untold"),
        ({"on": None, "looked": 30.0}, State.PASS, "fine"),
        ({"on": None, "looked": 31.0}, State.FAIL, "stopped"),
        ({"looked": 31.0, "pinned": True}, State.FAIL, "stopped"),
        ({"version": "1.0", "pinned": True}, State.FAIL, "late"),
        ({"version": "1.0", "on": None}, State.FAIL, "late"),
        ({"looked": 31.0}, State.FAIL, "stuck"),
        ({"looked": 31.0, "system": True, "version": ""}, State.FAIL, "stopped"),
        ({"version": ""}, State.UNKNOWN, "untold"),
        ({"version": "", "looked": -1.0}, State.UNKNOWN, "untold"),
        ({"version": "", "looked": 1.0}, State.PASS, "fine"),
        ({"version": "2.0"}, State.PASS, "fine"),
        ({"version": "", "brought": 30.0}, State.PASS, "fine"),
        ({"version": "", "brought": 31.0}, State.UNKNOWN, "untold"),
        ({"version": "3.0", "brought": 400.0}, State.PASS, "fine"),
        ({"version": "1.0", "brought": 3.0}, State.FAIL, "stuck"),
        ({"version": "1.0"}, State.FAIL, "stuck"),
        ({"version": "1.0", "on": None, "looked": 0.0}, State.FAIL, "late"),
        ({"version": "1.0", "on": True, "looked": 0.0}, State.FAIL, "stuck"),
        ({"version": "1.0", "waits": True}, State.FAIL, "waits"),
        ({"version": "3.0", "waits": True}, State.PASS, "fine"),
        ({"version": "3.0", "waits": True, "ready": 3.0}, State.FAIL, "waits"),
        ({"version": "3.0", "waits": True, "ready": 2.9}, State.PASS, "fine"),
        ({"version": "3.0", "ready": 9.0}, State.PASS, "fine"),
        ({"version": "", "waits": True, "looked": 0.0}, State.UNKNOWN, "untold"),
        ({"version": "", "waits": True, "ready": 2.9, "looked": 0.0}, State.PASS, "fine"),
        ({"version": "", "pinned": True, "looked": 0.0}, State.UNKNOWN, "untold"),
        ({"version": "", "pinned": True, "brought": 1.0}, State.UNKNOWN, "untold"),
        ({"version": "3.0", "pinned": True}, State.PASS, "fine"),
        ({"version": "3.0", "pinned": True, "on": None, "looked": 0.0}, State.PASS, "fine"),
        ({"version": "9.9"}, State.PASS, "fine"),
        ({"version": "x"}, State.UNKNOWN, "untold"),
    ],
)
def test_row_196_an_updater_is_off_stuck_or_fine_by_proof(desk, fields, expected, sentence) -> None:
    times = {k: ago(desk, fields.pop(k)) for k in ("looked", "brought", "ready") if k in fields}
    found = state(desk, updater(**fields, **times))
    assert found == (expected, f"updaters.{sentence}")


@pytest.mark.parametrize(
    ("version", "on", "expected", "sentence"),
    [
        ("3.0", False, State.PASS, "fine"),
        ("1.0", False, State.FAIL, "late"),
        ("1.0", True, State.FAIL, "late"),
        ("", False, State.UNKNOWN, "untold"),
    ],
)
def test_what_a_tool_of_the_company_brings_is_judged_by_its_version(
    desk, version, on, expected, sentence
) -> None:
    settings = Settings(elsewhere=("brow*",))
    looked = ago(desk, 400)
    found = state(desk, updater(on=on, version=version, looked=looked), settings)
    assert found == (expected, f"updaters.{sentence}")


def test_an_old_catalogue_shows_who_is_behind_and_not_who_is_not(desk) -> None:
    old = programs.matcher({"browser": BROWSER}, compiled=TODAY - timedelta(days=91))
    assert state(desk, updater(), known=old) == (State.UNKNOWN, "updaters.untold")
    assert state(desk, updater(version="1.0"), known=old) == (State.FAIL, "updaters.stuck")
    assert state(desk, updater(), known=None) == (State.UNKNOWN, "updaters.untold")


def test_without_a_catalogue_only_the_last_look_counts(desk) -> None:
    told = desk.judge(CHECK, UpdatersSeen, updaters=(updater(looked=desk.wall),))
    assert told.state is State.PASS
    assert Desk().judge(CHECK, UpdatersSeen, updaters=(updater(),)).state is State.UNKNOWN
    assert Desk().judge(CHECK, LifecyclesKnown, programs=KNOWN).state is None


def test_what_is_hers_comes_first_and_one_that_is_not_told_keeps_the_rest_from_passing(
    desk,
) -> None:
    fine, off = updater(), updater(program="mail", on=False)
    waits = updater(program="pad", version="", waits=True, ready=ago(desk, 9))
    untold = updater(program="sheet", version="")
    assert judged(desk, fine, off, waits).words.endswith("start it anew: pad.")
    assert "switched off: mail." in judged(desk, fine, off, untold).words
    told = judged(desk, fine, untold)
    assert (told.state, told.words) == (
        State.PARTIAL,
        "It could not be told whether these are kept up to date (1): sheet.",
    )
    assert judged(desk, untold).state is State.UNKNOWN
    judged(desk, fine, untold)
    assert [row.id for row in verdict(desk).rows] == ["updaters.row", "updaters.row"]
    judged(desk, updater(version="1.0"), updater(looked=desk.wall))
    assert [row.id for row in verdict(desk).rows] == ["updaters.row-behind", "updaters.row-looked"]
    judged(desk, updater(waits=True))
    assert [row.id for row in verdict(desk).rows] == ["updaters.row-waits"]


def test_none_at_all_and_those_that_are_left_out(desk) -> None:
    assert judged(desk).state is State.NOT_APPLICABLE
    left = Settings(ignore=("browser",))
    assert judged(desk, updater(on=False), settings=left).state is State.NOT_APPLICABLE
    assert judged(desk, unread="denied").state is State.UNKNOWN
    assert judged(desk, updater(), unread="denied").state is State.PARTIAL
    assert judged(desk, updater(on=False), unread="denied").state is State.FAIL


AGES = st.none() | st.integers(-400_000, 4_000_000).map(lambda n: n / 1000)


@given(
    st.sampled_from([True, False, None]), st.sampled_from(["", "1", "2", "3", "9", "x"]),
    AGES, AGES, st.tuples(st.booleans(), st.booleans(), st.booleans()),
)  # fmt: skip
def test_row_196_nothing_passes_without_proof(on, version, looked, ready, flags) -> None:
    desk, (waits, system, pinned) = Desk(), flags
    one = updater(
        on=on, version=version, waits=waits, system=system, pinned=pinned,
        looked=None if looked is None else ago(desk, looked),
        ready=None if ready is None else ago(desk, ready),
    )  # fmt: skip
    told = judged(desk, one)
    if told.state is State.PASS:
        seen = looked is not None and 0 <= looked < 31
        assert on is not False
        current = version in {"2", "3", "9"}
        assert seen or (on and current)
        assert current or not (pinned or (waits and ready is None))
    if told.state is State.FAIL:
        late = looked is not None and looked >= 31
        assert on is False or late or version == "1" or (waits and ready is not None and ready >= 3)


def product(days: dict[str, date], weeks: int = 0) -> Matcher:
    """Make a catalogue of today with a product that is known by the days of its releases."""
    evergreen = Product(
        slug="b", title="b", source="x", weeks=weeks, releases=tuple(sorted(days.items()))
    )
    rule = Rule(product="b", names=("^browser$",))
    return Matcher(Catalogue(compiled=TODAY, products={"b": evergreen}, rules=(rule,)))


@pytest.mark.parametrize(("limit", "weeks"), [(0, 6), (4, 6), (30, 6)])
def test_days_of_releases_tell_for_how_long_a_newer_one_has_been_out(limit, weeks) -> None:
    days = {"1": TODAY - timedelta(weeks=8), "2": TODAY - timedelta(weeks=6), "3": TODAY}
    known = LifecyclesKnown(at=NOW, programs=product(days, limit))
    found = behind(updater(version="1"), known, TODAY)
    assert found is not None
    assert found.weeks >= weeks
    newest = behind(updater(version="3"), known, TODAY)
    assert newest is not None
    assert (newest.weeks, newest.shown) == (0, True)


OFFICE = Channel(
    name="monthly",
    releases=(
        ("100.5", date(2026, 8, 11)),
        ("100.9", date(2026, 9, 8)),
        ("200.1", date(2026, 9, 8)),
        ("200.4", date(2026, 10, 13)),
    ),
)


@pytest.mark.parametrize(
    ("version", "weeks"),
    [
        ("16.0.200.4", 0),
        ("16.0.200.9", 0),
        ("16.0.300.1", 0),
        ("16.0.200.1", 6),
        ("16.0.200.3", 6),
        ("16.0.100.9", 6),
        ("16.0.100.5", 11),
        ("16.0.150.1", 6),
        ("16.0.200.0", None),
        ("16.0.50.1", None),
        ("word", None),
    ],
)
def test_a_build_of_office_is_dated_by_its_channel(version: str, weeks: int | None) -> None:
    known = LifecyclesKnown(at=NOW, office=(OFFICE,))
    one = updater(version=version, channel="monthly")
    found = behind(one, known, TODAY)
    assert (found and found.weeks) == weeks
    assert found is None or found.shown is True
    later = behind(one, known, date(2026, 11, 28))
    assert later is None or later.shown is False
    assert behind(updater(version=version, channel="beta"), known, TODAY) is None


def test_a_long_lived_line_shows_nothing_of_the_version_within_it() -> None:
    known = LifecyclesKnown(at=NOW, programs=shipped.matcher())
    day = date(2026, 8, 25)
    firefox = updater(program="Mozilla Firefox", maker="Mozilla", version="154.0")
    esr = updater(program="Mozilla Firefox ESR", maker="Mozilla", version="153.1.0")
    found = behind(firefox, known, day)
    assert found is not None
    assert (found.weeks, found.shown) == (0, True)
    assert behind(esr, known, day) is None
    chrome = updater(program="Google Chrome", maker="Google LLC", version="149.0.7800.1")
    edge = updater(program="Microsoft Edge", maker="Microsoft Corporation", version="140.0.3485.54")
    for one, weeks in ((chrome, 8), (edge, 30)):
        late = behind(one, known, day)
        assert late is not None
        assert late.weeks >= weeks
