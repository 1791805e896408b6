"""A draft is tried on the fleet's own counts: what it would have done is what it then does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agentguard.commands._policy_reader import READING
from agentguard.model.shift_counts import Rows, added
from agentguard.model.simulation import What, simulated
from agentguard.model.simulation_reach import Sure
from agentguard.server.store.desks import policies as store
from agentguard.server.store.desks.policies import Label
from agentguard.server.store.floor import places, simulating
from agentguard.server.store.floor.simulating import Asked
from tests.server.test_policies_page import SAME_ORIGIN, boss, hidden, look, plain, policies
from tests.server.test_roles import signed_in
from tests.unit.engine.test_shift_counts import Desk, spells
from tests.unit.policy.signing import Said

__all__ = ["boss", "policies", "signed_in"]
DAY = 86400.0
LIMIT = "controls:\n  screen-lock: {respond: [lock], settings: {limit_minutes: %s}}"
FLEET = (("Billing", 11), ("Billing", 12), ("Claims", 13))


def lived(seed: int, limit: int) -> Desk:
    """Live the day of a seed under a limit, through the engine."""
    desk = Desk(limit=limit)
    for minutes in spells(seed, 15):
        desk.work()
        desk.away(minutes)
    desk.end()
    return desk


def publish(policies: Any, said: Said, percent: int = 100) -> str:
    """Publish a policy with controls, and give its digest."""
    policy = READING.parse(said.text.encode(), "site")
    names = {"name": policy.name, "epoch": said.epoch, "version": said.version}
    policies.publish(said.signed(), Label(digest=policy.digest, team=said.group, **names), percent)
    return policy.digest


def rows(desk: Desk) -> Mapping[str, list[int]]:
    return {name: list(row) for name, row in desk.told().items()}


@pytest.fixture(scope="module")
def days() -> dict[int, list[Desk]]:
    """Every desk's day under each limit, with the same person at it."""
    return {limit: [lived(seed, limit) for _, seed in FLEET] for limit in (5, 10, 15, 20, 30)}


@pytest.fixture
def fleet(running: Any, new_desk: Any, event: Any, days: dict[int, list[Desk]]) -> list[Any]:
    """Three desks of two teams that told what they were counted by, under 15 minutes."""
    desks = []
    for place, ((team, _), day) in enumerate(zip(FLEET, days[15], strict=True)):
        desk = new_desk(team, f"desk-{place}")
        desk.send(event(1, "away.counts", counts=rows(day)))
        desks.append(desk)
    return desks


def recorded(running: Any, **asked: Any) -> Any:
    wish = Asked(teams=None, since=running.time() - 7 * DAY, **asked)
    return running.admin._database.run(lambda c: simulating.by_team(c, wish))


def drafted(limit: int) -> Any:
    return READING.parse(Said(rules=LIMIT % limit).text.encode(), "draft")


@pytest.mark.parametrize("limit", [5, 10, 20, 30])
@pytest.mark.heavy
def test_row_335_what_a_draft_would_have_done_is_what_the_fleet_then_does(
    running: Any, fleet: list[Any], days: dict[int, list[Desk]], limit: int
) -> None:
    whole = simulating.together(recorded(running))
    (locks,) = [f for f in simulated(drafted(15), drafted(limit), whole) if f.what is What.LOCKS]
    assert locks.sure is Sure.EXACT
    assert locks.draft == sum(desk.locks for desk in days[limit])
    assert locks.real == sum(desk.locks for desk in days[15])


def test_row_335_the_policy_in_force_gives_the_real_counts_by_team(
    running: Any, fleet: list[Any], days: dict[int, list[Desk]]
) -> None:
    told = recorded(running)
    assert set(told) == {"Billing", "Claims"}
    for name, one in told.items():
        truth = sum(d.locks for (team, _), d in zip(FLEET, days[15], strict=True) if team == name)
        (locks,) = [f for f in simulated(drafted(15), drafted(15), one) if f.what is What.LOCKS]
        assert (locks.real, locks.draft, locks.sure) == (truth, truth, Sure.EXACT)


def test_row_335_counts_come_whole_from_the_desk_to_the_endpoint(
    running: Any, fleet: list[Any], days: dict[int, list[Desk]]
) -> None:
    wanted: Rows = {}
    for day in days[15]:
        wanted = added(wanted, day.told())
    assert simulating.together(recorded(running)).rows["away.counts"] == wanted


def test_a_desk_that_told_nothing_and_days_before_are_known_as_such(
    running: Any, fleet: list[Any], new_desk: Any
) -> None:
    new_desk("Claims", "silent-1").send()
    told = recorded(running)["Claims"]
    assert (told.desks, told.counting) == (2, 1)
    running.time.at += 8 * DAY
    later = recorded(running)["Claims"]
    assert (later.desks, later.counting) == (2, 0)
    assert not any(later.rows.values())


def test_findings_are_counted_by_team(running: Any, new_desk: Any, event: Any) -> None:
    desk = new_desk("Billing", "b-1")
    names = {"check": "firewall", "severity": "high"}
    desk.send(event(1, subject="a", **names), event(2, subject="b", **names))
    assert recorded(running)["Billing"].findings == {"firewall": 2}


