"""The floor in the order of need: against a plain reckoning, and page by page without a gap."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, insert, select

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import desk_status, goodbyes
from agentguard.server.store.floor import board, care_pages, fleet_findings, pages, places
from agentguard.server.store.floor.board import Wanted
from agentguard.server.store.floor.team_counts import TIERS
from agentguard.server.store.reports import intake
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.tables import device, device_seen, posture_current
from agentguard.wire import v1
from tests.server.migrated import migrated

NOW = 1_790_000_000.0
CUTOFF = NOW - 180
OVERALL = ("act", "attention", "blind", "good", "odd")


def a_report(dice: random.Random, id_: str, seq: int) -> v1.Report:
    """Give a report with a posture at hazard."""
    states = [dice.choice(("pass", "pass", "fail", "unknown")) for _ in range(3)]
    controls = tuple(
        v1.Control(
            check=f"check-{n}",
            measure=1,
            state=state,
            since=f"2026-09-2{dice.randrange(2)}T0{dice.randrange(10)}:00:00+00:00",
            severity=dice.choice(("critical", "high", "medium", "low", "odd")),
        )
        for n, state in enumerate(states)
    )
    told = {"sent_at": "", "boot": 0.0, "hash": "", "agent": "", "policy": "", "policy_digest": ""}
    flags = {"locked": False, "in_call": False, "waiting": 0}
    overall = dice.choice(OVERALL)
    return v1.Report(
        device=id_, epoch=1, seq=seq, overall=overall, controls=controls, **told, **flags
    )


def fill(connection: Connection, seed: int) -> None:
    """Enrol forty desks of three teams; some never report, some said goodbye or fell silent."""
    dice = random.Random(seed)
    for n in range(40):
        team = team_id(connection, f"Team {n % 3}")
        values = {"team": team, "label": f"desk-{n:02}", "system": "", "enrolled_at": NOW - n}
        key = {
            "id": f"d{n:02}",
            "public_key": bytes([n]),
            "status": dice.choice(("active",) * 9 + ("retired",)),
        }
        connection.execute(insert(device).values(**key, **values))
        for seq in range(dice.randrange(3)):
            at = NOW - dice.choice((5, 60, 179, 181, 4000))
            intake.take(connection, a_report(dice, f"d{n:02}", seq), at)
        for run in range(dice.randrange(3)):
            said = dice.choice(
                (("", None), ("asleep", CUTOFF - 60), ("asleep", CUTOFF - goodbyes.HOLDS - 1))
            )
            values = {"run": str(run), "begun_at": run, "goodbye": said[0], "goodbye_at": said[1]}
            connection.execute(insert(device_run).values(device=f"d{n:02}", **values))


@pytest.fixture
def admin(tmp_path: Any, address: str) -> Any:
    settings = ServerSettings(data=tmp_path / "server", database=address)
    with Admin(migrated(settings), lambda: NOW) as one:
        yield one


def plain(connection: Connection, tier: str) -> list[str]:
    """Reckon a tier from the tables as they are, without the standing."""
    found = []
    for one in pages.desks(connection):
        silent = one.last_seen is None or one.last_seen < CUTOFF
        mine = {"act": "failing", "good": "ok"}.get(one.overall, "attention")
        if silent:
            lately = one.goodbye and one.goodbye_at >= CUTOFF - goodbyes.HOLDS
            mine = "away" if lately else "silent"
        if mine == tier:
            worst = next(iter(desk_status.worst_first(one.controls)), None)
            severity = desk_status.severity(worst.severity) if worst else 4
            found.append((desk_status.rank(one.overall), severity, one.label, one.id))
    return [one[-1] for one in found]


@pytest.mark.parametrize("seed", range(5))
def test_counts_and_lists_are_those_of_a_plain_reckoning(admin: Any, seed: int) -> None:
    def check(connection: Connection) -> None:
        fill(connection, seed)
        wanted = Wanted(teams=None, cutoff=CUTOFF)
        many = board.tally(board.counts(connection, wanted))
        for tier in TIERS:
            ids = board.page(connection, wanted, (tier,), many, start=0, limit=100)
            assert sorted(ids) == sorted(plain(connection, tier)), tier
            assert many[tier] == len(ids)

    admin._database.run(check)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_follow_each_other_without_a_gap_or_a_repetition(admin: Any, size: int) -> None:
    def check(connection: Connection) -> None:
        fill(connection, 7)
        wanted = Wanted(teams=None, cutoff=CUTOFF)
        many = board.tally(board.counts(connection, wanted))
        whole = board.page(connection, wanted, TIERS, many, start=0, limit=100)
        parts = [
            board.page(connection, wanted, TIERS, many, start=start, limit=size)
            for start in range(0, len(whole), size)
        ]
        assert [id_ for part in parts for id_ in part] == whole
        assert len(set(whole)) == len(whole) == sum(many.values())

    admin._database.run(check)


def test_a_scope_and_a_text_narrow_counts_and_lists_alike(admin: Any) -> None:
    def check(connection: Connection) -> None:
        fill(connection, 3)
        every = places.list_placed(connection)
        one = Wanted(teams=frozenset({every[0].id}), cutoff=CUTOFF, text="SK-0")
        counts = board.counts(connection, one)
        many = board.tally(counts)
        ids = board.page(connection, one, TIERS, many, start=0, limit=100)
        labels = [desk.label for desk in pages.among(connection, ids)]
        assert labels
        assert all("sk-0" in label and int(label[-2:]) % 3 == 0 for label in labels)
        assert [count.name for count in counts] == ["Team 0"]
        assert sum(many.values()) == len(labels)
        nobody = Wanted(teams=frozenset(), cutoff=CUTOFF)
        assert board.counts(connection, nobody) == []
        odd = Wanted(teams=None, cutoff=CUTOFF, text="%_'\"")
        assert board.counts(connection, odd) == []

    admin._database.run(check)


def test_the_standing_is_that_of_the_posture_whatever_way_it_came(
    running: Any, new_desk: Any, control: Any
) -> None:
    """Reports are taken in alone or many at once; both write the same standing."""
    one = new_desk()
    for state, severity in (("fail", "high"), ("pass", "high"), ("unknown", "low")):
        running.time.at += 5
        one.send(controls=[control("firewall", state, severity=severity)], overall="attention")

    def check(connection: Connection) -> None:
        held = connection.execute(select(posture_current)).one()
        controls = msgspec.json.decode(held.controls, type=tuple[v1.Control, ...])
        wanted = desk_status.row(
            desk_status.Stands(device=one.id, overall=held.overall, controls=controls, now=NOW)
        )
        stands = connection.execute(select(device_standing)).one()
        assert dict(stands._mapping) == wanted

    running.admin._database.run(check)


def test_findings_are_counted_by_control_and_by_what_they_say(
    running: Any, new_desk: Any, event: Any
) -> None:
    for n, team in enumerate(("A", "A", "B")):
        desk = new_desk(team=team, label=f"d{n}")
        found = {"check": "software", "severity": "medium", "message": "software.unsupported"}
        params = {"count": 1, "products": "Old" if n < 2 else "Older"}
        desk.send(
            event(1, **found, params=params, subject="s"),
            event(2, check="firewall", severity="critical", message="firewall.off", subject="f"),
            event(3, "finding.closed", check="firewall", subject="f" if n else "x"),
        )

    def check(connection: Connection) -> None:
        kinds = fleet_findings.kinds(connection, None)
        assert [(k.check, k.severity, k.many, k.desks) for k in kinds] == [
            ("firewall", "critical", 1, 1),
            ("software", "medium", 3, 3),
        ]
        facts = fleet_findings.facts(connection, None, ("software",))
        assert [(f.params["products"], f.desks) for f in facts] == [("Old", 2), ("Older", 1)]
        assert fleet_findings.by_team(connection, None, "software") == {"A": 2, "B": 1}
        team_b = frozenset(p.id for p in places.list_placed(connection) if p.name == "B")
        assert [k.check for k in fleet_findings.kinds(connection, team_b)] == ["software"]
        every, none = (care_pages.Wanted(teams=teams, now=0.0) for teams in (None, frozenset()))
        found = care_pages.found(connection, every, "", down=False, start=1, limit=2)
        assert [(f.check, f.desk) for f in found] == [("software", "d0"), ("software", "d1")]
        assert care_pages.found(connection, none, "", down=False, start=0, limit=9) == []

    running.admin._database.run(check)


def test_a_desk_that_never_reported_or_is_old_stands_with_the_silent(admin: Any) -> None:
    def check(connection: Connection) -> None:
        team = team_id(connection, "T")
        for n, last in enumerate((None, CUTOFF - 1, CUTOFF)):
            values = {"team": team, "label": "x", "system": "", "enrolled_at": 0.0}
            connection.execute(insert(device).values(id=f"d{n}", public_key=bytes([n]), **values))
            if last is not None:
                seen = {"seq": 0, "hash": "", "skew": 0.0, "agent": "", "policy": ""}
                seen |= {"locked": False, "in_call": False, "waiting": 0, "policy_digest": ""}
                connection.execute(
                    insert(device_seen).values(device=f"d{n}", last_seen=last, **seen)
                )
        wanted = Wanted(teams=None, cutoff=CUTOFF)
        many = board.tally(board.counts(connection, wanted))
        assert (many["silent"], many["attention"]) == (2, 1)
        assert board.page(connection, wanted, ("attention",), many, start=0, limit=9) == ["d2"]
        assert set(board.page(connection, wanted, ("silent",), many, start=0, limit=9)) == {
            "d0",
            "d1",
        }

    admin._database.run(check)
