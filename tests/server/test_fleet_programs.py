"""What is counted as lists come and go must be what a full recount gives, whatever happened."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from agentguard.base import lifecycle
from agentguard.checks.software import Settings
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.software import Match, State, Today
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.engine.writes import in_a_ring
from agentguard.server.store.reports import day_quota
from agentguard.server.store.schema.software_tables import (
    device_inventory,
    device_program,
    device_program_past,
    product_count,
    program,
    program_count,
    program_day,
)
from agentguard.server.store.schema.tables import device, device_seen
from agentguard.server.store.software import counting, intake, rejudge
from agentguard.server.store.software.counting import Listed
from agentguard.server.store.software.intake import Arrived, Intake
from agentguard.server.store.software.judging import Judge, Judges, Newest, Teaching
from agentguard.wire import inventory
from agentguard.wire.inventory import Inventory, Program
from tests.server.migrated import migrated

NOW = 1_790_000_000.0
DAY = 86400.0
DESKS = ("a", "b", "c")
NAMES = ("dialler", "browser", "archiver", "stranger", "patch")
TABLES = (
    device_program, device_program_past, device_inventory, program_count, product_count,
    program_day, program,
)  # fmt: skip


@dataclass
class Shelf:
    """A small catalogue whose answers a test changes: the state of each version by its name."""

    compiled: date = date(2026, 8, 25)
    states: dict[str, State] = field(default_factory=dict)

    def match(self, name: str, version: str, publisher: str, *, now: Today) -> Match:
        known = name not in {"stranger", "library"}
        state = self.states.get(f"{name} {version}", State.SUPPORTED) if known else State.UNKNOWN
        return Match(
            name=name, version=version, publisher=publisher, product=name if known else "",
            title=name, line=version, kind="app", state=state, date=None, source="", rule="",
            why=say("support.no-end"), part=name == "patch",
        )  # fmt: skip


SYSTEMS = lifecycle.known(Moment(boot=0.0, wall=0.0))


@dataclass
class Fleet:
    """An endpoint's store with three desks, and the lists that they hold themselves."""

    database: Database
    shelf: Shelf = field(default_factory=Shelf)
    lists: dict[str, frozenset[Program]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    now: float = NOW

    def __post_init__(self) -> None:
        self.judges = Judges(
            lambda _connection, before: before,
            lambda _connection: Newest(programs=self.shelf, systems=SYSTEMS, seq=7),
        )
        self.intake = Intake(self.judges)

    def send(self, *lists: Inventory, cost: float = 0.0) -> list[bool | Exception]:
        arrived = [Arrived(inventory=one, now=self.now, cost=cost) for one in lists]
        return list(self.database.run(lambda c: self.intake.take_all(c, arrived)))

    def tell(self, desk: str, wanted: frozenset[Program], **more: Any) -> bool | Exception:
        """Send a difference as an agent does, and the whole when it is asked for."""
        held, digest = self.lists.get(desk, frozenset()), inventory.list_digest(wanted)
        one = Inventory(
            device=desk, sent_at="", base=self.told.get(desk, ""), digest=digest,
            programs=len(wanted), added=tuple(wanted - held), gone=tuple(held - wanted), **more,
        )  # fmt: skip
        (taken,) = self.send(one)
        if taken is False:
            (taken,) = self.send(whole(desk, wanted, **more))
        self.lists[desk], self.told[desk] = wanted, digest
        return taken

    def read(self, table: Any) -> list[Any]:
        return self.database.run(lambda c: list(c.execute(select(table)).all()))

    def judge_anew(self) -> int:
        rounds = 0
        while True:
            rounds += 1
            if not self.database.run(self._slice):
                return rounds

    def _slice(self, connection: Connection) -> bool:
        return rejudge.rejudge(connection, self.judges.at(connection, self.now), self.now)


def whole(desk: str, wanted: frozenset[Program], **more: Any) -> Inventory:
    digest = inventory.list_digest(wanted)
    return Inventory(
        device=desk, sent_at="", digest=digest, programs=len(wanted), full=True,
        added=tuple(wanted), **more,
    )  # fmt: skip


def an(name: str, version: str = "1", **more: str) -> Program:
    return Program(name=name, version=version, **more)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, module_address: str) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("server")
    one = open_database(migrated(ServerSettings(data=folder, database=module_address)))
    yield one
    one.close()