def test_the_figures_stand_beside_what_changes_before_it_is_published(
    boss: Any, policies: Any, fleet: list[Any], days: dict[int, list[Desk]]
) -> None:
    publish(policies, Said(version=1, rules=LIMIT % 15))
    page = plain(look(boss, Said(version=2, rules=LIMIT % 5).signed()))
    before, after = (sum(d.locks for d in days[limit]) for limit in (15, 5))
    assert f"Screens locked {before} {after} exact" in page
    assert page.index("What it would have done") < page.rindex("Publish")
    assert "Desks: 3. Of these, desks that told counts of their shifts: 3." in page
    assert "Claims" in page
    assert "desk-0" not in page, "teams, never a desk or a person"
    first = plain(look(boss, Said(version=2, group="Claims", rules=LIMIT % 5).signed()))
    assert "Desks: 1." in first


def test_without_a_policy_before_nothing_is_tried(boss: Any, policies: Any) -> None:
    assert "What it would have done" not in plain(look(boss, Said(version=1).signed()))


def test_row_337_a_trial_on_a_ring_is_measured_by_the_same_figures(
    running: Any, boss: Any, policies: Any, fleet: list[Any], event: Any
) -> None:
    publish(policies, Said(version=1, rules=LIMIT % 15))
    running.time.at += 60
    digest = publish(policies, Said(version=2, rules=LIMIT % 5), 10)
    assert "Measured on its ring" not in plain(boss.get(f"/policies/{digest}"))
    running.time.at += 60
    counts = {"locked": [4, 0, 0], "free": [0] * 5 + [4]}
    fleet[0].send(event(2, "away.counts", counts=counts), policy_digest=digest)
    fleet[1].send(event(2, "away.counts", counts={"locked": [1, 0, 0]}))
    page = plain(boss.get(f"/policies/{digest}"))
    assert "Measured on its ring" in page
    assert "On the ring (desks: 1) Elsewhere (desks: 2)" in page
    assert "Screens locked 4 1" in page


def again(boss: Any, raw: bytes, **wish: Any) -> str:
    """Choose other days and desks on the page that shows a draft, as a browser does."""
    page = look(boss, raw)
    sent = {"token": boss.token(), "bundle": hidden(page)["bundle"], **wish}
    return plain(boss.http.post("/policies/new", data=sent, headers=SAME_ORIGIN))


def test_row_129_a_draft_is_tried_on_seven_fourteen_or_thirty_days(
    running: Any, signed_in: Any, policies: Any, fleet: list[Any]
) -> None:
    publish(policies, Said(version=1, rules=LIMIT % 15))
    draft = Said(version=2, rules=LIMIT % 5).signed()
    for passed, more in ((0, 0), (8, 8), (15, 7)):
        running.time.at += more * DAY
        boss = signed_in(f"boss-{passed}", "admin")
        for days in (7, 14, 30):
            told = again(boss, draft, days=str(days))
            assert f"in the last {days} days" in told
            assert ("Screens locked" in told) is (days > passed), (days, passed)


def test_row_129_a_draft_is_tried_on_a_ring_a_site_or_a_team(
    running: Any, boss: Any, policies: Any, fleet: list[Any]
) -> None:
    publish(policies, Said(version=1, rules=LIMIT % 15))
    draft = Said(version=2, rules=LIMIT % 5).signed()

    def put(connection: Any) -> dict[str, int]:
        places.put_site(connection, "Lisbon")
        (site,) = places.sites(connection)
        teams = {one.name: one.id for one in places.list_placed(connection)}
        places.place(connection, teams["Claims"], site.id, None, running.time())
        return {"site": site.id, **teams}

    ids = running.admin._database.run(put)
    whole = again(boss, draft)
    for choice in ("site Lisbon", "team Billing", "team Claims", "those that a ring of 10 %"):
        assert choice in whole
    for place, desks in ((f"site-{ids['site']}", 1), (f"team-{ids['Billing']}", 2), ("", 3)):
        assert f"Desks: {desks}. Of these" in again(boss, draft, place=place)
    in_ring = sum(store.within_ring(desk.id, 10) for desk in fleet)
    assert f"Desks: {in_ring}. Of these" in again(boss, draft, place="ring-10")
    assert "Desks: 3. Of these" in again(boss, draft, place="moon-7", days="9999")
    own = again(boss, Said(version=2, group="Claims", rules=LIMIT % 5).signed())
    assert "team Billing" not in own, "a draft of one team is tried on that team alone"
    assert "ring of 1 %" in own


def test_row_129_a_ring_is_the_one_that_the_policy_then_reaches(
    running: Any, fleet: list[Any]
) -> None:
    for ring in (0, 1, 10, 50, 99):
        wish = Asked(teams=None, since=running.time() - 7 * DAY, ring=ring)
        told = running.admin._database.run(lambda c, w=wish: simulating.by_team(c, w))
        reached = [one for one in fleet if store.within_ring(one.id, ring)]
        assert sum(one.desks for one in told.values()) == len(reached)
        assert sum(one.counting for one in told.values()) == len(reached)


def test_row_126_beside_each_setting_stands_what_trying_it_tells(
    boss: Any, policies: Any, fleet: list[Any]
) -> None:
    publish(policies, Said(version=1, rules=LIMIT % 15))
    rules = "watch: {sweep_minutes: 30}\n" + LIMIT % 5
    told = plain(look(boss, Said(version=2, rules=rules).signed()))
    assert "What trying tells of it" in told
    assert "limit_minutes 15 5 exact. Counted of every shift that was told." in told
    assert "watch.sweep_minutes 60 30 cannot be known. What would be found" in told


def test_more_records_than_are_added_up_are_told(
    running: Any, boss: Any, policies: Any, fleet: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(policies, Said(version=1, rules=LIMIT % 15))
    monkeypatch.setattr(simulating, "MOST", 2)
    told = plain(look(boss, Said(version=2, rules=LIMIT % 5).signed()))
    assert "There are more records than are added up: only the newest are." in told
