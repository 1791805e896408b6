"""The console's pages by requirement: shares of what was watched, and every gap beside them."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.commands import _server_requirements
from agentguard.platforms.simulated import FakeClock
from agentguard.server.store.control_history import days
from agentguard.server.store.floor import places
from tests.server.test_console import text_of

EVIL = "<script>alert(1)</script>"
PAGE = "/requirements/pci-dss-8.2.8"


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def add_up(running: Any) -> None:
    day, now = days.of(running.time()), running.time()
    rows = do(running, lambda c: days.make(c, day, now))
    do(running, lambda c: days.put(c, day, rows))


@pytest.fixture
def floor(running: Any, new_desk: Any, control: Any) -> None:
    """Two teams: in one the lock fails for a minute of two, the other is not heard of for long."""
    now = running.time()
    one, two = new_desk(team="Billing", label="b1"), new_desk(team=EVIL, label="s1")
    lock = {"check": "screen-lock"}
    one.send(controls=[control(**lock, state="pass")])
    two.send(controls=[control(**lock, state="pass")])
    running.time.at = now + 60
    one.send(controls=[control(**lock, state="fail", since="2030-01-01T00:00:00Z")])
    two.send()
    running.time.at = now + 120
    one.send()
    running.time.at = now + 4000
    add_up(running)


def test_row_288_a_page_shows_shares_by_team_and_what_was_not_watched(
    running: Any, floor: Any, browser: Any
) -> None:
    page = browser.get(PAGE).text
    words = text_of(page)
    assert "After 15 minutes without use" in words
    assert EVIL not in page
    assert "50.0 %" in words, "one of the two minutes that were watched in Billing"
    assert "66.6 %" in words, "two of three minutes of all, rounded down"
    assert "1 h" in words, "what was not watched stands beside it"
    assert "does not show how strong the sign-in is" in words
    assert "Not proved:" in words


def test_row_266_a_page_names_who_failed_most_and_opens_it(
    running: Any, floor: Any, browser: Any
) -> None:
    page = browser.get(PAGE).text
    words = text_of(page)
    assert "Desk that failed most" in words
    (address,) = set(re.findall(r'href="(/desk/[^"]+)"><bdi>b1<', page))
    assert browser.get(address).status_code == 200
    assert "s1" not in words, "it never failed"
    assert "Held while in use" in words
    assert "In use, not watched" in words


def test_row_288_the_list_shows_the_control_that_held_least(
    running: Any, floor: Any, browser: Any
) -> None:
    page = browser.get("/requirements").text
    for framework in ("PCI DSS", "ISO 27001", "NIST CSF", "CIS", "The ten measures"):
        assert framework in page
    assert 'href="/requirements/pci-dss-8.2.8"' in page
    assert "66.6 %" in text_of(page)
    assert "Shown by records and lessons" in text_of(page)


def test_what_is_not_proved_is_said_in_the_language_of_the_page(browser: Any) -> None:
    browser.http.headers["accept-language"] = "de"
    assert translations.load("de").say("screen-lock.not") in text_of(browser.get(PAGE).text)


def test_a_team_or_a_site_alone_is_shown_when_it_is_asked_for(
    running: Any, floor: Any, browser: Any
) -> None:
    teams = {one.name: one.id for one in do(running, places.list_placed)}
    words = text_of(browser.get(f"{PAGE}?team={teams['Billing']}&kind=7").text)
    assert "50.0 %" in words
    assert "66.6 %" not in words
    for n, name in enumerate(("North", "South")):
        do(running, lambda c, name=name: places.put_site(c, name))
        team = tuple(teams.values())[n]
        site = next(one.id for one in do(running, places.sites) if one.name == name)
        now = running.time.at - 4000
        do(running, lambda c, t=team, s=site, n=now: places.place(c, t, s, None, n))
    add_up(running)
    words = text_of(browser.get(PAGE).text)
    assert "Site North" in words
    assert "Site South" in words


def test_the_command_tells_the_same(
    running: Any, floor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(wall=running.time())
    monkeypatch.setattr(_server_requirements, "system_clock", lambda: clock)

    def told(**other: Any) -> str:
        usual = {"name": ["PCI", "DSS", "8.2.8"], "days": 30, "json": False, "site": None}
        given = argparse.Namespace(**{**usual, **other})
        return _server_requirements.run(given, running.settings, translations.load())

    assert "screen-lock: held 66.6 % of" in told()
    assert "clipboard: not watched in this time" in told(name=["3.4.2"])
    rows = json.loads(told(json=True))
    assert [(row["number"], row["pass"], row["fail"]) for row in rows] == [("8.2.8", 120, 60)]
    (row,) = rows
    assert row["used-seconds"] > row["used-offline-seconds"] > 0
    assert (row["worst-desk"], row["worst-desk-seconds"]) == ("b1", 60)
    assert {(one["team"], one["fail"]) for one in row["places"]} == {("Billing", 60), (EVIL, 0)}
    assert "of which it held" in told()
    assert "Billing: desk that failed most b1 (1 min); longest failure b1" in told()
    assert "not watched in this time" in told(site="Nowhere")
    wrong: tuple[dict[str, Any], ...] = ({"name": ["99.9"]}, {"days": 0})
    for one in wrong:
        with pytest.raises(UsageError):
            told(**one)


def test_nothing_is_shown_as_held_before_anything_is_known(running: Any, browser: Any) -> None:
    assert 'class="number"' not in browser.get(PAGE).text
    assert "Nothing has been written down" in browser.get("/requirements").text
    assert browser.get("/requirements/pci-dss-99.9").status_code == 404