@pytest.fixture
def fleet(database: Database) -> Fleet:
    database.run(emptied)
    return Fleet(database)


def emptied(connection: Connection) -> None:
    """Give the three desks, which have reported, and nothing of programs."""
    for table in (*TABLES, device_seen):
        connection.execute(delete(table))
    about = devices.About(team=team_id(connection, "T"), label="d", system="s")
    for id_ in DESKS:
        devices.put(connection, id_, id_.encode() * 32, about, NOW)
        values = {
            "seq": 0, "hash": "", "last_seen": NOW, "skew": 0.0, "locked": False, "in_call": False,
            "waiting": 0, "agent": "", "policy": "", "policy_digest": "",
        }  # fmt: skip
        connection.execute(insert(device_seen).values(device=id_, **values))


def recounted(fleet: Fleet) -> dict[str, Any]:
    """Count everything from the pairs and the versions alone."""
    versions = {row.id: row for row in fleet.read(program)}
    on: dict[str, list[Listed]] = {desk.device: [] for desk in fleet.read(device_inventory)}
    for row in fleet.read(device_program):
        one = versions[row.program]
        on[row.device].append(Listed(program=one.id, rank=one.rank, product=one.product))
    products: Counter[tuple[str, int]] = Counter()
    for listed in on.values():
        products.update(counting.worst_of(listed).items())
    unread = {row.device: row.unread for row in fleet.read(device_inventory)}
    return {
        "programs": dict(Counter(one.program for listed in on.values() for one in listed)),
        "products": dict(products),
        "desks": {
            desk: (
                len(listed),
                counting.overall(counting.states(listed), unread[desk]),
                counting.states(listed),
            )
            for desk, listed in on.items()
        },
    }


def kept(fleet: Fleet) -> dict[str, Any]:
    """Give what is kept at every change."""
    desks = fleet.read(device_inventory)
    return {
        "programs": {row.program: row.desks for row in fleet.read(program_count)},
        "products": {(row.product, row.rank): row.desks for row in fleet.read(product_count)},
        "desks": {
            row.device: (
                row.programs,
                row.rank,
                {name: getattr(row, name) for name in counting.STATES},
            )
            for row in desks
        },
    }


STATES = st.sampled_from(list(State))
VERSIONS = st.sampled_from(("1", "2", "3"))
LISTS = st.frozensets(
    st.builds(an, st.sampled_from(NAMES), VERSIONS, arch=st.sampled_from(("", "x64"))), max_size=8
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.sampled_from(DESKS), LISTS, st.sampled_from(("", "denied"))),
        st.tuples(st.just("judge"), st.sampled_from(NAMES), VERSIONS, STATES),
        st.tuples(st.just("retire"), st.sampled_from(DESKS)),
        st.tuples(st.just("again"), st.sampled_from(DESKS)),
        st.tuples(st.just("day")),
    ),
    max_size=14,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_row_170_the_counts_are_those_of_a_recount_whatever_happened(
    database: Database, steps: list[tuple[Any, ...]]
) -> None:
    database.run(emptied)
    fleet = Fleet(database)
    for step in steps:
        do(fleet, step)
        assert kept(fleet) == recounted(fleet), step
    moved: Counter[int] = Counter()
    for row in fleet.read(program_day):
        moved[row.program] += row.came - row.went
    assert {one: many for one, many in moved.items() if many} == kept(fleet)["programs"]


def do(fleet: Fleet, step: tuple[Any, ...]) -> None:
    match step:
        case ("tell", desk, wanted, unread):
            assert fleet.tell(desk, wanted, unread=unread) is True
        case ("judge", name, version, state):
            fleet.shelf.states[f"{name} {version}"] = state
            fleet.now += DAY
            fleet.judge_anew()
        case ("retire", desk):
            turned_away(fleet, desk)
        case ("again", desk):
            fleet.told[desk] = "lost"
        case _:
            fleet.now += DAY


def turned_away(fleet: Fleet, desk: str) -> None:
    mine = update(device).where(device.c.id == desk)
    fleet.database.run(lambda c: c.execute(mine.values(status=devices.RETIRED)))
    fleet.database.run(lambda c: rejudge.retired(c, fleet.now))
    fleet.database.run(lambda c: c.execute(mine.values(status=devices.ACTIVE)))
    assert desk not in {row.device for row in fleet.read(device_inventory)}


