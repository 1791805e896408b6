"""A job of the endpoint's own that fails again and again is told wherever its people look."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, text

from agentguard.base import translations
from agentguard.cli import main
from agentguard.server.admin import doctor
from agentguard.server.feeds import metrics
from agentguard.server.jobs.retention import Retention
from agentguard.server.jobs.schedule import AGAIN, Jobs
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.store.engine import job_failures
from agentguard.server.store.schema.history_tables import job
from agentguard.server.tamper.kinds import STRANGERS_SILENT

WORDS = translations.load()
VALUE = "4111111111111111"
ROWS = {
    "time": ("job", "name", "time.shown"),
    "strangers": ("endpoint_sign", "kind", STRANGERS_SILENT.id),
}
"""Table, column and value of what a job writes, where that is not the row of its name."""
MANY = Outside(hung_up={"silent": 1000})
LITE = (
    "CREATE TRIGGER refuse_{0} BEFORE {0} ON {1} WHEN NEW.{2} = '{3}' "
    "BEGIN SELECT RAISE(ABORT, '{4}'); END"
)
GREAT = (
    """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '{4}'; END $$""",
    """CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {1} FOR EACH ROW
    WHEN (NEW.{2} = '{3}') EXECUTE FUNCTION refuse()""",
)
OF_FILES = frozenset({"evidence", "backup", "playbooks", "certificate"})
"""Those of files are told of in the tests of evidence, backups, playbooks and the renewal."""
MEND = {"sqlite": ("DROP TRIGGER refuse_INSERT", "DROP TRIGGER refuse_UPDATE")}


def change(running: Any, *statements: str) -> None:
    def do(connection: Any) -> None:
        for one in statements:
            connection.exec_driver_sql(one)

    running.admin._database.run(do)


def break_(running: Any, name: str) -> None:
    """Have the database refuse a job's work, in words that hold a value."""
    row = ROWS.get(name, ("job", "name", name))
    if running.settings.database:
        change(running, *(one.format("", *row, VALUE) for one in GREAT))
    else:
        change(running, *(LITE.format(when, *row, VALUE) for when in ("INSERT", "UPDATE")))


def mend(running: Any, name: str) -> None:
    if running.settings.database:
        change(running, f"DROP TRIGGER refuse ON {ROWS.get(name, ('job',))[0]}")
    else:
        change(running, *MEND["sqlite"])


def scraped(running: Any, http: Any) -> str:
    assert main(["server", "metrics-token", "--data", str(running.settings.data)]) == 0
    token = (running.settings.data / metrics.FILE).read_text().strip()
    told: str = http.get(metrics.PATH, headers={"authorization": f"Bearer {token}"}).text
    return told


def ready(running: Any, connect: Any) -> Any:
    with connect(running) as http:
        answer = http.get("/readyz")
        assert answer.status_code == 200
        return answer.json().get("degraded", {}), scraped(running, http)


def examined(running: Any) -> list[str]:
    found = doctor.examine(running.settings, running.time)
    return [WORDS.render(one.what) for one in found if one.name == "job"]


def test_row_107_every_job_of_the_endpoint_is_in_the_list(running: Any) -> None:
    jobs = Jobs(running.admin._database, running.settings, running.time)
    assert jobs.names == set(job_failures.JOBS)


@pytest.mark.parametrize("name", [one for one in job_failures.JOBS if one not in OF_FILES])
def test_row_107_a_job_that_fails_again_and_again_is_told_everywhere_until_it_is_done(
    running: Any, connect: Any, browser: Any, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    jobs = Jobs(running.admin._database, running.settings, running.time, outside=MANY)
    break_(running, name)
    shown = WORDS.say("console.nav.job-failing", job=name)
    for count in range(1, job_failures.REPEATED + 1):
        assert examined(running) == []
        jobs.do()
        assert caplog.text.count(f"the job {name} failed: ") == count
    told = f"{WORDS.say('server.cause.other')} {WORDS.say('server.cause.other-advice')}"
    running.time.at += 2
    degraded, figures = ready(running, connect)
    assert degraded == {name: told}
    assert f'agentguard_job_failing{{job="{name}"}} {job_failures.REPEATED}.0' in figures
    (line,) = examined(running)
    assert name in line
    assert told in line
    assert shown in unescape(browser.get("/account").text)
    assert f"the job {name} failed: {told}" in caplog.text
    assert VALUE not in caplog.text + line + figures
    mend(running, name)
    jobs.do()
    running.admin._database.run(lambda c: c.execute(text("SELECT 1")))
    assert examined(running) == []
    assert shown not in unescape(browser.get("/account").text)


def test_row_107_what_could_not_be_deleted_is_tried_again_before_its_usual_time(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails after it was taken, so that nobody else would take it for hours."""
    tried: list[float] = []

    def run(_self: Any) -> None:
        tried.append(running.time.at)
        raise OSError

    monkeypatch.setattr(Retention, "run", run)
    jobs = Jobs(running.admin._database, running.settings, running.time)
    begun = running.time.at
    for _ in range(4):
        jobs.do()
        running.time.at += AGAIN / 2
    assert tried == [begun, begun + AGAIN]
    found = running.admin._database.run(job_failures.all_of)
    assert [(one.name, one.count, one.why) for one in found] == [("retention", 2, "mistake")]


def test_row_107_a_job_that_another_process_has_done_fails_no_more(running: Any) -> None:
    running.admin._database.run(lambda c: job_failures.note(c, "sweep", "other", running.time.at))
    Jobs(running.admin._database, running.settings, running.time).do()
    assert running.admin._database.run(job_failures.all_of) == []
    assert "sweep" in running.admin._database.run(lambda c: list(c.scalars(select(job.c.name))))
