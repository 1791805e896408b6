"""A desk with two histories is doubted until somebody has said why, and no longer."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.times import iso
from agentguard.server.tamper import items

SAM = Visitor(token="", name="sam", role="admin", scope=None)


def status(running: Any, desk: Any) -> str:
    return str(running.admin._database.run(lambda c: devices.status(c, desk.id)))


def send(running: Any, desk: Any, *events: Any, **values: Any) -> Any:
    running.time.at += 60
    return desk.send(*events, **{"sent_at": iso(running.time.at), "run": "one", **values})


def fork(running: Any, desk: Any, event: Any) -> None:
    send(running, desk, event(1, check="firewall"))
    assert send(running, desk, event(1, check="backup")).json()["kind"] == "fork"


def explain(running: Any, shown: int | None = None) -> None:
    """Sign the fork off, as somebody who has seen it happen so many times."""

    def signed(connection: Any) -> bool:
        mine = [one for one in items.to_review(connection) if one.kind == "fork"]
        note = "its disk was full"
        return items.sign_off(connection, mine[0].id, SAM, running.time.at, note, shown)

    assert running.admin._database.run(signed)


def test_row_582_a_desk_is_believed_again_once_its_two_histories_are_explained(
    running: Any, desk: Any, event: Any
) -> None:
    fork(running, desk, event)
    send(running, desk, event(1, check="backup"), epoch=2)
    assert status(running, desk) == "conflict", "nobody has said why"
    explain(running)
    assert status(running, desk) == "active"


def test_row_582_an_explanation_waits_for_the_new_stretch(
    running: Any, desk: Any, event: Any
) -> None:
    """The computer was shut down between both: its new stretch is no sign of its own then."""
    fork(running, desk, event)
    explain(running)
    assert status(running, desk) == "conflict"
    send(running, desk, event(1, check="backup"), epoch=2)
    assert status(running, desk) == "active"
    assert running.admin._database.run(lambda c: items.still_open(c, [desk.id])) == {}


@pytest.mark.parametrize("seen", [1, 2])
def test_row_582_a_fork_that_nobody_has_seen_is_not_explained(
    running: Any, desk: Any, event: Any, seen: int
) -> None:
    fork(running, desk, event)
    running.time.at += 2 * 3600
    assert send(running, desk, event(1, check="other")).json()["kind"] == "fork"
    send(running, desk, event(1, check="backup"), epoch=2)
    explain(running, seen)
    assert status(running, desk) == ("conflict" if seen == 1 else "active")
