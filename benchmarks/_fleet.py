"""Fills an endpoint's database with a fleet that has reported for thirty days."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert

from agentguard.server.store.desks import desk_status
from agentguard.server.store.engine import partitions
from agentguard.server.store.schema.floor_tables import device_standing, shift, site, team_place
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    event,
    finding,
    posture_change,
    posture_current,
    team,
)
from agentguard.wire import v1

NOW = 1_790_000_000.0
DAYS = 30
DAY = 86_400.0
TEAM = 100  # desks in a team
SITE = 20  # teams at a site
FAILING, ATTENTION, SILENT = 0.03, 0.06, 0.05  # shares of the fleet
AWAY = 0.1  # a share of the fleet that said goodbye and is not heard of since
NIGHT = 0.8  # the same at night
RUNS = 20  # of a desk's agent in thirty days
CHANGES, EVENTS = 10, 30  # of a desk in thirty days
AT_ONCE = 5000
CHECKS = (
    ("disk-encryption", 1, "critical"),
    ("reauth", 2, "high"),
    ("training", 3, "low"),
    ("pii-files", 4, "critical"),
    ("clipboard", 4, "high"),
    ("screen-lock", 4, "high"),
    ("folder-access", 4, "medium"),
    ("firewall", 5, "high"),
    ("antivirus", 5, "high"),
    ("vendors", 6, "medium"),
    ("journal", 7, "critical"),
    ("incident-response", 8, "medium"),
    ("software", 9, "medium"),
    ("backup", 10, "medium"),
)


def fill(
    run: Callable[[Callable[[Connection], None]], None],
    desks: int,
    *,
    past: bool = True,
    away: float = AWAY,
) -> None:
    """Fill an empty database, with the month that is past; `run` runs a job in a transaction."""
    run(lambda c: _places(c, desks))
    for first in range(0, desks, AT_ONCE):
        numbers = range(first, min(desks, first + AT_ONCE))
        run(partial(_desks, numbers=numbers, past=past, away=away))


def _places(connection: Connection, desks: int) -> None:
    months = partitions.Ready()
    for day in range(DAYS + 1):
        months.be(connection, NOW - day * DAY)
    teams = -(-desks // TEAM)
    sites = -(-teams // SITE)
    hours = {"early": (360, 840), "late": (840, 1320), "night": (1320, 360)}
    shifts = [
        {"id": n, "name": name, "begins": begins, "ends": ends}
        for n, (name, (begins, ends)) in enumerate(hours.items(), 1)
    ]
    _put(connection, site, [{"id": n, "name": f"Site {n:03}"} for n in range(1, sites + 1)])
    _put(connection, shift, shifts)
    _put(connection, team, [{"id": n, "name": f"Team {n:04}"} for n in range(1, teams + 1)])
    placed = [
        {"team": n, "site": (n - 1) // SITE + 1, "shift": n % 3 + 1} for n in range(1, teams + 1)
    ]
    _put(connection, team_place, placed)


def _desks(connection: Connection, numbers: range, *, past: bool, away: float) -> None:
    dice = random.Random(numbers.start)
    rows: dict[Table, list[dict[str, Any]]] = {}
    for n in numbers:
        for table, row in _desk(n, dice, past=past, share=away):
            rows.setdefault(table, []).append(row)
    for table in (device, device_seen, posture_current, device_standing):
        _put(connection, table, rows.get(table, []))
    for table in (device_run, posture_change, event, finding):
        _put(connection, table, rows.get(table, []))


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def identity(n: int) -> str:
    """Give the id of a desk by its number."""
    return f"{n * 2654435761 % 2**48:024x}"


def _desk(
    n: int, dice: random.Random, *, past: bool, share: float
) -> Iterator[tuple[Table, dict[str, Any]]]:
    id_ = identity(n)
    draw = dice.random()
    overall = "act" if draw < FAILING else "attention" if draw < FAILING + ATTENTION else "good"
    bad = dice.randrange(len(CHECKS)) if overall != "good" else -1
    since = NOW - dice.uniform(60, 3 * DAY)
    controls = tuple(_control(place, fails=place == bad, since=since) for place in range(14))
    yield device, _enrolled(n, id_)
    away = past and dice.random() < share
    yield device_seen, _heard(id_, dice, away=away)
    yield from ((device_run, one) for one in _runs(id_, away=away, many=RUNS if past else 0))
    yield posture_current, _posture(id_, overall, controls, since)
    stands = desk_status.Stands(device=id_, overall=overall, controls=controls, now=NOW)
    yield device_standing, desk_status.row(stands)
    for _ in range(CHANGES if past else 0):
        at = NOW - dice.uniform(0, DAYS * DAY)
        change = {"check": dice.choice(CHECKS)[0], "before": "pass", "after": "fail"}
        yield posture_change, {"device": id_, "at": at, **change}
    for seq in range(1, EVENTS + 1 if past else 1):
        yield event, _event(id_, seq, NOW - dice.uniform(0, DAYS * DAY))
    if bad >= 0:
        yield finding, _finding(id_, bad, since)


def _enrolled(n: int, id_: str) -> dict[str, Any]:
    return {
        "id": id_,
        "team": n // TEAM + 1,
        "label": f"desk-{n:06}",
        "system": "Windows 11 24H2",
        "public_key": n.to_bytes(32, "big"),
        "enrolled_at": NOW - 2 * DAYS * DAY,
        "status": "active",
        "epoch": 1,
    }


def _runs(id_: str, *, away: bool, many: int) -> Iterator[dict[str, Any]]:
    """Yield a run of the agent a day; the newest said goodbye where nothing is heard since."""
    for n in range(many):
        begun = NOW - n * DAY - 6 * 3600
        over = away or n > 0
        said = {"goodbye": "stopped", "goodbye_at": begun + 3 * 3600} if over else {}
        values = {"goodbye": "", "goodbye_at": None, **said}
        yield {"device": id_, "run": f"{n:032x}", "begun_at": begun, **values}


def _heard(id_: str, dice: random.Random, *, away: bool) -> dict[str, Any]:
    silent = away or dice.random() < SILENT
    return {
        "device": id_,
        "seq": EVENTS,
        "hash": "ab" * 32,
        "last_seen": NOW - (dice.uniform(300, 5 * DAY) if silent else dice.uniform(0, 60)),
        "skew": 0.1,
        "locked": False,
        "in_call": dice.random() < 0.3,
        "waiting": 0,
        "agent": "0.1.0",
        "policy": "baseline 1",
        "policy_digest": "",
    }


def _posture(
    id_: str, overall: str, controls: tuple[v1.Control, ...], since: float
) -> dict[str, Any]:
    text = msgspec.json.encode(controls).decode()
    return {"device": id_, "overall": overall, "changed_at": since, "controls": text}


def _control(place: int, *, fails: bool, since: float) -> v1.Control:
    check, measure, severity = CHECKS[place]
    return v1.Control(
        check=check,
        measure=measure,
        state="fail" if fails else "pass",
        since=datetime.fromtimestamp(since, UTC).isoformat(),
        severity=severity,
    )


def _event(id_: str, seq: int, at: float) -> dict[str, Any]:
    moment = datetime.fromtimestamp(at, UTC).isoformat()
    body = msgspec.json.encode(v1.Event(seq=seq, kind="session.locked", at=moment))
    return {
        "device": id_,
        "epoch": 1,
        "seq": seq,
        "kind": "session.locked",
        "at": at,
        "received_at": at,
        "digest": body[:16],
        "body": body.decode(),
    }


def _finding(id_: str, bad: int, since: float) -> dict[str, Any]:
    check, _, severity = CHECKS[bad]
    return {
        "device": id_,
        "check": check,
        "subject": check,
        "severity": severity,
        "message": f"{check}.found",
        "params": '{"count": 2}',
        "hits": "[]",
        "place": "",
        "opened_at": since,
        "closed_at": None,
    }