def test_row_171_what_comes_twice_is_taken_once(fleet: Fleet) -> None:
    """The answer got lost: the desk sends the same difference again."""
    first, second = frozenset({an("browser", "1")}), frozenset({an("browser", "2")})
    fleet.tell("a", first)
    change = Inventory(
        device="a", sent_at="", base=inventory.list_digest(first), programs=1,
        digest=inventory.list_digest(second), added=tuple(second), gone=tuple(first),
    )  # fmt: skip
    assert fleet.send(change) == [True]
    before = (kept(fleet), fleet.read(device_program_past), fleet.read(program_day))
    fleet.now += 60
    assert fleet.send(change) == [True]
    assert fleet.send(change, change) == [True, True]
    assert (kept(fleet), fleet.read(device_program_past), fleet.read(program_day)) == before
    assert [row.seen_at for row in fleet.read(device_inventory)] == [fleet.now]


def test_row_171_a_difference_to_a_list_that_is_not_held_is_asked_for_whole(fleet: Fleet) -> None:
    wanted = frozenset({an("browser")})
    change = Inventory(
        device="a", sent_at="", base="?", digest="d", programs=1, added=tuple(wanted)
    )
    assert fleet.send(change) == [False]
    assert fleet.read(device_inventory) == fleet.read(device_program) == []
    fleet.tell("a", wanted)
    assert fleet.send(msgspec.structs.replace(change, programs=2)) == [False]
    short = msgspec.structs.replace(change, base=inventory.list_digest(wanted), programs=7)
    assert fleet.send(short) == [False], "what comes of it has another length than the desk's own"
    assert kept(fleet)["programs"] == dict.fromkeys(kept(fleet)["programs"], 1)


def test_row_171_first_and_last_seen_are_kept_and_what_went_is_its_past(fleet: Fleet) -> None:
    fleet.tell("a", frozenset({an("browser"), an("dialler")}))
    fleet.now += DAY
    fleet.tell("a", frozenset({an("browser")}))
    (gone,) = fleet.read(device_program_past)
    assert (gone.first_seen, gone.gone_at) == (NOW, fleet.now)
    (left,) = fleet.read(device_program)
    assert left.first_seen == NOW
    (desk,) = fleet.read(device_inventory)
    assert (desk.changed_at, desk.seen_at, desk.programs) == (fleet.now, fleet.now, 1)
    names = {row.id: row.name for row in fleet.read(program)}
    assert {names[gone.program], names[left.program]} == {"dialler", "browser"}


def test_row_172_what_is_unread_makes_a_desk_unknown_and_takes_nothing_away(fleet: Fleet) -> None:
    wanted = frozenset({an("browser")})
    fleet.tell("a", wanted)
    assert [row.rank for row in fleet.read(device_inventory)] == [5]
    fleet.now += DAY
    fleet.tell("a", wanted, unread="no-answer")
    (desk,) = fleet.read(device_inventory)
    assert (desk.rank, desk.unread, desk.programs) == (3, "no-answer", 1)
    assert (desk.since, desk.changed_at) == (fleet.now, NOW)
    fleet.tell("b", frozenset(), unread="denied")
    assert {row.rank for row in fleet.read(device_inventory)} == {3}


def test_row_170_a_version_is_judged_once_and_again_when_the_day_or_the_policy_changes(
    fleet: Fleet,
) -> None:
    fleet.tell("a", frozenset({an("browser"), an("stranger"), an("patch")}))
    fleet.tell("b", frozenset({an("browser")}))
    assert len(fleet.read(program)) == 3
    assert fleet.judge_anew() == 1
    fleet.shelf.states["browser 1"] = State.ENDED
    fleet.judge_anew()
    assert {row.state for row in fleet.read(program) if row.name == "browser"} == {"supported"}
    fleet.now += DAY
    fleet.judge_anew()
    (row,) = (row for row in fleet.read(program) if row.name == "browser")
    assert (row.state, row.rank, row.since, row.first_seen) == ("ended", 1, fleet.now, NOW)
    assert {row.device: row.rank for row in fleet.read(device_inventory)} == {"a": 1, "b": 1}


