"""What a desk's person cannot mend: from the desk's probe to the queue of the desktop team."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.model.facts import FirewallSeen
from agentguard.platforms import system_clock
from agentguard.server.store.floor import queue
from agentguard.server.store.floor.queue import Thing, Wanted
from tests.flow.centre import started, until
from tests.flow.test_programs_told import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    (tmp_path / "agent").mkdir()
    with started(tmp_path / "server", monkeypatch) as centre:
        made = Desk(centre, tmp_path / "agent")
        yield made
        made.stop()


def waiting(desk: Desk, owner: str = "team") -> list[Thing]:
    """Give what waits for them at the endpoint."""
    wanted = Wanted(owner=owner, teams=None, check="firewall")
    database = desk.centre.admin._database
    return database.run(lambda c: queue.things(c, wanted, start=0, limit=9))


def firewall(desk: Desk, *, on: bool) -> None:
    desk.desktop.set(FirewallSeen(at=system_clock().now(), on=on, product="nftables"))
    desk.agent.desk.check_now()


def test_row_207_a_firewall_that_is_off_reaches_the_desktop_teams_queue_and_leaves_it(
    desk: Desk,
) -> None:
    desk.start()
    firewall(desk, on=False)
    until(lambda: waiting(desk))
    (thing,) = waiting(desk)
    assert (thing.check, thing.message, thing.desks) == ("firewall", "firewall.off", 1)
    assert waiting(desk, "supervisor") == []
    picture = desk.agent.desk.snapshot()
    assert not [p for p in picture.prompts if p.check == "firewall"]
    told = [n for n in picture.inbox if re.match("theirs", n.title.id if n.title else "")]
    assert all(n.read for n in told)
    firewall(desk, on=True)
    until(lambda: not waiting(desk))
