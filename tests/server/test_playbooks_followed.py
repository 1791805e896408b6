"""A site's playbooks count as soon as they change; a broken one is told, and changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from agentguard.base import translations
from agentguard.server.admin import doctor
from agentguard.server.jobs import schedule
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.playbooks import shelf
from agentguard.server.playbooks.following import Following
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine import job_failures
from agentguard.server.store.reports import playbook_shelf
from tests.flow.centre import until
from tests.server.test_playbooks import GOOD

WORDS = translations.load()
WRONG = GOOD.replace("severity: ", "severty: ")


@pytest.fixture
def running(
    tmp_path: Path,
    limits: Limits,
    start: Callable[[ServerSettings], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """An endpoint that does its jobs, and looks what is due all the time."""
    monkeypatch.setattr(schedule, "LOOK", 0.05)
    (tmp_path / "server" / shelf.FOLDER).mkdir(parents=True)
    return start(ServerSettings(data=tmp_path / "server", limits=limits))


def followed(running: Any) -> str:
    """Give the title of the site's own playbook, empty where it is not followed."""
    known = running.admin._database.run(playbook_shelf.every)
    return known["site-own"].title if "site-own" in known else ""


def examined(running: Any) -> list[str]:
    found = doctor.examine(running.settings, running.time)
    return [WORDS.render(one.what) for one in found if one.name == "playbooks"]


def test_row_454_a_changed_playbook_counts_and_a_broken_one_is_told_until_it_is_mended(
    running: Any, connect: Any, browser: Any
) -> None:
    folder = running.settings.data / shelf.FOLDER
    file = folder / "site-own.yaml"
    assert followed(running) == ""
    file.write_text(GOOD)
    until(lambda: followed(running) == "Ours")
    file.write_text(WRONG)
    line = WRONG[: WRONG.index("severty")].count("\n") + 1
    said, short = f"{file}:{line}: ", f"site-own.yaml:{line}"

    def degraded() -> str:
        with connect(running) as http:
            return str(http.get("/readyz").json().get("degraded", {}).get("playbooks", ""))

    until(lambda: short in degraded())
    assert str(folder) not in degraded(), "anybody may ask: where files lie is nobody's business"
    assert said in unescape(browser.get("/account").text)
    assert any(said in one for one in examined(running))
    assert followed(running) == "Ours", "the last good one is followed"
    file.write_text(GOOD.replace("Ours", "Ours anew"))
    until(lambda: followed(running) == "Ours anew")
    until(lambda: not degraded())
    assert said not in unescape(browser.get("/account").text)
    file.unlink()
    until(lambda: followed(running) == "")


def test_row_454_what_could_not_be_written_is_tried_again_and_an_unchanged_folder_costs_nothing(
    running: Any, caplog: pytest.LogCaptureFixture
) -> None:
    data, used = running.settings.data, []
    following = Following(data)

    def refuses(_own: Any) -> None:
        raise OperationalError("", None, Exception())

    with pytest.raises(OperationalError):
        following.look(refuses)
    assert following.look(used.append)
    assert not following.look(used.append)
    assert used == [()]
    bad = data / shelf.FOLDER / "x.yaml"
    bad.mkdir()
    with caplog.at_level(logging.ERROR):
        assert following.look(used.append)
    assert following.wrong == (WORDS.say("playbook.unread", source=str(bad)),)
    assert following.places == (shelf.FOLDER,)
    assert used == [()]
    assert "x.yaml" in caplog.text


def test_row_454_a_failure_of_the_job_is_over_once_it_went_through(running: Any) -> None:
    run = running.admin._database.run
    run(lambda c: job_failures.note(c, "playbooks", "other", running.time.at))
    Jobs(running.admin._database, running.settings, running.time).do()
    assert "playbooks" not in {one.name for one in run(job_failures.all_of)}
