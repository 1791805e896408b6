"""Every time is shown by the reader's clock, which is named, and can be read back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import nodes

from agentguard.base import cldr, translations
from agentguard.server import console, zoned
from agentguard.server.console import moments
from agentguard.server.console.site import environment
from tests.server.conftest import START

MONTHS = cldr.MONTHS["en"].split(" ")
EDGES = ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca",
         "Asia/Kathmandu", "Europe/Moscow", "America/Caracas", "Pacific/Apia", "UTC")  # fmt: skip
BERLIN = ZoneInfo("Europe/Berlin")
BACK = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
"""Half past two in Berlin, for the first time; an hour later it is half past two again."""


@cache
def changes(name: str) -> list[int]:
    """Give the minutes about which a clock is put forward or back, from 2010 on."""
    zone, found = ZoneInfo(name), []
    at = datetime(2010, 1, 1, tzinfo=UTC)
    while at.year < 2027:
        later = at + timedelta(hours=1)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found.append(int(later.timestamp()))
        at = later
    return found


def read_back(shown: str, name: str, year: int) -> set[float]:
    """Give the moments that are written so by a clock; a year that is not written is `year`."""
    found = re.fullmatch(r"(\d+) (\w+)(?: (\d+))?, (\d\d):(\d\d) (\S+)", shown)
    assert found is not None, shown
    day, month, of, hour, minute, mark = found.groups()
    then = datetime(
        int(of or year), MONTHS.index(month) + 1, int(day), int(hour), int(minute),
        tzinfo=zoned.clock(name),
    )  # fmt: skip
    both = (then.replace(fold=fold) for fold in (0, 1))
    return {one.timestamp() for one in both if zoned.mark(one) == mark}


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[str, int]:
    name = draw(st.sampled_from(EDGES))
    edges = changes(name) or [int(START) // 60 * 60]
    return name, draw(st.sampled_from(edges)) + draw(st.integers(-150, 150)) * 60


@st.composite
def anywhere(draw: st.DrawFn) -> tuple[str, int]:
    name = draw(st.sampled_from(sorted(zoned.zones())))
    return name, draw(st.integers(0, 4_000_000_000 // 60)) * 60


@given(near_a_change() | anywhere(), st.integers(0, 4_000_000_000))
def test_row_401_what_is_shown_reads_back_to_the_same_moment(
    case: tuple[str, int], now: int
) -> None:
    name, at = case
    zone = zoned.clock(name)
    shown = moments.stamp(at, "en", zone, now=now)
    whole = at - at % 60 if zoned.moment(at, zone).second == 0 else None
    found = read_back(shown, name, zoned.moment(now, zone).year)
    if whole is not None:
        assert found == {float(at)}
    else:  # clocks of fifty years ago were some seconds beside the minute
        assert len(found) == 1
        assert abs(found.pop() - at) < 60


@given(near_a_change())
def test_row_401_on_paper_it_reads_back_as_well(case: tuple[str, int]) -> None:
    name, at = case
    zone = zoned.clock(name)
    day, time, mark = zoned.on_paper(at, zone).split(" ")
    then = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=zone)
    both = [then.replace(fold=fold) for fold in (0, 1)]
    assert {one.timestamp() for one in both if zoned.mark(one) == mark} == {float(at)}


def test_row_401_an_hour_that_comes_twice_has_two_names() -> None:
    said = [moments.stamp(BACK + hours * 3600, "en", BERLIN) for hours in (0, 1)]
    assert said == ["25 Oct, 02:30 CEST", "25 Oct, 02:30 CET"]
    moscow = ZoneInfo("Europe/Moscow")
    twice = datetime(2014, 10, 25, 21, 30, tzinfo=UTC).timestamp()
    marks = [zoned.mark(zoned.moment(twice + hours * 3600, moscow)) for hours in (0, 1)]
    assert marks == ["UTC+4", "UTC+3"], "both are called MSK"


@pytest.mark.parametrize(
    ("name", "mark"),
    [("Asia/Kathmandu", "UTC+5:45"), ("America/Sao_Paulo", "UTC-3"), ("Asia/Manila", "PST"),
     ("Etc/GMT+5", "UTC-5"), ("UTC", "UTC"), ("nowhere", "UTC")],
)  # fmt: skip
def test_a_clock_is_called_as_people_call_it_or_by_how_far_it_is(name: str, mark: str) -> None:
    assert zoned.mark(zoned.moment(START, zoned.clock(name))) == mark


@pytest.mark.parametrize("at", [float("inf"), float("nan"), -1e20, 1e20, 253402300799])
@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "America/Adak"])
def test_an_impossible_time_is_no_error(at: float, name: str) -> None:
    assert moments.stamp(at, "en", zoned.clock(name), now=at)
    assert zoned.on_paper(at, zoned.clock(name))


def choose(browser: Any, zone: str) -> Any:
    return browser.submit("/account/zone", token=browser.token("/account"), zone=zone)


def times(page: str) -> list[str]:
    """Give what a page shows between the tags of times that are moments."""
    found = re.findall(r'<time datetime="[^"]*">([^<]*)</time>', unescape(page))
    return [one for one in found if ":" in one]


def test_row_401_the_chosen_clock_comes_before_the_browsers_and_is_named(
    running: Any, browser: Any
) -> None:
    floor = browser.get("/").text
    assert times(floor)[0].endswith(" UTC")
    browser.http.cookies.set("zone", "Asia/Kathmandu")
    floor = browser.get("/").text
    assert times(floor)[0].endswith(" UTC+5:45")
    assert "<bdi>Asia/Kathmandu</bdi>" in floor
    assert choose(browser, "Europe/Berlin").status_code == 303
    floor = browser.get("/").text
    local = datetime.fromtimestamp(running.time(), BERLIN)
    assert times(floor) == [f"{local.day} {MONTHS[local.month - 1]}, {local:%H:%M} CEST"]
    assert "<bdi>Europe/Berlin</bdi>" in floor
    for path in ("/audit", "/users", "/retention"):
        assert {one.rpartition(" ")[2] for one in times(browser.get(path).text)} <= {"CEST", "CET"}
    assert choose(browser, "").status_code == 303
    assert times(browser.get("/").text)[0].endswith(" UTC+5:45")


def test_row_401_a_clock_that_nobody_knows_changes_nothing(browser: Any) -> None:
    assert choose(browser, "Europe/Berlin").status_code == 303
    for wrong in ("Europe/Berlinn", "../etc/passwd", "x" * 500):
        assert "There is no clock of that name" in choose(browser, wrong).text
    browser.http.cookies.set("zone", "../../etc/localtime")
    assert times(browser.get("/").text)[0].endswith(" CEST")


def test_row_401_two_readers_at_once_have_each_their_own(
    running: Any, browser: Any, add_known: Any, another: Any
) -> None:
    add_known(running, "olga", "correct horse battery staple", "officer")
    with another() as other:
        other.sign_in("olga", "correct horse battery staple")
        choose(browser, "Asia/Manila")
        choose(other, "America/St_Johns")
        for _ in range(3):
            assert times(browser.get("/").text)[0].endswith(" PST")
            assert times(other.get("/").text)[0].endswith(" NDT")


def test_row_401_what_is_refreshed_goes_by_the_same_clock(browser: Any) -> None:
    choose(browser, "Asia/Manila")
    part = browser.get("/floor/part")
    assert times(part.text)[0].endswith(" PST")
    same = browser.get("/floor/part", **{"if-none-match": part.headers["etag"]})
    assert same.status_code == 304
    assert same.headers["x-as-of"].endswith("%20PST")


def test_row_401_machines_read_utc(running: Any, desk: Any, browser: Any, control: Any) -> None:
    choose(browser, "Asia/Manila")
    desk.send(controls=[control()], overall="good")
    page = browser.get("/").text
    assert set(re.findall(r'<time datetime="[^"]*(.{6})"', page)) == {"+00:00"}
    sheet = browser.get("/exports/desks.csv").text
    assert "+00:00" in sheet
    assert "+08:00" not in sheet


def test_row_401_no_template_shows_a_time_without_the_readers_clock() -> None:
    """A macro that is imported without its page's context would take UTC."""
    engine = environment(translations.load())
    folder = Path(console.__file__).parent / "templates"
    trees = {one.name: engine.parse(one.read_text(encoding="utf-8")) for one in folder.iterdir()}
    wanting = {("_icons.html", "moment"), ("_icons.html", "since")}
    timed = {
        name for name, tree in trees.items()
        if name.startswith("_") and name != "_icons.html" and any(tree.find_all(nodes.Macro))
        and any(
            (one.template.value, _name(each)) in wanting  # type: ignore[attr-defined]
            for one in tree.find_all(nodes.FromImport) for each in one.names
        )
    }  # fmt: skip
    assert timed
    for name, tree in trees.items():
        for one in tree.find_all(nodes.FromImport):
            source = one.template.value  # type: ignore[attr-defined]
            if source in timed or any((source, _name(each)) in wanting for each in one.names):
                assert one.with_context, f"{name} imports {source}"


def _name(given: str | tuple[str, str]) -> str:
    return given if isinstance(given, str) else given[0]
