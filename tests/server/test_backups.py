"""Backups are made by themselves, read through, counted, and missed when they do not come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519

from agentguard.base import translations
from agentguard.base.errors import CannotError, StoreError, UsageError
from agentguard.cli import main
from agentguard.server.admin import doctor
from agentguard.server.admin.doctor import Health
from agentguard.server.backup import creation, line_format, restoration, streams, timetable
from agentguard.server.backup.timetable import Timetable
from agentguard.server.jobs.backups import AGAIN, Backups, overdue
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.store.engine import job_failures
from tests.server.clients import connect

WORDS = translations.load()
KEY = x25519.Identity.generate()
HOUR = 3600.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def planned(running: Any, folder: Path) -> Any:
    """An endpoint that has backups made every six hours, of which three stay."""
    wanted = Timetable(
        folder=str(folder), recipients=(str(KEY.to_public()),), every_hours=6, keep=3
    )
    timetable.write(running.settings.data, wanted, WORDS)
    return running


def due(running: Any) -> None:
    Jobs(running.admin._database, running.settings, running.time).do()


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def figure(running: Any, name: str) -> float | None:
    running.settings.data.joinpath("metrics.token").write_text("t\n")
    with connect(running) as http:
        text = http.get("/metrics", headers={"authorization": "Bearer t"}).text
    found = [line for line in text.splitlines() if line.startswith(f"agentguard_{name} ")]
    return float(found[0].split()[1]) if found else None


def test_row_370_what_is_made_by_itself_can_be_brought_back_by_whom_it_is_for(
    planned: Any, desk: Any, folder: Path, tmp_path: Path
) -> None:
    desk.receipt(desk.send())
    due(planned)
    (name,) = names(folder)
    assert name.startswith("agentguard-")
    assert (folder / name).stat().st_mode & 0o077 == 0
    assert restoration.check(folder / name, KEY)[0] > 10
    with pytest.raises(StoreError):
        creation.verify(folder / name, x25519.Identity.generate(), WORDS)


def test_row_370_it_comes_when_it_is_due_and_the_oldest_goes(planned: Any, folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.age").write_bytes(b"somebody's own")
    for count in (1, 2, 3, 3, 3):
        due(planned)
        due(planned)
        assert len(names(folder)) == count + 1
        planned.time.at += 6 * HOUR
    assert "mine.age" in names(folder)


def test_row_370_a_clock_that_was_set_back_costs_the_newest_backup_nothing(
    planned: Any, folder: Path
) -> None:
    for _ in range(3):
        due(planned)
        planned.time.at += 6 * HOUR
    before = names(folder)
    planned.time.at -= 400 * 24 * HOUR
    wanted = timetable.read(planned.settings.data, WORDS)
    assert wanted is not None
    job = Backups(planned.admin._database, planned.settings, planned.time)
    made, _, _ = job.make(wanted)
    assert made.is_file(), "the one that was made just now stays, whatever its name says"
    assert names(folder) == sorted([made.name, *before[1:]])


def test_row_370_one_that_is_not_whole_is_taken_away_and_told_everywhere(
    planned: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(planned)
    whole, before = streams.write, names(folder)

    def cut(file: Path, given: Any, recipients: Any, words: Any) -> None:
        every = list(given)
        whole(file, iter(every[:-2]), recipients, words)

    monkeypatch.setattr(streams, "write", cut)
    for _ in range(job_failures.REPEATED):
        planned.time.at += 6 * HOUR
        due(planned)
    assert names(folder) == before
    with connect(planned) as http:
        assert "backup" in http.get("/readyz").json()["degraded"]
    assert figure(planned, "backup_checked_age_seconds") == pytest.approx(18 * HOUR, abs=60)
    monkeypatch.setattr(streams, "write", whole)
    planned.time.at += AGAIN
    due(planned)
    assert len(names(folder)) == 2
    assert figure(planned, "backup_checked_age_seconds") == pytest.approx(0, abs=60)
    assert planned.admin._database.run(job_failures.list_repeated) == []


def test_row_371_a_backup_that_nobody_makes_is_missed(planned: Any) -> None:
    look = planned.admin._database.run
    assert look(lambda c: overdue(c, planned.settings, planned.time.at)) is None
    due(planned)
    planned.time.at += 12 * HOUR
    assert look(lambda c: overdue(c, planned.settings, planned.time.at)) is None
    began, planned.time.at = planned.time.at - 12 * HOUR, planned.time.at + 2
    assert look(lambda c: overdue(c, planned.settings, planned.time.at)) == began
    (found,) = [
        one for one in doctor.examine(planned.settings, planned.time) if one.name == "backup"
    ]
    assert found.health is Health.BAD
    assert "12 h 00 min" in WORDS.render(found.what)
    with connect(planned) as http:
        answer = http.get("/readyz")
    assert answer.status_code == 200, "desks are not sent away for it"
    assert "backup-age" in answer.json()["degraded"]
    timetable.remove(planned.settings.data)
    assert look(lambda c: overdue(c, planned.settings, planned.time.at)) is None


def test_nothing_is_made_where_nothing_is_set(running: Any) -> None:
    due(running)
    assert figure(running, "backup_checked_age_seconds") is None
    assert timetable.read(running.settings.data, WORDS) is None
    assert timetable.remove(running.settings.data) is False


@pytest.mark.parametrize(
    "text",
    ["folder = 3", "", "[", 'folder = "here"\nrecipients = ["age1x"]',
     'folder = "/x"\nrecipients = []',
     f'folder = "/x"\nrecipients = ["{KEY.to_public()}"]\nkeep = 0',
     f'folder = "/x"\nrecipients = ["{KEY.to_public()}"]\nother = 1',
     'folder = "/x"\nrecipients = ["age1nobody"]', "\udcff"],
)  # fmt: skip
def test_row_370_a_slip_in_the_file_makes_the_job_fail_and_nothing_else(
    running: Any, text: str
) -> None:
    file = running.settings.data / timetable.FILE
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError):
        timetable.read(running.settings.data, WORDS)
    due(running)
    (found,) = running.admin._database.run(job_failures.all_of)
    assert (found.name, found.why) == ("backup", "backup")
    assert running.admin._database.run(lambda c: overdue(c, running.settings, 9e9)) is None


@pytest.mark.parametrize("at", [0, 1, 2, -1, -2])
def test_row_370_every_line_that_is_missing_is_seen(
    running: Any, desk: Any, tmp_path: Path, at: int
) -> None:
    """Whichever line is lost, the file is not taken for a backup."""
    lines: list[bytes] = []
    counts: list[int] = []
    running.admin._database.snapshot(
        lambda c: lines.extend(creation._lines(c, running.settings, 0.0, counts))
    )
    rows = next(n for n, one in enumerate(lines) if one.startswith(b"["))
    for place in {at % len(lines), rows}:
        kept = [one for n, one in enumerate(lines) if n != place]
        file = tmp_path / f"{place}.age"
        streams.write(file, iter(kept), [KEY.to_public()], WORDS)
        with pytest.raises(StoreError):
            creation.verify(file, KEY, WORDS)
    more = tmp_path / "more.age"
    streams.write(more, iter([*lines, line_format.line([1])]), [KEY.to_public()], WORDS)
    with pytest.raises(StoreError):
        creation.verify(more, KEY, WORDS)
    good = tmp_path / "good.age"
    streams.write(good, iter(lines), [KEY.to_public()], WORDS)
    assert creation.verify(good, KEY, WORDS) == (sum(counts), len(counts))


class TestCommand:
    def typed(self, running: Any, capsys: Any, *words: str) -> tuple[int, str]:
        place = ("--data", str(running.settings.data))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AGENTGUARD_DATABASE", running.settings.database)
            code = main(["server", "backups", *place, *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    def test_it_sets_makes_shows_and_stops(self, running: Any, capsys: Any, folder: Path) -> None:
        assert "No backups are made" in self.typed(running, capsys)[1]
        key = str(KEY.to_public())
        code, said = self.typed(running, capsys, "--folder", str(folder), "--recipient", key)
        assert (code, "None was made" in said) == (0, True)
        code, said = self.typed(running, capsys, "--every", "12", "--keep", "2", "--now")
        assert (code, "read through" in said) == (0, True), said
        found = json.loads(self.typed(running, capsys, "--json")[1])
        assert (found["every_hours"], found["keep"], found["recipients"]) == (12, 2, [key])
        assert found["checked"]
        assert len(names(folder)) == 1
        assert "stay" in self.typed(running, capsys, "--off")[1]
        assert timetable.read(running.settings.data, WORDS) is None

    @pytest.mark.parametrize(
        "words",
        [("--every", "5"), ("--now",), ("--folder", "/x", "--recipient", "age1nobody"),
         ("--folder", "near", "--recipient", str(KEY.to_public())),
         ("--folder", "/x", "--recipient", str(KEY.to_public()), "--every", "0")],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_and_nothing_is_kept(
        self, running: Any, capsys: Any, words: tuple[str, ...]
    ) -> None:
        assert self.typed(running, capsys, *words)[0] == 2
        assert timetable.read(running.settings.data, WORDS) is None


def test_a_folder_that_cannot_be_is_said(planned: Any, folder: Path) -> None:
    folder.write_text("a file stands there")
    wanted = timetable.read(planned.settings.data, WORDS)
    assert wanted is not None
    with pytest.raises(CannotError, match="There is no folder"):
        Backups(planned.admin._database, planned.settings, planned.time).make(wanted)
