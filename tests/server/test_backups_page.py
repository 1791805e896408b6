"""Administrators see at the console how old the last whole backup is, and why there is none."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519

from agentguard.base import translations
from agentguard.server.backup import streams, timetable
from agentguard.server.backup.timetable import Timetable
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.store.engine import job_failures

WORDS = translations.load()
KEY = x25519.Identity.generate()
HOUR = 3600.0
PASSWORD = "correct horse battery staple"


@pytest.fixture
def planned(running: Any, tmp_path: Path) -> Any:
    """An endpoint that has backups made every six hours, of which three stay."""
    recipients = (str(KEY.to_public()),)
    wanted = Timetable(
        folder=str(tmp_path / "backups"), recipients=recipients, every_hours=6, keep=3
    )
    timetable.write(running.settings.data, wanted, WORDS)
    return running


def due(running: Any) -> None:
    Jobs(running.admin._database, running.settings, running.time).do()


def said(word: str) -> str:
    return WORDS.say(f"console.backups.{word}")


def section(browser: Any) -> str:
    page = unescape(browser.get("/retention").text)
    assert "console.backups" not in page
    return page.split('id="backups"')[1].split("</main>")[0]


def test_row_400_an_administrator_reads_how_old_the_last_whole_backup_is(
    planned: Any, browser: Any
) -> None:
    assert said("no-whole") in section(browser), "none was made yet"
    due(planned)
    planned.time.at += 3 * HOUR + 240
    browser.sign_in("sam", PASSWORD)
    shown = section(browser)
    assert "3 h 04 min" in shown
    assert "<dd>6</dd>" in shown
    assert "<dd>3</dd>" in shown
    for none in ("no-whole", "not-known", "late", "failing", "none", "unread"):
        assert said(none) not in shown, none


def test_row_400_a_late_backup_is_a_line_on_every_page_of_an_administrator_alone(
    planned: Any, browser: Any, add_known: Any, another: Callable[..., Any]
) -> None:
    due(planned)
    planned.time.at += 12 * HOUR
    browser.sign_in("sam", PASSWORD)
    assert said("late") not in unescape(browser.get("/account").text), "it is due, and not late"
    planned.time.at += 2
    for path in ("/account", "/", "/users"):
        assert said("late") in unescape(browser.get(path).text)
    assert said("late") in section(browser)
    add_known(planned, "olga", PASSWORD, "officer")
    with another() as officer:
        assert officer.sign_in("olga", PASSWORD).status_code == 303
        shown = unescape(officer.get("/retention").text)
    assert said("late") not in shown
    assert said("title") not in shown
    due(planned)
    assert said("late") not in unescape(browser.get("/account").text)


def test_row_400_a_failed_one_is_told_with_its_cause(
    planned: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(planned)
    whole = streams.write

    def cut(file: Path, given: Any, recipients: Any, words: Any) -> None:
        whole(file, iter(list(given)[:-2]), recipients, words)

    monkeypatch.setattr(streams, "write", cut)
    planned.time.at += 6 * HOUR
    due(planned)
    browser.sign_in("sam", PASSWORD)
    shown = section(browser)
    assert said("failing") in shown
    assert WORDS.say("server.cause.backup") in shown
    assert WORDS.say("server.cause.backup-advice") in shown
    assert "6 h 00 min" in shown, "the one before was whole, and still counts"
    for _ in range(job_failures.REPEATED):
        planned.time.at += 6 * HOUR
        due(planned)
    browser.sign_in("sam", PASSWORD)
    everywhere = unescape(browser.get("/account").text)
    assert WORDS.say("console.nav.job-failing", job="backup") in everywhere
    assert said("late") not in everywhere, "of one trouble one line"


def test_row_400_what_is_not_known_is_said_so(running: Any, browser: Any) -> None:
    shown = section(browser)
    for word in ("none", "no-whole", "not-known"):
        assert said(word) in shown
    (running.settings.data / timetable.FILE).write_text("every_hours = ")
    shown = section(browser)
    assert said("unread") in shown
    assert said("none") not in shown
    assert running.admin._database.run(job_failures.all_of) == []