def test_row_170_a_slice_leaves_the_rest_to_the_next_and_the_counts_whole(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejudge, "PAIRS", 2)
    every = frozenset(an(name, version) for name in NAMES[:3] for version in "123")
    for desk in DESKS:
        fleet.tell(desk, every)
    fleet.shelf.states = {f"{one.name} {one.version}": State.EXPLOITED for one in every}
    fleet.now += DAY
    fleet.database.run(fleet._slice)
    assert kept(fleet) == recounted(fleet)
    assert {row.state for row in fleet.read(program)} == {"supported", "exploited"}
    assert fleet.judge_anew() > 3
    assert {row.state for row in fleet.read(program)} == {"exploited"}
    assert kept(fleet) == recounted(fleet)


def attempt(troubles: list[Exception], do_: Callable[[], object]) -> None:
    """Do it, and again when it and another waited for each other, as `Database` does."""
    for _ in range(20):
        try:
            do_()
        except DBAPIError as error:
            if not in_a_ring(error):
                troubles.append(error)
        else:
            return


def test_row_170_the_counts_hold_while_others_judge_and_take_lists_in(fleet: Fleet) -> None:
    """Each has a thread and connections of its own, as processes have."""
    every = [an(name, version) for name in NAMES for version in "123"]
    troubles: list[Exception] = []

    def lists(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(12):
            attempt(troubles, lambda: fleet.tell(DESKS[seed], frozenset(dice.sample(every, 6))))

    def judging() -> None:
        for turn in range(12):
            name = f"{NAMES[turn % 3]} {turn % 3 + 1}"
            fleet.shelf.states[name] = list(State)[turn % 6]
            fleet.now += DAY
            attempt(troubles, fleet.judge_anew)

    threads = [threading.Thread(target=lists, args=(seed,)) for seed in range(len(DESKS))]
    threads.append(threading.Thread(target=judging))
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert troubles == []
    fleet.now += DAY
    fleet.judge_anew()
    assert kept(fleet) == recounted(fleet)


def test_row_170_versions_that_nobody_has_go_when_their_past_is_gone(fleet: Fleet) -> None:
    fleet.tell("a", frozenset({an("browser")}))
    fleet.tell("a", frozenset({an("dialler")}))
    assert fleet.database.run(rejudge.prune) == 0
    fleet.database.run(lambda c: [c.execute(delete(t)) for t in (device_program_past, program_day)])
    assert fleet.database.run(rejudge.prune) == 1
    assert [row.name for row in fleet.read(program)] == ["dialler"]


def test_row_173_a_desk_stores_no_more_in_a_day_than_is_due_to_it(fleet: Fleet) -> None:
    first = whole("a", frozenset({an("browser")}))
    assert fleet.send(first, cost=DAY) == [True]
    (refused,) = fleet.send(first, cost=1.0)
    assert isinstance(refused, day_quota.Full)
    fleet.database.run(lambda c: c.execute(delete(device_seen)))
    (refused,) = fleet.send(first)
    assert isinstance(refused, intake.Unheard)


def test_row_170_what_the_policy_teaches_counts_at_the_endpoint(fleet: Fleet) -> None:
    taught = Settings(ignore=("dialler",), accepted=("stran*",))
    fleet.judges = Judges(
        lambda _c, _before: Teaching(digest="x", settings=taught),
        lambda _c: Newest(programs=fleet.shelf, systems=SYSTEMS, seq=7),
    )
    fleet.intake = Intake(fleet.judges)
    system = an("Windows 10", "10.0.19045.6456", kind="system", edition="Professional")
    strange = an("Plan 9", "4", kind="system", edition="nine")
    others = (
        an("dialler"),
        an("stranger"),
        an("Helper", kind="extension"),
        an("library", kind="runtime"),
        an("Runtime", kind="runtime"),
        an("new", kind="of-a-later-agent"),
    )
    fleet.tell("a", frozenset({system, strange, *others}))
    said = {row.name: (row.state, row.rank) for row in fleet.read(program)}
    assert said == {
        "Windows 10": ("ended", 1), "Plan 9": ("unknown", 3), "dialler": ("", 6),
        "stranger": ("supported", 5), "Helper": ("", 6), "library": ("", 6),
        "Runtime": ("supported", 5), "new": ("", 6),
    }  # fmt: skip
    judge: Judge = fleet.database.run(lambda c: fleet.judges.at(c, fleet.now))
    assert judge is fleet.database.run(lambda c: fleet.judges.at(c, fleet.now))
    assert judge.key.split() == ["2026-08-25/7", "2026-09-21", "x"]
