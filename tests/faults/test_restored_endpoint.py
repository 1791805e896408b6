"""An endpoint that was restored from an old backup gets again what it lost, from real agents."""

from __future__ import annotations

import time
from pathlib import Path

from pyrage import x25519

from agentguard.platforms import system_clock
from agentguard.server.admin.accounts import Admin
from agentguard.server.backup import restoration
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.open_database import connect
from agentguard.server.tamper import items
from tests.faults.desk import Desk, device_of, opened
from tests.faults.test_real_endpoint import centre, desk
from tests.flow.centre import Served

KEY = x25519.Identity.generate()


__all__ = ["centre", "desk"]


def held(centre: Served, desk: Desk) -> list[tuple[int, int]]:
    """Give (epoch, seq) of everything that the endpoint holds of the desk."""
    return centre.events(device_of(desk))


def seqs(centre: Served, desk: Desk) -> list[int]:
    return sorted(seq for _, seq in held(centre, desk))


def back_up(centre: Served, file: Path) -> None:
    with Admin(centre.settings, time.time) as admin:
        admin.keeping.backup(file, [KEY.to_public()])


def restore(centre: Served, file: Path) -> None:
    """Stop the endpoint, and start it with what the backup holds in another folder."""
    centre.stop()
    settings = ServerSettings(data=file.with_suffix(".restored"))
    database = connect(settings)
    restoration.restore(database, settings, file, KEY)
    database.close()
    centre.settings = settings
    centre.start()


def until_all_is_told(desk: Desk, reports: int = 12) -> None:
    for _ in range(reports):
        desk.sender.report()


def test_row_27_what_an_old_backup_lacks_is_told_again(
    desk: Desk, centre: Served, tmp_path: Path
) -> None:
    desk.write(1, 2)
    desk.sender.report()
    back_up(centre, tmp_path / "old.age")
    for number in (3, 4, 5):
        desk.write(number)
        desk.sender.report()
    assert seqs(centre, desk) == [1, 2, 3, 4, 5]
    restore(centre, tmp_path / "old.age")
    assert seqs(centre, desk) == [1, 2]
    desk.write(6)
    until_all_is_told(desk, 3)
    assert seqs(centre, desk) == [1, 2, 3, 4, 5, 6]
    assert set(desk.problems) == {""}  # nobody at the desk is told of it
    assert desk.store.outbox.cursor() == 6


def test_row_27_what_the_desk_cannot_tell_again_is_an_item(
    desk: Desk, centre: Served, tmp_path: Path
) -> None:
    desk.write(1, 2)
    desk.sender.report()
    back_up(centre, tmp_path / "old.age")
    desk.write(3, 4, 5)
    desk.sender.report()
    assert not signs(centre, desk)
    restore(centre, tmp_path / "old.age")
    desk.store.journal._database.rows("DELETE FROM entries WHERE seq IN (3, 4)")
    desk.write(6)
    until_all_is_told(desk, 3)
    assert seqs(centre, desk) == [1, 2, 5, 6]
    assert signs(centre, desk)["journal-gap"] == {"count": 2}


def signs(centre: Served, desk: Desk) -> dict[str, object]:
    """Give what waits at the endpoint for a person to look at."""
    with Admin(centre.settings, time.time) as admin:
        found = admin._database.run(items.to_review)
    return {item.kind: item.params for item in found if item.device == device_of(desk)}


def test_row_27_a_new_epoch_and_more_than_one_report_come_again(
    desk: Desk, centre: Served, tmp_path: Path
) -> None:
    desk.write(1)
    desk.sender.report()
    back_up(centre, tmp_path / "old.age")
    desk.write(*range(2, 300))
    until_all_is_told(desk, 3)
    desk.store.journal.begin_epoch("disk", system_clock().now())
    desk.write(*range(300, 310))
    until_all_is_told(desk, 3)
    before = held(centre, desk)
    assert len(before) > 300
    restore(centre, tmp_path / "old.age")
    until_all_is_told(desk)
    assert held(centre, desk) == before
    assert desk.store.outbox.waiting() == 0


def test_row_27_an_agent_that_starts_again_half_way_goes_on(
    desk: Desk, centre: Served, tmp_path: Path
) -> None:
    desk.write(1)
    desk.sender.report()
    back_up(centre, tmp_path / "old.age")
    desk.write(*range(2, 600))
    until_all_is_told(desk, 4)
    before = held(centre, desk)
    restore(centre, tmp_path / "old.age")
    desk.sender.report()
    desk.sender.report()
    assert 1 < len(held(centre, desk)) < len(before)
    desk.store.close()
    again = opened(desk.folder, centre.url, centre.ca, clock=system_clock())
    until_all_is_told(again, 6)
    assert held(centre, desk) == before
    again.store.close()


def test_row_27_an_endpoint_that_lost_nothing_asks_for_nothing(
    desk: Desk, centre: Served, tmp_path: Path
) -> None:
    desk.write(1, 2)
    desk.sender.report()
    back_up(centre, tmp_path / "new.age")
    restore(centre, tmp_path / "new.age")
    desk.write(3)
    desk.sender.report()
    assert seqs(centre, desk) == [1, 2, 3]
