"""A shift's trend counts the hours of the shift alone, by the clock of the team's site."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.floor import places, shifts
from agentguard.server.store.floor.shifts import Hours
from agentguard.server.store.schema.history_tables import team_hour

DAY, HOUR = 86400.0, 3600.0
EARLY = Hours(begins=6 * 60, ends=14 * 60, zone="Europe/Berlin", teams=frozenset({1}))
NIGHT = Hours(begins=22 * 60, ends=6 * 60, zone="Europe/Lisbon", teams=frozenset({1}))


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("hours", "moment", "day"),
    [
        (EARLY, "2026-07-01T03:00", None),  # 05:00 in Berlin
        (EARLY, "2026-07-01T04:00", date(2026, 7, 1)),
        (EARLY, "2026-07-01T11:00", date(2026, 7, 1)),
        (EARLY, "2026-07-01T12:00", None),
        (EARLY, "2026-12-01T04:00", None),  # an hour later in winter
        (EARLY, "2026-12-01T05:00", date(2026, 12, 1)),
        (NIGHT, "2026-07-01T20:00", None),
        (NIGHT, "2026-07-01T21:00", date(2026, 7, 1)),
        (NIGHT, "2026-07-02T04:00", date(2026, 7, 1)),
        (NIGHT, "2026-07-02T05:00", None),
    ],
)
def test_an_hour_belongs_to_the_day_on_which_its_shift_began(
    hours: Hours, moment: str, day: date | None
) -> None:
    assert hours.day(at(moment)) == day


@given(
    begins=st.integers(0, 23), length=st.integers(1, 24), start=st.integers(20_000, 20_800),
    zone=st.sampled_from(["Asia/Kolkata", "UTC", "Asia/Tokyo", ""]),
)  # fmt: skip
def test_a_day_of_a_shift_has_as_many_hours_as_the_shift(
    begins: int, length: int, start: int, zone: str
) -> None:
    """Where clocks are not changed; an empty zone is this machine's."""
    hours = Hours(
        begins=begins * 60, ends=(begins + length) % 24 * 60, zone=zone or "UTC", teams=frozenset()
    )
    counted = [hours.day((start * 24 + n) * HOUR) for n in range(24 * 4)]
    middle = sorted({one for one in counted if one})[1:-1]
    assert middle
    assert {counted.count(one) for one in middle} == {length}


def arrange(running: Any, counts: dict[int, int]) -> None:
    """Put Billing into an early shift in Lisbon; `counts` gives the good desks by hour (UTC)."""

    def do(connection: Any) -> None:
        id_ = team_id(connection, "Billing")
        places.put_site(connection, "Lisbon", "Europe/Lisbon")
        places.put_shift(connection, "Early", 6 * 60, 14 * 60)
        places.place(connection, id_, 1, 1, running.time())
        today = running.time() // DAY * DAY
        for back in range(1, 21):
            for hour, good in counts.items():
                row = {"ok": 60 * good, "attention": 0, "failing": 60 * (10 - good), "silent": 0}
                when = today - back * DAY + hour * HOUR
                values = {"team": id_, "at": when, "samples": 60}
                connection.execute(insert(team_hour).values(**values, **row))

    running.admin._database.run(do)


def test_what_happens_outside_of_the_shift_does_not_count(running: Any, browser: Any) -> None:
    arrange(running, {4: 0, 5: 9, 8: 9, 12: 9, 13: 0, 20: 0})  # Lisbon is an hour ahead
    page = browser.get("/trends?shift=1&kind=7").text
    assert "90 %" in page
    assert "Counted in the hours of the shift alone" in page
    assert "Findings opened" not in page
    assert re.search(r"as in the 7 days before", page)
    assert "days before" not in browser.get("/trends?shift=1&kind=30").text, "too little for it"
    whole = browser.get("/trends?kind=7").text
    assert "Counted in the hours" not in whole


def test_teams_at_other_clocks_are_added_by_their_own_hours(running: Any) -> None:
    arrange(running, {5: 10})

    def second(connection: Any) -> Any:
        other = team_id(connection, "Sales")
        places.put_site(connection, "Tokyo", "Asia/Tokyo")
        places.place(connection, other, 2, 1, running.time())
        today = running.time() // DAY * DAY
        for back in range(1, 4):
            row = {"ok": 120, "attention": 0, "failing": 0, "silent": 60, "samples": 60}
            when = today - back * DAY + 21.5 * HOUR  # 06:30 of the next day in Tokyo
            connection.execute(insert(team_hour).values(team=other, at=when, **row))
        working = shifts.hours(connection, None)
        return working, shifts.trend(connection, working, 7, running.time())

    working, points = running.admin._database.run(second)
    assert [one.zone for one in working] == ["Asia/Tokyo", "Europe/Lisbon"]
    newest = points[-1]
    assert (newest.ok, newest.silent) == (2.0, 1.0)
    assert (points[-2].ok, points[-2].failing, points[-2].silent) == (12.0, 0.0, 1.0)


def test_a_site_has_a_clock_that_there_is(running: Any, browser: Any) -> None:
    token = browser.token()
    same = {"sec-fetch-site": "same-origin"}

    def add(name: str, zone: str) -> Any:
        form = {"token": token, "name": name, "zone": zone}
        return browser.http.post("/teams/arrange/site", data=form, headers=same)

    assert add("Nowhere", "Europe/Atlantis").status_code == 409
    assert "no clock of that name" in add("Nowhere", "../etc/passwd").text
    assert add("Porto", "Europe/Lisbon").status_code == 303
    assert add("Here", "").status_code == 303
    known = running.admin._database.run(places.sites)
    assert [(one.name, one.zone) for one in known] == [("Here", ""), ("Porto", "Europe/Lisbon")]
    assert "Europe/Lisbon" in browser.get("/teams/arrange").text
