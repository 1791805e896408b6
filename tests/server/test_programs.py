"""The fleet's programs against a plain reckoning: counts, pages, weeks and changes, by scope."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.schema.tables import device
from agentguard.server.store.software import changes, desk_programs, fleet_pages, product_pages
from agentguard.server.store.software.fleet_pages import STATES, Product, Wanted
from agentguard.server.store.software.product_pages import WEEK
from tests.server import programs
from tests.server.migrated import migrated
from tests.server.programs import DAY, PART, Every, Held, One

NOW = 1_790_000_000.0
SEEDS = (1, 2, 3)
SCOPES: tuple[frozenset[int] | None, ...] = (None, frozenset({1}), frozenset({1, 2}), frozenset())


class Fleet:
    """What was put into the database, to be counted by hand."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.every: Every = {n: self._one(n) for n in range(1, 41)}
        self.held: dict[str, Held] = {}
        self.teams: dict[str, int] = {}

    def _one(self, n: int) -> One:
        place = n % 8
        at = NOW - self.dice.randrange(1, 100) * DAY
        version = {"version": f"{n}.0", "first_seen": at}
        if place >= 5:
            state, kind = "unknown" if n % 5 else "", "program" if n % 4 else "extension"
            return One(name=f"Tool {place}", state=state, kind=kind, **version)
        since, state = at + self.dice.choice((0, 0, 50)) * DAY, self.dice.choice(STATES)
        known = {"product": f"app-{place}", "title": f"App {place}", "ends": "2027-01-31"}
        return One(name=f"App {place} {n}", state=state, since=since, **version, **known)

    def fill(self, connection: Connection) -> None:
        """Enrol twenty desks of three teams, two of them gone; three told nothing."""
        for n in range(20):
            id_, team = f"d{n:02}", team_id(connection, f"Team {n % 3}")
            status = {18: RETIRED, 19: PENDING}.get(n, "active")
            values = {"id": id_, "team": team, "label": f"desk-{n:02}", "system": ""}
            key = {"public_key": bytes([n]), "enrolled_at": NOW, "status": status}
            connection.execute(insert(device).values(**values, **key))
            if n < 15:
                self.held[id_] = self._held(id_)
                self.teams[id_] = team
        programs.put(connection, self.every, self.held.values(), NOW)

    def _held(self, id_: str) -> Held:
        dice = self.dice
        some = dice.sample(range(1, 41), dice.randrange(16))
        has = {n: NOW - dice.randrange(1, 90 * 24) * 3600.0 for n in some}
        gone = dice.sample(sorted({*range(1, 41)} - {*some}), 5)
        had = []
        for n in gone:
            end = NOW - dice.randrange(1, 60 * 24) * 3600.0
            had.append((n, end - dice.randrange(1, 30) * DAY, end))
        return Held(device=id_, has=has, had=had, unread=dice.choice(("", "", "denied")))

    def desks(self, teams: frozenset[int] | None) -> list[Held]:
        """Give the desks that may be seen and told something."""
        return [one for id_, one in self.held.items() if teams is None or self.teams[id_] in teams]

    def having(self, teams: frozenset[int] | None) -> Counter[int]:
        """Count the desks of each version."""
        return Counter(n for one in self.desks(teams) for n in one.has)


@pytest.fixture
def admin(tmp_path: Any, address: str) -> Iterator[Admin]:
    settings = ServerSettings(data=tmp_path / "server", database=address)
    with Admin(migrated(settings), lambda: NOW) as one:
        yield one


@pytest.fixture(params=SEEDS)
def fleet(request: pytest.FixtureRequest, admin: Admin) -> Fleet:
    made = Fleet(request.param)
    admin._database.run(made.fill)
    return made


@pytest.fixture
def read(admin: Admin) -> Callable[..., Any]:
    return admin._database.run


