"""The console's Training page: people by team, each once; days and never answers."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.server.console import filters
from agentguard.server.store.persons import training
from agentguard.server.store.persons.training import Evidence, Team
from tests.server.test_console import text_of
from tests.server.test_lessons import ask, lesson

EVIL = "<script>alert(1)</script>"


def told(running: Any, read: Any) -> Any:
    return running.admin._database.run(lambda c: read(c, None, running.time()))


@pytest.fixture
def floor(running: Any, new_desk: Any) -> Any:
    """Three people of two teams; the first of them at two desks."""
    now = running.time()
    one, two = new_desk(team="Billing", label="b1"), new_desk(team="Billing", label="b2")
    three = new_desk(team="Sales", label="s1")
    done, late = lesson(now, known=20, done=2), {**lesson(now, "x", known=20), "title": EVIL}
    ask(one, done, user="ada")
    ask(two, lesson(now), user="ada")
    ask(two, lesson(now, known=3), user="bob")
    ask(three, {**done, "done": ""}, {**late, "days": 0}, user="cy")
    return three


def test_row_242_people_are_counted_once_and_by_team(running: Any, floor: Any) -> None:
    running.time.at += 60
    assert told(running, training.teams) == [
        Team(name="Sales", people=1, done=0, due=0, late=1),
        Team(name="Billing", people=2, done=1, due=1, late=0),
    ]
    late = told(running, training.late)
    assert [(one.team, one.lesson) for one in late] == [("Sales", "clipboard"), ("Sales", "x")]
    assert sum(one.people for one in told(running, training.teams)) == 3
    assert told(running, training.evidence) == Evidence(people=3, within=1, acknowledged=1)


def test_row_242_the_page_shows_days_and_pseudonyms_alone(
    running: Any, floor: Any, browser: Any
) -> None:
    running.time.at += 60
    page = browser.get("/training").text
    assert "About clipboard" in page
    assert page.count('href="/people/p-') == 2, "who is late, by pseudonym"
    assert EVIL not in page
    for name in ("ada", "bob", ">cy<"):
        assert f"<bdi>{name}</bdi>" not in page
    assert "1 of 3 people have acknowledged every lesson" in text_of(page)
    sheet = browser.get("/exports/training.csv").text
    assert sheet.count("\r\n") == 2, "a head, and the one lesson that was done"
    assert "About clipboard" in sheet


def test_a_page_without_people_says_so_and_many_teams_have_pages(
    running: Any, new_desk: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No desk that you see has told of lessons yet" in browser.get("/training").text
    for team in ("Billing", "Night", "Sales"):
        ask(new_desk(team=team, label=team), lesson(running.time()), user=team)
    monkeypatch.setattr(filters, "PAGE", 2)
    first, second = (text_of(browser.get(f"/training?page={n}").text) for n in (1, 2))
    assert "1 to 2 of 3" in first
    assert "Sales" not in first
    assert "Sales" in second
