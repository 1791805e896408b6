"""The queues of the desktop team and of supervisors: what, how bad, where, and since when."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from agentguard.server.store.reports import findings
from tests.server import clients
from tests.server.conftest import PASSWORD
from tests.server.test_migrations import walk

TEAM, SUPERVISOR = "team", "supervisor"


def opened(seq: int, check: str, message: str, **more: Any) -> dict[str, Any]:
    """Give the event of a finding that opened."""
    base = {"kind": "finding.opened", "check": check, "severity": "high", "subject": "s"}
    at = more.pop("at", "2026-09-21T13:00:00+00:00")
    return {"seq": seq, "at": at, "message": f"{check}.{message}", **base, **more}


def said(page: Any) -> str:
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


FIREWALL = opened(1, "firewall", "off", owner=TEAM)
STICK = opened(2, "usb-storage", "strange", params={"count": 1, "devices": "X"})
RECORD = opened(3, "journal", "broken", owner=SUPERVISOR, severity="critical")


def test_row_207_what_an_agent_cannot_mend_waits_in_the_queue_of_who_can(
    new_desk: Any, browser: Any
) -> None:
    for label in ("desk-1", "desk-2"):
        new_desk(label=label).send(FIREWALL, STICK, RECORD)
    team = said(browser.get("/queue"))
    assert "Desktop team 2" in team
    assert "Supervisors 2" in team
    assert "The firewall is off" in team
    assert "not allowed" not in team, "a stick is the agent's own to unplug"
    assert "journal is not whole" not in team
    supervisor = said(browser.get("/queue?kind=supervisor"))
    assert "The journal is not whole" in supervisor
    assert "The firewall is off" not in supervisor
    (line,) = [r for r in rows(browser.get("/queue.csv")) if r["desk"] == "desk-1"]
    assert line | {"since": ""} == {
        "what": "The firewall is off",
        "told": "The firewall is off: other computers on the network can reach this one.",
        "control": "firewall",
        "severity": "high",
        "desk": "desk-1",
        "team": "Billing",
        "place": "",
        "since": "",
    }


def test_row_207_the_floor_and_the_findings_still_show_what_waits_for_others(
    new_desk: Any, browser: Any, control: Any
) -> None:
    fails = control("firewall", "fail", detail="firewall.off", owner=TEAM)
    new_desk(label="bad-1").send(FIREWALL, overall="act", controls=[fails])
    floor = said(browser.get("/"))
    assert "1 Failing 0 Attention" in floor
    assert "The firewall is off: other computers on the network can reach this one." in floor
    assert "The firewall is off: other computers on the network can reach this one." in said(
        browser.get("/findings")
    )


def test_the_worst_is_first_and_of_the_same_the_oldest(new_desk: Any, browser: Any) -> None:
    dice = random.Random(7)
    sent = []
    desk = new_desk()
    for n, severity in enumerate(("low", "critical", "medium", "high", "critical", "low"), 1):
        at = f"2026-09-{dice.randrange(10, 20)}T0{n}:00:00+00:00"
        sent.append((severity, at))
        more = {"subject": str(n), "params": {"volumes": str(n)}, "owner": TEAM}
        desk.send(opened(n, "disk-encryption", "clear", severity=severity, at=at, **more))
    order = ("critical", "high", "medium", "low")
    wanted = sorted(sent, key=lambda one: (order.index(one[0]), one[1]))
    found = rows(browser.get("/queue.csv"))
    assert [(one["severity"], one["since"].replace(".000", "")) for one in found] == wanted
    told = re.findall(r"Not encrypted: (\d)", said(browser.get("/queue")))
    places = [str(sent.index(one) + 1) for one in wanted]
    assert told == places


def test_a_queue_is_narrowed_by_team_control_and_text(new_desk: Any, browser: Any) -> None:
    new_desk("Billing", "kiosk-1").send(FIREWALL)
    new_desk("Claims", "kiosk-2").send(
        FIREWALL, opened(2, "antivirus", "off", owner=TEAM, params={"products": "Acme%_"})
    )
    assert len(rows(browser.get("/queue.csv"))) == 3
    for asked, desks in (
        ("check=antivirus", ["kiosk-2"]),
        ("text=kiosk-1", ["kiosk-1"]),
        ("text=acme%25_", ["kiosk-2"]),
        ("text=e%25_x", []),
        ("text=FIREWALL", ["kiosk-1", "kiosk-2"]),
        ("kind=supervisor", []),
        ("kind=nobody&check=antivirus", ["kiosk-2"]),
    ):
        found = [one["desk"] for one in rows(browser.get(f"/queue.csv?{asked}"))]
        assert sorted(found) == desks, asked
    one = said(browser.get("/queue?check=firewall"))
    assert "Desk by desk" in one
    assert "kiosk-1" in one
    assert "Nothing matches" in said(browser.get("/queue?text=nowhere"))
    team = re.search(r'<option value="(\d+)" [^>]*>Claims</option>', browser.get("/queue").text)
    assert team
    assert {r["desk"] for r in rows(browser.get(f"/queue.csv?team={team[1]}"))} == {"kiosk-2"}


def test_an_empty_queue_says_so(browser: Any) -> None:
    assert "Nothing waits here." in said(browser.get("/queue"))


def test_many_things_come_page_by_page(desk: Any, browser: Any) -> None:
    desk.send(
        *(
            opened(n, "watched-files", "changed", owner=TEAM, subject=str(n), params={"files": n})
            for n in range(1, 131)
        )
    )
    first, second = said(browser.get("/queue")), said(browser.get("/queue?page=2"))
    assert "1 to 100 of 130" in first
    assert "101 to 130 of 130" in second
    assert "101 to 130 of 130" in said(browser.get("/queue?check=watched-files&page=2"))


def test_row_207_what_becomes_hers_leaves_the_queue(
    desk: Any, browser: Any, control: Any, running: Any
) -> None:
    late = {"params": {"count": 2, "days": 9}}
    desk.send(opened(1, "patches", "waiting", owner=TEAM, **late))
    waiting = control("patches", "fail", detail="patches.waiting", owner=TEAM, **late)
    restart = control("patches", "fail", detail="patches.reboot", params={"days": 3})
    desk.send(controls=[waiting])
    assert "Security updates are late" in said(browser.get("/queue"))
    desk.send(controls=[restart])
    assert "Nothing waits here." in said(browser.get("/queue"))
    assert "A restart has been due for 3 days" in said(browser.get("/findings"))
    desk.send(controls=[waiting])
    assert "Security updates are late" in said(browser.get("/queue"))


def test_of_several_findings_a_posture_tells_of_none_alone(
    desk: Any, browser: Any, control: Any
) -> None:
    desk.send(
        opened(1, "screen-lock", "late", owner=TEAM, subject="a", params={"minutes": 9}),
        opened(2, "screen-lock", "open", subject="b", params={"minutes": 9}),
    )
    desk.send(controls=[control(state="fail", detail=findings.SEVERAL, params={"count": 2})])
    assert len(rows(browser.get("/queue.csv"))) == 1
    desk.send(controls=[control(state="fail", detail="screen-lock.open", params={"minutes": 9})])
    assert len(rows(browser.get("/queue.csv"))) == 1, "the endpoint still holds two"


@pytest.mark.parametrize("role", ["supervisor", "viewer"])
def test_a_queue_holds_the_own_teams_alone(
    new_desk: Any, signed_in: Callable[..., Any], role: str
) -> None:
    new_desk("Billing", "own-1").send(FIREWALL, RECORD)
    new_desk("Claims", "strange-1").send(FIREWALL, RECORD)
    visitor = signed_in("bea", role, ("Billing",))
    page = said(visitor.get("/queue"))
    assert "Desktop team 1" in page
    assert "Supervisors 1" in page
    assert ("The journal is not whole" in page) is (role == "supervisor")
    for owner in (TEAM, SUPERVISOR):
        found = {r["desk"] for r in rows(visitor.get(f"/queue.csv?kind={owner}"))}
        assert found == {"own-1"}


@pytest.fixture
def signed_in(running: Any, another: Any) -> Iterator[Callable[..., Any]]:
    """Sign somebody in."""
    with ExitStack() as open_ones:

        def make(name: str, role: str, teams: tuple[str, ...]) -> Any:
            clients.add_known(running, name, PASSWORD, role, teams)
            one = open_ones.enter_context(another())
            one.sign_in(name, PASSWORD)
            return one

        yield make


def test_what_is_open_takes_its_owner_from_the_newest_posture(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'old.db'}"
    walk(address, "0025")
    engine = create_engine(address)
    posture = (
        '[{"check":"firewall","state":"fail","owner":"team"},{"check":"journal","state":"fail"}]'
    )
    with engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        for id_, controls in (("a", posture), ("b", "[]"), ("c", '{"odd": 1}')):
            connection.execute(
                text(
                    "INSERT INTO posture_current (device, overall, controls, changed_at)"
                    " VALUES (:id, 'act', :controls, 1.0)"
                ),
                {"id": id_, "controls": controls},
            )
        for device, check, closed in (
            ("a", "firewall", None),
            ("a", "journal", None),
            ("a", "firewall", 2.0),
            ("b", "firewall", None),
        ):
            connection.execute(
                text(
                    'INSERT INTO finding (device, "check", subject, severity, message, params,'
                    " hits, place, opened_at, closed_at) VALUES (:device, :check, '', 'high', '',"
                    " '{}', '[]', '', 1.0, :closed)"
                ),
                {"device": device, "check": check, "closed": closed},
            )
    engine.dispose()
    walk(address, "0026")
    with engine.begin() as connection:
        found = connection.execute(text("SELECT owner FROM finding ORDER BY id")).scalars().all()
    assert found == ["team", "", "", ""]
    engine.dispose()
    walk(address, "0025", command.downgrade)
    with engine.begin() as connection:
        columns = connection.execute(text("PRAGMA table_info(finding)")).all()
    assert "owner" not in {column[1] for column in columns}
    engine.dispose()
