"""Where desks are and how they stand is kept by the database: what any history leaves is right."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    Table,
    delete,
    event,
    func,
    insert,
    select,
    text,
    update,
)

from agentguard.server.admin import doctor
from agentguard.server.admin.accounts import Admin
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import desk_status, goodbyes, keepers, quiet
from agentguard.server.store.engine import leadership
from agentguard.server.store.floor import board, kept_counts
from agentguard.server.store.floor.board import Wanted
from agentguard.server.store.floor.team_counts import TIERS
from agentguard.server.store.reports import intake
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.keeper_tables import keeper
from agentguard.server.store.schema.place_tables import team_count, team_count_change
from agentguard.server.store.schema.tables import device, device_seen, posture_current, team
from agentguard.wire import v1
from tests.server.migrated import migrated
from tests.server.placed import NOW, admin, counted, kept, recounted, slowly

__all__ = ["admin"]

CUTOFF = NOW - 180
DESKS = tuple(f"d{n:02}" for n in range(24))
STEPS = 120
Act = Callable[[Connection, random.Random, str], None]


def enrols(connection: Connection, dice: random.Random, id_: str) -> None:
    if connection.scalar(select(device.c.id).where(device.c.id == id_)) is None:
        values = {"label": f"desk {id_}", "system": "", "enrolled_at": NOW - dice.randrange(900)}
        key, place = int(id_[1:]).to_bytes(2), team_id(connection, f"Team {dice.randrange(4)}")
        connection.execute(insert(device).values(id=id_, public_key=key, team=place, **values))


def reports(connection: Connection, dice: random.Random, id_: str) -> None:
    enrols(connection, dice, id_)
    severity = dice.choice(("critical", "high", "medium", "low"))
    control = v1.Control(
        check="firewall",
        measure=1,
        state=dice.choice(("pass", "fail", "unknown")),
        since="2026-09-20T01:00:00+00:00",
        severity=severity,
    )
    seq = connection.scalar(select(device_seen.c.seq).where(device_seen.c.device == id_)) or 0
    told = {"sent_at": "", "boot": 0.0, "hash": "", "agent": "", "policy": "", "policy_digest": ""}
    report = v1.Report(
        device=id_, epoch=1, seq=seq + 1, overall=dice.choice(desk_status.RANKS),
        controls=(control,), locked=False, in_call=False, waiting=0, **told,
    )  # fmt: skip
    intake.take(connection, report, NOW - dice.choice((5, 170, 190, 4000)))


def moves(connection: Connection, dice: random.Random, id_: str) -> None:
    place = team_id(connection, f"Team {dice.randrange(4)}")
    values = {"team": place, "label": dice.choice(("ß %_", "desk", f"seat {id_}"))}
    connection.execute(update(device).where(device.c.id == id_).values(**values))


def is_decided(connection: Connection, dice: random.Random, id_: str) -> None:
    status = dice.choice(("active", "active", "conflict", "pending", "retired", "cloned"))
    connection.execute(update(device).where(device.c.id == id_).values(status=status))


def keeps(connection: Connection, dice: random.Random, id_: str) -> None:
    enrols(connection, dice, id_)
    keepers.note(connection, id_, well=dice.random() < 0.5, seats=None, now=NOW)


def keeps_no_more(connection: Connection, _dice: random.Random, id_: str) -> None:
    connection.execute(delete(keeper).where(keeper.c.device == id_))


def runs(connection: Connection, dice: random.Random, id_: str) -> None:
    enrols(connection, dice, id_)
    at = NOW - dice.randrange(10_000) - dice.random()
    values = {"run": f"{dice.getrandbits(64):x}", "begun_at": at}
    connection.execute(insert(device_run).values(device=id_, **values))


def says_goodbye(connection: Connection, dice: random.Random, id_: str) -> None:
    known = connection.scalars(select(device_run.c.run).where(device_run.c.device == id_)).all()
    if known:
        at = dice.choice((NOW - 600, CUTOFF - goodbyes.HOLDS - 1, None))
        said = {"goodbye": dice.choice(("asleep", "")), "goodbye_at": at}
        mine = (device_run.c.device == id_) & (device_run.c.run == dice.choice(known))
        connection.execute(update(device_run).where(mine).values(**said))


def forgets_a_run(connection: Connection, dice: random.Random, id_: str) -> None:
    known = connection.scalars(select(device_run.c.run).where(device_run.c.device == id_)).all()
    if known:
        mine = (device_run.c.device == id_) & (device_run.c.run == dice.choice(known))
        connection.execute(delete(device_run).where(mine))


def has_no_posture(connection: Connection, _dice: random.Random, id_: str) -> None:
    connection.execute(delete(device_standing).where(device_standing.c.device == id_))


def marks(connection: Connection, dice: random.Random, _id: str) -> None:
    """Look for who is silent, also by clocks that are ahead of the others or behind."""
    quiet.mark(connection, NOW - 120 + dice.choice((0, 0, 1000, -600)))


def folds(connection: Connection, _dice: random.Random, _id: str) -> None:
    kept_counts.fold(connection)


def crashes(connection: Connection, dice: random.Random, id_: str) -> None:
    """Do something, of which nothing is left."""
    half_way = connection.begin_nested()
    dice.choice((reports, moves, is_decided, marks, folds))(connection, dice, id_)
    half_way.rollback()


def forgets_reports(connection: Connection, dice: random.Random, id_: str) -> None:
    has_no_posture(connection, dice, id_)
    connection.execute(delete(device_seen).where(device_seen.c.device == id_))


def goes(connection: Connection, _dice: random.Random, id_: str) -> None:
    """Take a desk away of which nothing was ever heard."""
    tables: tuple[Table, ...] = (
        device_seen, device_run, keeper, device_standing, posture_current,
    )  # fmt: skip
    held = [connection.scalar(select(t.c.device).where(t.c.device == id_)) for t in tables]
    if not any(held):
        connection.execute(delete(device).where(device.c.id == id_))


ACTS: tuple[Act, ...] = (
    enrols, reports, reports, reports, moves, is_decided, keeps, keeps_no_more, runs, runs,
    says_goodbye, says_goodbye, forgets_a_run, has_no_posture, goes,
    marks, marks, forgets_reports, folds, crashes,
)  # fmt: skip


def tier(rank: int, last: float | None, gone: float | None) -> str:
    """Give the tier of a desk by what is held of it."""
    if last is None or last < CUTOFF:
        away = gone is not None and gone >= CUTOFF - goodbyes.HOLDS
        return "away" if away else "silent"
    return {desk_status.ACT: "failing", desk_status.GOOD: "ok"}.get(rank, "attention")


def reckoned(connection: Connection, wanted: Wanted) -> dict[str, set[str]]:
    """Give the desks of each tier, one by one."""
    heard = {row.device: row.last_seen for row in connection.execute(select(device_seen))}
    found: dict[str, set[str]] = {one: set() for one in TIERS}
    for id_, (place, label, shown, rank, gone, _quiet) in slowly(connection).items():
        allowed = wanted.teams is None or place in wanted.teams
        if shown and allowed and wanted.text.lower() in label.lower():
            found[tier(rank, heard.get(id_), gone)].add(id_)
    return found


def is_right(connection: Connection) -> None:
    """See that what is kept is what is held of the desks, and that who may be silent is marked."""
    assert kept(connection) == slowly(connection)
    assert counted(connection) == recounted(connection)
    assert kept_counts.differences(connection) == 0
    seen = device_seen.c
    unmarked = select(seen.device).where(~seen.quiet, seen.last_seen < quiet.known(connection))
    assert connection.scalars(unmarked).all() == []


@pytest.mark.parametrize("seed", range(4))
def test_row_413_the_place_of_each_desk_is_right_after_any_history(admin: Any, seed: int) -> None:
    dice = random.Random(seed)

    def check(connection: Connection) -> None:
        for step in range(STEPS):
            dice.choice(ACTS)(connection, dice, dice.choice(DESKS))
            if step % 10 == 0:
                is_right(connection)
        is_right(connection)
        assert len({one[2] for one in kept(connection).values()}) == 2
        assert len({one[5] is None for one in kept(connection).values()}) == 2

    admin._database.run(check)


@pytest.mark.parametrize("few", [0, 50])
@pytest.mark.parametrize("seed", range(3))
def test_row_413_counts_and_lists_are_those_of_each_desk_by_itself(
    admin: Any, monkeypatch: pytest.MonkeyPatch, seed: int, few: int
) -> None:
    """Whether few are asked for, who are read one by one, or many, of whom all are walked."""
    monkeypatch.setattr(board, "_FEW", few)
    monkeypatch.setattr(board, "_NAMED", few)
    dice = random.Random(seed)

    def check(connection: Connection) -> None:
        for _ in range(STEPS):
            dice.choice(ACTS)(connection, dice, dice.choice(DESKS))
        every = frozenset(connection.scalars(select(team.c.id)))
        for teams in (None, every, frozenset(sorted(every)[:1]), frozenset[int]()):
            for words in ("", "SEAT", "%_"):
                agree(connection, Wanted(teams=teams, cutoff=CUTOFF, text=words))

    admin._database.run(check)


def agree(connection: Connection, asked: Wanted) -> None:
    """See that counts and lists are those reckoned slowly, whether marks are relied upon or not."""
    wanted, told = board.prepared(connection, asked), reckoned(connection, asked)
    for one in {wanted.marked, False}:
        agrees(connection, replace(wanted, marked=one), told)


def agrees(connection: Connection, wanted: Wanted, told: dict[str, set[str]]) -> None:
    every, stands = board.counts(connection, wanted), board.standing(connection, wanted)
    many = board.tally(every)
    assert many == stands.many == {one: len(ids) for one, ids in told.items()}
    for id_ in {one.id for one in every}:
        mine = board.among(connection, wanted, stands, frozenset({id_}))
        assert mine == [one for one in every if one.id == id_]
    order = sorted(every, key=lambda one: tuple(-one.counts[tier] for tier in TIERS[:3]))
    for start, limit in ((0, 2), (1, 9)):
        found = board.worst(connection, wanted, stands, start=start, limit=limit)
        assert found == (order[start : start + limit], len(every))
    for one, ids in told.items():
        listed = board.page(connection, wanted, (one,), many, start=0, limit=100)
        assert len(listed) == len(ids)
        assert set(listed) == ids, one


def test_row_455_a_desk_is_marked_by_the_job_and_its_report_takes_the_mark_away(
    running: Any, desk: Any
) -> None:
    """And what is asked for tells the same with a mark and without."""
    run = running.admin._database.run

    def since() -> float | None:
        asked: float | None = run(lambda c: kept(c)[desk.id][5])
        return asked

    def tiers() -> dict[str, int]:
        wanted = Wanted(teams=None, cutoff=running.time.at - 180)
        told: dict[str, int] = run(lambda c: board.tally(board.counts(c, wanted)))
        return {one: many for one, many in told.items() if many}

    heard = running.time.at
    desk.send()
    running.time.at += 181
    assert (since(), tiers()) == (None, {"silent": 1})
    Jobs(running.admin._database, running.settings, running.time).do()
    assert (since(), tiers()) == (heard, {"silent": 1})
    desk.send()
    assert (since(), tiers()) == (None, {"attention": 1})


def test_row_440_after_a_pause_nobody_is_marked_who_may_still_come_back(admin: Any) -> None:
    """And until marks are whole again, who is silent is found without them."""
    watch, at = quiet.Watch(silent_after=180), NOW - 150

    def look(connection: Connection, now: float, last: float) -> tuple[bool, int, bool]:
        more = watch.look(connection, now, last)
        many = connection.scalar(select(func.count()).where(device_seen.c.quiet))
        wanted = board.prepared(connection, Wanted(teams=None, cutoff=now - 180))
        agree(connection, Wanted(teams=None, cutoff=CUTOFF))
        return more, many or 0, wanted.marked

    def heard(connection: Connection) -> None:
        enrols(connection, random.Random(1), DESKS[0])
        connection.execute(insert(device_seen).values(**seen_of(DESKS[0], at)))

    run = admin._database.run
    run(heard)
    assert run(lambda c: look(c, NOW, NOW - 20)) == (False, 1, True)
    run(lambda c: c.execute(update(device_seen).values(last_seen=NOW - 100)))
    assert run(lambda c: look(c, NOW + 50, NOW - 200)) == (False, 0, False)
    assert run(lambda c: look(c, NOW + 210, NOW + 190)) == (False, 0, False)
    assert run(lambda c: look(c, NOW + 230, NOW + 210)) == (False, 1, True)


def seen_of(id_: str, at: float) -> dict[str, Any]:
    texts = dict.fromkeys(("hash", "agent", "policy", "policy_digest"), "")
    flags = {"locked": False, "in_call": False}
    return {"device": id_, "seq": 1, "last_seen": at, "skew": 0.0, "waiting": 0, **texts, **flags}


def test_row_440_the_watermark_stays_behind_who_was_not_marked(
    admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look marks no more than it may, and does not claim the rest."""

    def check(connection: Connection) -> None:
        for place, id_ in enumerate(DESKS[:5]):
            enrols(connection, random.Random(1), id_)
            connection.execute(insert(device_seen).values(**seen_of(id_, NOW - 1000 + place)))
        monkeypatch.setattr(quiet, "AT_ONCE", 2)
        watch = quiet.Watch(silent_after=180)
        told = [(watch.look(connection, NOW, NOW), quiet.known(connection)) for _ in range(3)]
        assert told == [(True, 0.0), (True, 0.0), (False, NOW - 120)]
        is_right(connection)

    admin._database.run(check)


