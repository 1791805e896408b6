"""A journal's database that vanished or was replaced is a sign at the endpoint, end to end."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base import settings
from agentguard.base.settings import MachineSettings
from agentguard.platforms import system_clock
from agentguard.runtime.bootstrap import Place, opened
from agentguard.server.store.floor import pages
from agentguard.server.store.reports import findings
from agentguard.server.tamper import items
from agentguard.store.agent_store import open_store
from tests.flow.centre import Centre
from tests.flow.test_console import LETTER, POLICY, USER, Seat, centre

__all__ = ["centre"]  # a fixture

KEPT = "kept"


@contextmanager
def at_work(seat: Seat) -> Iterator[None]:
    """Have the agent run, until all that it wrote is delivered."""
    place = Place(folder=seat.home, backend=seat.desktop.backend, clock=system_clock(), user=USER)
    with opened(place) as seat.agent:
        seat.agent.start()
        seat.until(seat.delivered)
        yield


def open_signs(seat: Seat) -> set[str]:
    return {sign.kind for sign in seat.centre.admin._database.run(items.to_review)}


def linked(seat: Seat) -> int | None:
    found = seat.centre.admin._database.run(lambda c: pages.desk(c, seat.device))
    return found.linked if found is not None else None


def vanished(home: Path) -> None:
    """Remove the database."""
    for file in home.glob("journal.db*"):
        file.unlink()


def replaced(home: Path) -> None:
    """Put another journal there, as whole as any."""
    vanished(home)
    other = home.parent / "other"
    other.mkdir(mode=0o700)
    open_store(other).close()
    (home / "journal.db").write_bytes((other / "journal.db").read_bytes())


def spoilt(home: Path) -> None:
    """Write over it, so that nothing of it can be read."""
    vanished(home)
    (home / "journal.db").write_bytes(b"no database" * 4096)


def with_its_memory(home: Path) -> None:
    """Remove the database, and what remembers its epochs."""
    vanished(home)
    (home / "journal.epoch").unlink()


@pytest.mark.parametrize("lose", [vanished, replaced, spoilt, with_its_memory])
def test_row_101_a_journal_that_is_not_the_one_before_is_a_sign_at_the_endpoint(
    centre_seat: Seat, lose: Callable[[Path], None]
) -> None:
    seat = centre_seat
    with at_work(seat):
        pass
    with at_work(seat):
        assert linked(seat) == 1, "from the first entry on, over a restart"
    assert open_signs(seat) == set()
    lose(seat.home)
    with at_work(seat):
        found = open_signs(seat)
    assert found & {"journal-new", "fork", "rollback"}, "it is told"
    assert "journal-chain" not in found, "and told as what it is"


def set_back(home: Path) -> None:
    """Put back the database as it was after the first run, as a restored disk does."""
    vanished(home)
    for file in (home.parent / KEPT).iterdir():
        shutil.copy(file, home)


def untouched(_home: Path) -> None:
    """Lose nothing."""


def told(seat: Seat) -> bool:
    """Check whether the endpoint has the desk's own open findings, each and no other."""
    own = Counter(one.check for one in seat.agent.engine.snapshot().findings)
    held = seat.centre.admin._database.run(lambda c: findings.still_open(c, seat.device))
    return bool(seat.delivered()) and Counter(one.check for one in held) == own


@pytest.mark.parametrize("lose", [untouched, vanished, replaced, spoilt, with_its_memory, set_back])
def test_row_520_what_is_open_at_a_desk_is_open_at_the_endpoint_whatever_its_journal_went_through(
    centre_seat: Seat, lose: Callable[[Path], None]
) -> None:
    seat = centre_seat
    (seat.folder / "first.txt").write_text(LETTER)
    with at_work(seat):
        seat.until(lambda: seat.found() and told(seat))
    shutil.copytree(seat.home, seat.home.parent / KEPT, ignore=shutil.ignore_patterns("[!j]*"))
    (seat.folder / "second.txt").write_text(LETTER)
    with at_work(seat):
        seat.until(lambda: told(seat) and open_files(seat) == 2)
    lose(seat.home)
    with at_work(seat):
        seat.until(lambda: told(seat) and open_files(seat) == 2)


def test_row_520_nor_after_a_day_on_which_nothing_could_be_written(centre_seat: Seat) -> None:
    seat, away = centre_seat, centre_seat.home.parent / KEPT
    (seat.folder / "first.txt").write_text(LETTER)
    with at_work(seat):
        seat.until(lambda: seat.found() and told(seat))
    away.mkdir()
    for file in seat.home.glob("journal.db*"):
        file.rename(away / file.name)
    (seat.home / "journal.db").mkdir()  # as a folder that is read-only: nothing can be opened there
    with at_work(seat):
        seat.until(lambda: seat.found() and told(seat))
    (seat.home / "journal.db").rmdir()
    for file in away.iterdir():
        file.rename(seat.home / file.name)
    with at_work(seat):
        seat.until(lambda: seat.found() and told(seat))


def open_files(seat: Seat) -> int:
    return sum(one.check == "pii-files" for one in seat.agent.engine.snapshot().findings)


@pytest.fixture
def centre_seat(tmp_path: Path, centre: Centre) -> Seat:
    one = Seat(centre=centre, folder=tmp_path / "desk", home=tmp_path / "agent")
    one.folder.mkdir()
    one.home.mkdir(mode=0o700)
    file = tmp_path / "flow.yaml"
    file.write_text(POLICY.format(folder=one.folder))
    settings.save(one.home, MachineSettings(policy=str(file)))
    one.enrol(centre.admin.enrol_code("Billing"))
    return one