def lines(
    fleet: Fleet, teams: frozenset[int] | None
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Count each product in each state: its desks, each at its worst version, and its versions."""
    having = fleet.having(teams)
    stands = Counter(
        place
        for one in fleet.desks(teams)
        for place in programs.worst(fleet.every, one.has).items()
    )
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for n, many in having.items():
        one = fleet.every[n]
        if one.product and (one.product, one.rank) in stands:
            key = (one.product, one.title, one.state)
            found[key] = (stands[one.product, one.rank], found.get(key, (0, 0))[1] + 1)
        elif not one.product and one.state:
            key = ("", one.name, one.state)
            desks, versions = found.get(key, (0, 0))
            found[key] = (desks + many, versions + 1)
    return found


def listed(read: Any, wanted: Wanted, sort: str = "state") -> list[Product]:
    found: list[Product] = []
    while True:
        start = len(found)
        page = read(lambda c, s=start: fleet_pages.products(c, wanted, sort, start=s, limit=3))
        found += page.rows
        if len(page.rows) < 3:
            return found


@pytest.mark.parametrize("teams", SCOPES)
def test_row_175_each_product_is_counted_in_each_state_by_the_own_desks(
    fleet: Fleet, read: Any, teams: frozenset[int] | None
) -> None:
    wanted = lines(fleet, teams)
    found = listed(read, Wanted(teams=teams))
    assert {(o.product, o.title, o.state): (o.desks, o.versions) for o in found} == wanted
    assert len(found) == len(wanted)
    many = Counter(state for _, _, state in wanted)
    page = read(lambda c: fleet_pages.products(c, Wanted(teams=teams), "", start=0, limit=1))
    behind = read(lambda c: fleet_pages.products(c, Wanted(teams=teams), "", start=999, limit=1))
    assert page.many == behind.many == {state: many[state] for state in STATES}
    for state in STATES:
        part = listed(read, Wanted(teams=teams, state=state))
        assert {o.state for o in part} <= {state}
        assert len(part) == many[state]


def test_row_175_a_list_has_the_order_that_was_asked_for(fleet: Fleet, read: Any) -> None:
    every = Wanted(teams=None)
    worst = [STATES.index(one.state) for one in listed(read, every)]
    assert worst == sorted(worst)
    desks = [one.desks for one in listed(read, every, "desks")]
    assert desks == sorted(desks, reverse=True)
    since = [one.since for one in listed(read, every, "since")]
    assert since == sorted(since, reverse=True)
    names = [one.title.lower() for one in listed(read, every, "name")]
    assert names == sorted(names)
    assert len(worst) == len(desks) == len(since) == len(names) == len(lines(fleet, None))


def test_row_175_words_kinds_and_numbers_narrow_a_list(fleet: Fleet, read: Any) -> None:
    assert {one.title for one in listed(read, Wanted(teams=None, text="tOOl"))} <= {
        "Tool 5", "Tool 6", "Tool 7",
    }  # fmt: skip
    assert listed(read, Wanted(teams=None, text="100%")) == []
    assert {one.product for one in listed(read, Wanted(teams=None, text="app 2"))} <= {"app-2"}
    having = fleet.having(None)
    one = next(n for n in having if fleet.every[n].state and not fleet.every[n].product)
    (only,) = listed(read, Wanted(teams=None, ids=[one]))
    assert (only.id, only.desks, only.exact) == (one, having[one], True)
    extensions = {fleet.every[n].name for n in having if fleet.every[n].kind == "extension"}
    found = {one.title for one in listed(read, Wanted(teams=None, kind="extension"))}
    assert found <= extensions, "also those that are not judged alone"
    assert bool(found) is bool(extensions)


@pytest.mark.parametrize("teams", SCOPES)
def test_row_176_desks_are_counted_by_what_they_have_and_by_what_is_not_known(
    fleet: Fleet, read: Any, teams: frozenset[int] | None
) -> None:
    found = read(lambda c: fleet_pages.overview(c, teams))
    told = fleet.desks(teams)
    every = [n for n in range(18) if teams is None or n % 3 + 1 in teams]
    assert (found.told, found.untold) == (len(told), len(every) - len(told))
    assert found.part == sum(bool(one.unread) for one in told)
    for state in STATES:
        assert found.desks[state] == sum(
            any(fleet.every[n].state == state for n in one.has) for one in told
        )
    for kind in (desk_programs.UNTOLD, desk_programs.PARTIAL, *STATES):
        total = read(lambda c, k=kind: desk_programs.how_many_stand(c, teams, k))
        rows = read(lambda c, k=kind: desk_programs.standing(c, teams, k, start=0, limit=50))
        wanted = {"untold": found.untold, "partial": found.part}.get(kind)
        assert len(rows) == total == (found.desks[kind] if wanted is None else wanted)


@pytest.mark.parametrize("teams", SCOPES)
def test_row_175_a_product_s_versions_and_desks_are_all_there_page_by_page(
    fleet: Fleet, read: Any, teams: frozenset[int] | None
) -> None:
    for place in range(5):
        which = product_pages.of_product(f"app-{place}")
        found = read(lambda c, w=which: product_pages.versions(c, teams, w))
        having = {
            n: m for n, m in fleet.having(teams).items() if fleet.every[n].product == f"app-{place}"
        }
        assert {one.id: one.desks for one in found} == having
        assert [one.rank for one in found] == sorted(one.rank for one in found)
        stands = Counter(
            worst
            for one in fleet.desks(teams)
            for product, worst in programs.worst(fleet.every, one.has).items()
            if product == f"app-{place}"
        )
        told = read(lambda c, f=found: product_pages.standing(c, teams, f))
        assert told == {STATES[rank]: many for rank, many in sorted(stands.items())}
        pairs: list[tuple[str, int]] = []
        for start in range(0, sum(having.values()) + 4, 4):
            page = read(
                lambda c, f=found, s=start: product_pages.desks(c, teams, f, start=s, limit=4)
            )
            pairs += [(one.device, one.program) for one in page]
        wanted = {(one.device, n) for one in fleet.desks(teams) for n in one.has if n in having}
        assert len(pairs) == len(wanted)
        assert set(pairs) == wanted
        somewhere = read(lambda c, w=which: product_pages.is_somewhere(c, teams, w))
        assert somewhere is bool(having)


def test_row_175_versions_of_a_name_are_those_of_its_publisher(fleet: Fleet, read: Any) -> None:
    number = next(n for n, one in fleet.every.items() if one.state == "unknown" and not one.product)
    one = read(lambda c: product_pages.named(c, number))
    found = read(lambda c: product_pages.versions(c, None, product_pages.of_version(one)))
    assert {each.name for each in found} <= {fleet.every[number].name}
    assert one.address == f"/software/programs/{number}"
    assert read(lambda c: product_pages.named(c, 999)) is None
    assert read(lambda c: product_pages.any_of(c, product_pages.of_product("-"))) is None


@pytest.mark.parametrize("teams", SCOPES)
def test_row_177_the_weeks_of_a_version_are_those_that_were_lived(
    fleet: Fleet, read: Any, teams: frozenset[int] | None
) -> None:
    found = [
        one
        for place in range(5)
        for one in read(
            lambda c, p=place: product_pages.versions(
                c, teams, product_pages.of_product(f"app-{p}")
            )
        )
    ]
    weeks = read(lambda c: product_pages.over_time(c, teams, found, NOW))
    assert weeks.keys() == {one.id for one in found}
    for one in found:
        for back, told in enumerate(reversed(weeks[one.id])):
            end = NOW - back * WEEK
            if teams is None:  # kept by day: what came later on the day of the end is of that day
                end -= end % DAY
                end += DAY if back else NOW % DAY
            wanted = sum(
                one.id in held.has and held.has[one.id] <= end for held in fleet.desks(teams)
            ) + sum(
                n == one.id and first <= end < gone
                for held in fleet.desks(teams)
                for n, first, gone in held.had
            )
            assert told == wanted, (one.id, back)


@pytest.mark.parametrize("teams", SCOPES)
def test_row_177_what_changed_is_told_by_the_own_desks(
    fleet: Fleet, read: Any, teams: frozenset[int] | None
) -> None:
    since = NOW - NOW % DAY - 20 * DAY
    having, moved = fleet.having(teams), defaultdict[str, Counter[int]](Counter)
    for held in fleet.desks(teams):
        moved["came"].update(n for n, at in held.has.items() if at >= since)
        moved["went"].update(n for n, _, gone in held.had if gone >= since)
        if teams is None:  # who came and went since did both; one's own desks show what they have
            moved["came"].update(n for n, at, _ in held.had if at >= since)
    for n, many in having.items():
        one = fleet.every[n]
        moved["new"][n] = many if one.first_seen >= since else 0
        moved["judged"][n] = many if one.since > one.first_seen and one.since >= since else 0
    for kind in changes.KINDS:
        wanted = {n: many for n, many in moved[kind].items() if many and fleet.every[n].rank < PART}
        found, total = read(
            lambda c, k=kind: changes.changed(c, teams, k, since, start=0, limit=99)
        )
        assert {one.program.id: one.desks for one in found} == wanted, kind
        assert total == len(wanted)


def test_row_176_a_desk_shows_all_that_it_told_the_worst_first_and_what_went(
    fleet: Fleet, read: Any
) -> None:
    for id_, held in fleet.held.items():
        rows = read(lambda c, i=id_: desk_programs.installed(c, i, start=0, limit=99))
        assert {one.program.id: one.first_seen for one in rows} == held.has
        ranks = [one.program.rank for one in rows]
        assert ranks == sorted(ranks)
        told = read(lambda c, i=id_: desk_programs.inventory(c, i))
        assert told.programs == len(rows) == told.unjudged + sum(told.counts.values())
        past = read(lambda c, i=id_: desk_programs.gone(c, i))
        assert {(one.program.id, one.first_seen, one.gone_at) for one in past} == set(held.had)
        for state in STATES:
            many = read(lambda c, i=id_, s=state: desk_programs.how_many(c, i, state=s))
            assert many == told.counts[state]
    assert read(lambda c: desk_programs.inventory(c, "d16")) is None


def test_row_178_a_reach_that_is_too_large_to_be_counted_is_told_so(
    fleet: Fleet, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fleet.held
    monkeypatch.setattr(fleet_pages, "MOST_DESKS", 6)
    assert read(lambda c: fleet_pages.is_countable(c, None))
    assert not read(lambda c: fleet_pages.is_countable(c, frozenset({1})))
    monkeypatch.setattr(fleet_pages, "MOST_DESKS", 7)
    assert read(lambda c: fleet_pages.is_countable(c, frozenset({1})))


def test_row_178_a_reason_that_cannot_be_read_is_none() -> None:
    assert product_pages.why("") is None
    assert product_pages.why("{") is None
    assert product_pages.why('{"id": 3}') is None
    said = product_pages.why('{"id": "support.ended", "params": {"date": "2026-01-01"}}')
    assert said is not None
    assert said.id == "support.ended"
