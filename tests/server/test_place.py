"""Where desks are and how they stand is kept by the database: what any history leaves is right."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, insert, select, update

from agentguard.server.admin.accounts import Admin
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import desk_status, goodbyes, keepers, quiet
from agentguard.server.store.floor import board
from agentguard.server.store.floor.board import TIERS, Wanted
from agentguard.server.store.reports import intake
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.keeper_tables import keeper
from agentguard.server.store.schema.tables import device, device_seen, team
from agentguard.wire import v1
from tests.server.migrated import migrated
from tests.server.placed import kept, slowly

NOW = 1_790_000_000.0
CUTOFF = NOW - 180
DESKS = tuple(f"d{n:02}" for n in range(24))
STEPS = 120
Act = Callable[[Connection, random.Random, str], None]


@pytest.fixture
def admin(tmp_path: Any, address: str) -> Any:
    settings = ServerSettings(data=tmp_path / "server", database=address)
    with Admin(migrated(settings), lambda: NOW) as one:
        yield one


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
    """Look for who is silent for long, also by a clock that is ahead of the others."""
    quiet.mark(connection, NOW + dice.choice((0, 0, 1000)), 180)


def forgets_reports(connection: Connection, dice: random.Random, id_: str) -> None:
    has_no_posture(connection, dice, id_)
    connection.execute(delete(device_seen).where(device_seen.c.device == id_))


def goes(connection: Connection, _dice: random.Random, id_: str) -> None:
    """Take a desk away of which nothing was ever heard."""
    tables: tuple[Table, ...] = (device_seen, device_run, keeper, device_standing)
    held = [connection.scalar(select(t.c.device).where(t.c.device == id_)) for t in tables]
    if not any(held):
        connection.execute(delete(device).where(device.c.id == id_))


ACTS: tuple[Act, ...] = (
    enrols, reports, reports, reports, moves, is_decided, keeps, keeps_no_more, runs, runs,
    says_goodbye, says_goodbye, forgets_a_run, has_no_posture, goes,
    marks, marks, forgets_reports,
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


@pytest.mark.parametrize("seed", range(4))
def test_row_413_the_place_of_each_desk_is_right_after_any_history(admin: Any, seed: int) -> None:
    dice = random.Random(seed)

    def check(connection: Connection) -> None:
        for step in range(STEPS):
            dice.choice(ACTS)(connection, dice, dice.choice(DESKS))
            if step % 10 == 0:
                assert kept(connection) == slowly(connection), step
        assert kept(connection) == slowly(connection)
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
            for text in ("", "SEAT", "%_"):
                agree(connection, Wanted(teams=teams, cutoff=CUTOFF, text=text))

    admin._database.run(check)


def agree(connection: Connection, asked: Wanted) -> None:
    """See that counts and lists are those that are reckoned slowly."""
    wanted, told = board.narrowed(connection, asked), reckoned(connection, asked)
    many = board.tally(board.counts(connection, wanted))
    assert many == {one: len(ids) for one, ids in told.items()}
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
    running.time.at += quiet.AFTER + 1
    assert (since(), tiers()) == (None, {"silent": 1})
    Jobs(running.admin._database, running.settings, running.time).do()
    assert (since(), tiers()) == (heard, {"silent": 1})
    desk.send()
    assert (since(), tiers()) == (None, {"attention": 1})


def test_row_455_a_desk_that_is_held_is_marked_the_next_time(
    running: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL alone has rows that are held; one look marks no more than it may."""
    desk.send()
    database, late = running.admin._database, running.time.at + quiet.AFTER + 1
    held = select(device.c.id).where(device.c.id == desk.id).with_for_update(key_share=True)

    def meanwhile(connection: Connection) -> int:
        connection.execute(held)
        with Admin(running.settings, running.time) as other:
            return int(other._database.run(lambda c: quiet.mark(c, late, 180)))

    if running.settings.database:
        assert database.run(meanwhile) == 0
    monkeypatch.setattr(quiet, "AT_ONCE", 0)
    assert database.run(lambda c: quiet.mark(c, late, 180)) == 0
    monkeypatch.setattr(quiet, "AT_ONCE", 10)
    assert database.run(lambda c: quiet.mark(c, late, 180)) == 1
    assert database.run(lambda c: quiet.mark(c, late, 180)) == 0