def test_row_441_counts_that_are_wrong_are_put_right_and_told(running: Any, desk: Any) -> None:
    desk.send()
    run, now = running.admin._database.run, running.time
    assert told_by_doctor(running) == "server.doctor.counts"
    wrong = insert(team_count_change).values(team=1, tier=0, many=3)
    run(lambda c: c.execute(wrong))
    assert told_by_doctor(running) == "server.doctor.counts-wrong"
    jobs = Jobs(running.admin._database, running.settings, now)
    jobs.do()
    assert run(counted) == run(recounted)
    assert told_by_doctor(running) == "server.doctor.counts-repaired"
    now.at += 3700
    jobs.do()
    assert run(lambda c: leadership.noted(c, kept_counts.REPAIRED)) == now.at - 3700
    assert run(lambda c: c.scalar(select(func.count()).select_from(team_count_change))) == 0


def test_row_441_a_floor_is_shown_while_all_its_counts_are_lost(
    running: Any, desk: Any, browser: Any
) -> None:
    """A desk that is marked before it counts as silent is put right in the count of its team."""
    desk.send()
    run, now = running.admin._database.run, running.time
    Jobs(running.admin._database, running.settings, now).do()
    run(lambda c: c.execute(update(device_seen).values(quiet=True)))
    run(lambda c: (c.execute(delete(team_count)), c.execute(delete(team_count_change))))
    assert browser.get("/teams").status_code == 200

    def shown(connection: Connection) -> tuple[bool, list[int]]:
        wanted = board.prepared(connection, Wanted(teams=None, cutoff=now() - 180))
        return wanted.marked, [one.total for one in board.counts(connection, wanted)]

    assert run(shown) == (True, [1])
    assert told_by_doctor(running) == "server.doctor.counts-wrong"


