"""The first day at the console: each step true at this moment, refused where it is seen."""

from __future__ import annotations

import re
from typing import Any

import pyrage
import pytest

from agentguard.base import translations
from agentguard.server.backup import timetable
from agentguard.server.backup.timetable import Timetable
from agentguard.server.console import moments
from agentguard.server.console.day_progress import BELIEVED, DayProgress
from agentguard.server.first_day import first_steps
from agentguard.server.first_day.first_steps import State
from agentguard.server.listener import origin
from agentguard.server.store.engine import leadership
from agentguard.server.store.floor import places
from tests.server.test_console import text_of
from tests.server.test_policies import label
from tests.server.test_roles import signed_in
from tests.unit.policy.signing import Said, chain, root

__all__ = ["signed_in"]

WORDS = translations.load()
STEPS = (
    *("address", "administrator", "places", "root", "policy", "feeds", "backup", "desk", "report"),
)
RECIPIENT = str(pyrage.x25519.Identity.generate().to_public())


def states(page: str) -> dict[str, str]:
    """Give the state of each step as the page says it, in the page's order."""
    found = re.findall(
        r'<li class="card" id="(\w+)">.*?<span class="state state-(\w+)">', page, re.DOTALL
    )
    return dict(found)


def done(running: Any, new_desk: Any) -> None:
    """Do every step that a command does, and have a desk report."""
    origin.write(running.settings.data, running.address.replace("127.0.0.1", "localhost"))
    running.admin._database.run(lambda c: places.put_team(c, "Billing"))
    running.admin.policies.publish_roots(chain(root()))
    running.admin.policies.publish(Said().signed(), label(Said()), 100)
    wanted = Timetable(folder=str(running.settings.data.parent / "kept"), recipients=(RECIPIENT,))
    timetable.write(running.settings.data, wanted, WORDS)
    running.admin._database.run(
        lambda c: leadership.note(c, leadership.BACKUP_CHECKED, running.time())
    )
    new_desk(team="Billing").send()


def test_row_395_each_step_is_shown_in_its_order_as_it_stands(browser: Any) -> None:
    page = browser.get("/first-day").text
    found = states(page)
    assert tuple(found) == STEPS
    assert found["administrator"] == "ok"
    assert found["feeds"] == "free"
    for name in ("address", "places", "root", "policy", "backup", "desk", "report"):
        assert found[name] == "attention", name
        assert WORDS.say(f"server.first.{name}-open") in text_of(page)
    assert WORDS.say("console.first-day.left", done=2, every=9) in text_of(page)
    assert WORDS.say("console.first-day.over") not in page


def test_row_395_it_is_over_when_every_step_is_and_open_again_when_one_is_undone(
    running: Any, browser: Any, new_desk: Any
) -> None:
    done(running, new_desk)
    page = browser.get("/first-day").text
    assert set(states(page).values()) == {"ok", "free"}, states(page)
    assert WORDS.say("console.first-day.over") in page
    assert f"found whole at {moments.stamp(running.time.at)}." in text_of(page), "by one's clock"
    assert "/first-day" in browser.get("/users").text, "the page stays in the menu"
    assert "First day:" not in text_of(browser.get("/users").text)
    (running.settings.data / timetable.FILE).unlink()
    assert states(browser.get("/first-day").text)["backup"] == "attention"
    running.time.at += BELIEVED + 1
    assert "First day: 8 of 9" in text_of(browser.get("/users").text)


def test_row_395_administrators_are_led_there_and_nobody_else(
    running: Any, browser: Any, signed_in: Any
) -> None:
    assert "First day: 2 of 9 steps are done" in text_of(browser.get("/incidents").text)
    assert 'href="/first-day"' in browser.get("/").text
    officer = signed_in("olga", "officer")
    assert 'href="/first-day"' not in officer.get("/incidents").text
    assert officer.get("/first-day").status_code == 404


def test_the_one_command_names_what_is_open_and_nothing_that_is_done(
    running: Any, browser: Any, new_desk: Any
) -> None:
    said = text_of(browser.get("/first-day").text)
    data = running.settings.data
    assert f"agentguard server setup --data {data} --address https://NAME:8443 --keys" in said
    assert "--backups" in said
    done(running, new_desk)
    assert "agentguard server setup" not in text_of(browser.get("/first-day").text)


@pytest.mark.parametrize(
    ("sheet", "how"),
    [
        (b"team,colour\nx,red\n", "columns"),
        (b"team,site\nA,B\n,C\n", "no-team"),
        (b"\xff\xfe\x00", "unread"),
        (b"team,shift\nA,Early\n", "hours"),
    ],
)
def test_row_395_a_sheet_that_is_wrong_is_refused_at_its_step(
    running: Any, browser: Any, sheet: bytes, how: str
) -> None:
    answer = give(browser, sheet)
    assert answer.status_code == 400
    step = answer.text.split('id="places"')[1].split("</li>")[0]
    assert 'role="alert"' in step
    said = WORDS.say(f"server.places.{how}", file="teams.csv", line="?").split("?")[0]
    assert said.replace("?", "") in step
    assert running.admin._database.run(places.list_placed) == []


def test_a_sheet_is_taken(running: Any, browser: Any) -> None:
    answer = give(browser, b"team,site,zone\nBilling,Lisbon,Europe/Lisbon\nSales,,\n")
    assert answer.status_code == 303
    found = running.admin._database.run(places.list_placed)
    assert [one.name for one in found] == ["Billing", "Sales"]
    assert states(browser.get("/first-day").text)["places"] == "ok"
    assert "server.places" not in browser.get("/first-day").text


def give(browser: Any, sheet: bytes) -> Any:
    return browser.http.post(
        "/first-day/places",
        data={"token": browser.token()},
        files={"file": ("teams.csv", sheet, "text/csv")},
        headers={"sec-fetch-site": "same-origin"},
    )


def test_a_day_is_believed_to_be_over_only_once_it_was(running: Any) -> None:
    import asyncio  # noqa: PLC0415 - only here

    class Reads:
        async def read(self, job: Any) -> Any:
            return running.admin._database.run(job)

    day = DayProgress()
    found = asyncio.run(day.seen(Reads(), running.settings, 2e9))  # type: ignore[arg-type]
    assert found.left > 0
    assert day._over == {}


def test_the_console_adds_one_step_to_those_of_the_command(running: Any) -> None:
    run = running.admin._database.run
    every = run(lambda c: first_steps.look(c, running.settings, 2e9))
    last = run(first_steps.reported)
    assert (*(one.name for one in every), last.name) == STEPS
    assert last.state is State.OPEN
