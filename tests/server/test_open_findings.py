"""Which findings are open, and how many, is kept by the database: right after any history."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, insert, select, update

from agentguard.server.admin import doctor
from agentguard.server.admin.accounts import Admin
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks.desk_status import LIVE, SEVERITIES, severity
from agentguard.server.store.engine import leadership
from agentguard.server.store.floor import care_pages, fleet_findings, kept_counts
from agentguard.server.store.floor.care_pages import Found, Wanted
from agentguard.server.store.floor.fleet_findings import Kind
from agentguard.server.store.schema.care_tables import finding_care
from agentguard.server.store.schema.exception_tables import exception, exception_desk
from agentguard.server.store.schema.place_tables import finding_count, finding_count_change
from agentguard.server.store.schema.tables import device, finding, team
from tests.server.migrated import migrated
from tests.server.placed import NOW, admin

__all__ = ["admin"]

DESKS = tuple(f"d{n}" for n in range(8))
CHECKS = ("firewall", "backup", *LIVE)
STEPS = 120
Act = Callable[[Connection, random.Random, str], None]


def enrols(connection: Connection, dice: random.Random, id_: str) -> None:
    if connection.scalar(select(device.c.id).where(device.c.id == id_)) is None:
        place = team_id(connection, f"Team {dice.randrange(3)}")
        values = {"label": id_, "system": "", "enrolled_at": NOW, "public_key": id_.encode()}
        connection.execute(insert(device).values(id=id_, team=place, **values))


def opens(connection: Connection, dice: random.Random, id_: str) -> None:
    """Open a finding, or several in one statement; one that is there already may have changed."""
    enrols(connection, dice, id_)
    for subject in "ab":
        mine = (
            finding.c.device == id_,
            finding.c.subject == subject,
            finding.c.closed_at.is_(None),
        )
        there = set(connection.scalars(select(finding.c.check).where(*mine)))
        says = {
            "severity": dice.choice((*SEVERITIES, "odd")),
            "opened_at": NOW - dice.randrange(99),
        }
        rest = {"message": "m", "params": "{}", "hits": "[]", "place": ""}
        new = [
            {"device": id_, "check": check, "subject": subject, **says, **rest}
            for check in set(dice.choices(CHECKS, k=2)) - there
        ]
        if new:
            connection.execute(insert(finding).values(new))


def changes(connection: Connection, dice: random.Random, id_: str) -> None:
    one = finding.c.check == dice.choice(CHECKS)
    says = {"severity": dice.choice((*SEVERITIES, "odd")), "message": "worse"}
    connection.execute(update(finding).where(finding.c.device == id_, one).values(says))


def closes(connection: Connection, dice: random.Random, id_: str) -> None:
    """Close one, or all of a desk in one statement."""
    mine = finding.c.device == id_
    if dice.random() < 0.7:
        mine &= (finding.c.check == dice.choice(CHECKS)) & (finding.c.subject == dice.choice("ab"))
    connection.execute(
        update(finding).where(mine, finding.c.closed_at.is_(None)).values(closed_at=NOW)
    )


def forgets(connection: Connection, dice: random.Random, id_: str) -> None:
    """Delete findings as retention does, and one that is open."""
    mine = (finding.c.device == id_) & (finding.c.check == dice.choice(CHECKS))
    cared = finding_care.c.finding.in_(select(finding.c.id).where(mine))
    connection.execute(delete(finding_care).where(cared))
    connection.execute(delete(finding).where(mine))


def moves(connection: Connection, dice: random.Random, id_: str) -> None:
    values: dict[str, Any] = {"team": team_id(connection, f"Team {dice.randrange(3)}")}
    if dice.random() < 0.5:
        values["status"] = dice.choice(("active", "active", "cloned", "pending", "retired"))
    connection.execute(update(device).where(device.c.id == id_).values(**values))


def cares(connection: Connection, dice: random.Random, id_: str) -> None:
    every = list(connection.scalars(select(finding.c.id).where(finding.c.device == id_)))
    if every:
        one = dice.choice(every)
        connection.execute(delete(finding_care).where(finding_care.c.finding == one))
        state = dice.choice(("open", "working", "false-alarm", "done"))
        connection.execute(insert(finding_care).values(finding=one, state=state, at=NOW))


def folds(connection: Connection, _dice: random.Random, _id: str) -> None:
    kept_counts.fold(connection)


def crashes(connection: Connection, dice: random.Random, id_: str) -> None:
    """Do something, of which nothing is left."""
    half_way = connection.begin_nested()
    dice.choice((opens, closes, moves, folds))(connection, dice, id_)
    half_way.rollback()


ACTS: tuple[Act, ...] = (
    opens, opens, opens, changes, closes, closes, forgets, moves, moves, cares, cares, folds,
    crashes,
)  # fmt: skip


def excepts(connection: Connection, dice: random.Random) -> None:
    """Except controls of some desks, for now, for later and for before."""
    for n, (id_, check) in enumerate(product(DESKS, CHECKS)):
        since = NOW + dice.choice((-50, -50, 50))
        until, ended = since + dice.choice((10, 1000)), dice.choice((None, None, NOW))
        one = {"control": check, "since": since, "until": until, "ended_at": ended}
        if dice.random() < 0.3:
            connection.execute(insert(exception).values(id=str(n), asked_at=NOW, until=until))
            at = {"exception": str(n), "device": id_}
            connection.execute(insert(exception_desk).values(**at, **one))


def slowly(connection: Connection, wanted: Wanted) -> list[Found]:
    """Give the open findings one by one, in their order."""
    hidden = device.c.status.in_(("retired", "pending"))
    shown = connection.execute(select(device).where(~hidden))
    teams = {row.id: row.team for row in shown if wanted.teams is None or row.team in wanted.teams}
    ids = connection.scalars(select(finding.c.id).where(finding.c.closed_at.is_(None))).all()
    every = (care_pages.one(connection, id_, None, NOW) for id_ in ids)
    found = [one for one in every if one is not None and one.device in teams]
    return sorted(found, key=_danger)


def _danger(one: Found) -> tuple[bool, int, float, int]:
    urgent = one.check in LIVE and one.severity in SEVERITIES[:2]
    return not urgent, severity(one.severity), one.opened_at, one.id


def _kinds(found: list[Found]) -> list[Kind]:
    kinds = []
    for check in {one.check for one in found}:
        mine = [one for one in found if one.check == check]
        kinds.append(
            Kind(
                check=check,
                severity=(*SEVERITIES, "")[min(severity(one.severity) for one in mine)],
                many=len(mine),
                desks=len({one.device for one in mine}),
                since=min(one.opened_at for one in mine),
            )
        )
    return sorted(kinds, key=lambda one: (severity(one.severity), -one.desks, one.check))


def is_right(connection: Connection, teams: frozenset[int] | None) -> None:
    """See that what is read from what is kept is what is held of findings one by one."""
    wanted = Wanted(teams=teams, now=NOW)
    found = slowly(connection, wanted)
    assert kept_counts.differences(connection) == 0
    assert fleet_findings.kinds(connection, teams) == _kinds(found)
    assert care_pages.by_state(connection, wanted) == Counter(one.state for one in found)
    for asked, mine in (
        (wanted, found),
        (replace(wanted, check="backup"), [one for one in found if one.check == "backup"]),
        (replace(wanted, severity="high"), [one for one in found if one.severity == "high"]),
        (replace(wanted, desk=DESKS[0]), [one for one in found if one.device == DESKS[0]]),
    ):
        assert care_pages.count(connection, asked) == len(mine)
        listed = care_pages.found(connection, asked, "", down=False, start=1, limit=99)
        assert listed == mine[1:]


@pytest.mark.parametrize("seed", range(2))
def test_row_485_open_findings_and_their_counts_are_right_after_any_history(
    admin: Any, seed: int
) -> None:
    dice = random.Random(seed)

    def check(connection: Connection) -> None:
        for step in range(STEPS):
            dice.choice(ACTS)(connection, dice, dice.choice(DESKS))
            if step % 20 == 0:
                is_right(connection, None)
        for id_ in DESKS:
            opens(connection, dice, id_)
        excepts(connection, dice)
        every = frozenset(connection.scalars(select(team.c.id)))
        for teams in (None, every, frozenset(sorted(every)[:1]), frozenset[int]()):
            is_right(connection, teams)

    admin._database.run(check)


def test_row_486_counts_of_findings_that_are_wrong_are_put_right_and_told(
    running: Any, browser: Any
) -> None:
    """And pages show none of them: they count one by one what cannot be so."""
    run, now = running.admin._database.run, running.time
    dice = random.Random(1)
    run(lambda c: [opens(c, dice, id_) for id_ in DESKS])
    Jobs(running.admin._database, running.settings, now).do()
    told = doctor.examine(running.settings, now)
    assert [one.what.id for one in told if one.name == "counts"] == ["server.doctor.counts"]
    lost = (delete(finding_count), delete(finding_count_change))
    run(lambda c: [c.execute(one) for one in lost])
    run(lambda c: c.execute(insert(finding_count).values(check="backup", danger=10, many=-1)))
    assert run(lambda c: fleet_findings.kinds(c, None)) == run(
        lambda c: _kinds(slowly(c, Wanted(teams=None, now=NOW)))
    )
    assert browser.get("/findings").status_code == 200
    told = doctor.examine(running.settings, now)
    assert [one.what.id for one in told if one.name == "counts"] == ["server.doctor.counts-wrong"]
    now.at += 3700
    Jobs(running.admin._database, running.settings, now).do()
    assert run(kept_counts.differences) == 0
    assert run(lambda c: leadership.noted(c, kept_counts.REPAIRED)) == now.at


def test_row_487_a_page_of_findings_walks_no_table_of_them_or_of_desks(tmp_path: Path) -> None:
    """What it reads is bounded by the page, by controls, and by what is judged or excepted."""
    settings = ServerSettings(data=tmp_path / "server")
    asked: list[tuple[str, Any]] = []

    def plans(connection: Connection) -> str:
        for id_ in DESKS:
            opens(connection, random.Random(1), id_)
        wanted = Wanted(teams=None, now=NOW)
        event.listen(connection, "before_cursor_execute", lambda *a: asked.append(a[2:4]))
        care_pages.by_state(connection, wanted)
        fleet_findings.kinds(connection, None)
        care_pages.found(connection, wanted, "", down=False, start=0, limit=100)
        made = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", given).all()
            for words, given in tuple(asked)
        ]
        return "\n".join(row[3] for rows in made for row in rows)

    with Admin(migrated(settings), lambda: NOW) as one:
        told = one._database.run(plans)
    assert "USING COVERING INDEX ix_open_finding_danger" in told
    walked = r"SCAN (?:device|finding|exception_desk)\b|SCAN open_finding(?! USING .*_danger)"
    assert not re.findall(walked, told), told