def told_by_doctor(running: Any) -> str:
    found = {one.name: one.what.id for one in doctor.examine(running.settings, running.time)}
    return str(found["counts"])


def test_row_442_what_changes_while_changes_are_added_up_is_counted(
    running: Any, desk: Any
) -> None:
    """On PostgreSQL neither waits for the other; SQLite has one that writes."""
    desk.send()
    database = running.admin._database

    def meanwhile(connection: Connection) -> None:
        moves(connection, random.Random(1), desk.id)
        if running.settings.database:
            with Admin(running.settings, running.time) as other:
                other._database.run(lambda c: c.execute(text("SET lock_timeout = '2s'")))
                other._database.run(kept_counts.fold)
        moves(connection, random.Random(2), desk.id)

    database.run(meanwhile)
    assert database.run(counted) == database.run(recounted)
    database.run(kept_counts.fold)
    assert database.run(counted) == database.run(recounted)


def test_row_443_what_a_floor_counts_costs_teams_and_not_desks(tmp_path: Path) -> None:
    """No table with a row for each desk is walked, as SQLite itself tells of its plans."""
    settings = ServerSettings(data=tmp_path / "server")
    asked: list[tuple[str, Any]] = []

    def plans(connection: Connection) -> str:
        for id_ in DESKS:
            reports(connection, random.Random(1), id_)
        quiet.mark(connection, NOW - 120)
        wanted = board.prepared(connection, Wanted(teams=None, cutoff=CUTOFF))
        event.listen(connection, "before_cursor_execute", lambda *a: asked.append(a[2:4]))
        stands = board.standing(connection, wanted)
        board.among(connection, wanted, stands, frozenset({1}))
        board.worst(connection, wanted, stands, start=0, limit=100)
        board.page(connection, wanted, ("silent",), {"silent": 1}, start=0, limit=100)
        made = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", given).all()
            for words, given in tuple(asked)
        ]
        return "\n".join(row[3] for rows in made for row in rows)

    with Admin(migrated(settings), lambda: NOW) as one:
        told = one._database.run(plans)
    assert "team_count" in told
    assert not re.findall(r"SCAN (?:device|device_seen|desk_place)\b", told), told


def test_row_455_a_desk_that_is_held_is_marked_the_next_time(
    running: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL alone has rows that are held; one look marks no more than it may."""
    desk.send()
    database, late = running.admin._database, running.time.at + 1
    held = select(device.c.id).where(device.c.id == desk.id).with_for_update(key_share=True)

    def meanwhile(connection: Connection) -> int:
        connection.execute(held)
        with Admin(running.settings, running.time) as other:
            return int(other._database.run(lambda c: quiet.mark(c, late)))

    if running.settings.database:
        assert database.run(meanwhile) == 0
    monkeypatch.setattr(quiet, "AT_ONCE", 0)
    assert database.run(lambda c: quiet.mark(c, late)) == 0
    monkeypatch.setattr(quiet, "AT_ONCE", 10)
    assert database.run(lambda c: quiet.mark(c, late)) == 1
    assert database.run(lambda c: quiet.mark(c, late)) == 0
