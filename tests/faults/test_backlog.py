"""An agent with a backlog at an endpoint that holds it to its pace: it waits, and loses nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import Limits
from agentguard.server.tamper import items
from agentguard.wire import v1
from tests.faults.desk import at, device_of
from tests.flow.centre import Served

BACKLOG = 5 * v1.MAX_EVENTS


def test_a_backlog_beyond_the_pace_arrives_whole_and_once(tmp_path: Path) -> None:
    centre = Served(tmp_path / "server")
    centre.settings = replace(centre.settings, limits=Limits(burst=2))
    with at(centre, tmp_path / "desk") as desk:
        desk.write(*range(1, BACKLOG + 1))
        for _ in range(60):
            centre.ahead += desk.sender.report()
            if not desk.store.outbox.waiting():
                break
        assert set(desk.problems) == {"", "busy"}
        assert desk.problems[-1] == ""
        assert centre.events(device_of(desk)) == [(1, seq) for seq in range(1, BACKLOG + 1)]
        with Admin(centre.settings, centre.now) as admin:
            opened = admin._database.run(lambda c: items.still_open(c, [device_of(desk)]))
        assert opened == {}, "who waits when told to is no sign of anything"
    centre.stop()
