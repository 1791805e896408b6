"""Evidence packs of a site whose desks report through the endpoint's own functions."""

from __future__ import annotations

import csv
import gzip
import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from agentguard.base import translations
from agentguard.base.errors import CannotError
from agentguard.model.held import Period, State
from agentguard.server import keys
from agentguard.server.evidence import claims, making, zipped
from agentguard.server.evidence.base import Cancelled, NothingThere, Order, Work
from agentguard.server.evidence.making import Maker, Watch
from agentguard.server.evidence.parts import held
from agentguard.server.evidence.shelf import (
    CANCELLED,
    DONE,
    FAILED,
    KEPT,
    LOST,
    MOST,
    RUNNING,
    WAITING,
    Shelf,
    ShelfFull,
    Stand,
)
from agentguard.server.settings import ServerSettings
from agentguard.server.store.control_history import histories
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.control_tables import team_site
from agentguard.server.store.schema.drill_tables import drill_run
from agentguard.server.store.schema.tables import device, incident
from agentguard.trust.evidence import tables
from agentguard.trust.evidence.manifest import Scope
from agentguard.trust.evidence.proofs import Known
from agentguard.trust.evidence.tables import stamp
from agentguard.trust.evidence.verify import verify
from agentguard.trust.keys import from_text
from tools.synthetic_year.plan import BEGIN, DAY, Site
from tools.synthetic_year.site import Year
from tools.synthetic_year.tampering import CHANGES, PLACES, Tampering, unnamed

DAYS = 21


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Three weeks of a small site, and who makes packs of it when they are over."""
    data = tmp_path_factory.mktemp("site")
    settings = ServerSettings(data=data)
    own = keys.load_or_make(settings.key_file)
    database = open_database(settings)
    site = Site(begin=BEGIN, days=DAYS, teams=3, desks=12, seed=5)
    end = Year(site, database, own.receipt_key).live()
    yield Maker(database=database, keys=own, data=data, words=translations.load(), now=float(end))
    database.close()


def order(kind: str = "all", name: str = "", **other: Any) -> Order:
    about = {one: other.pop(one) for one in ("framework", "requirement") if one in other}
    scope = Scope(kind=kind, name=name, **about)
    values = {"since": BEGIN, "until": BEGIN + DAYS * DAY, "by": "nina", **other}
    return Order(scope=scope, **values)


def known(maker: Maker) -> Known:
    return Known(now=maker.now, key=from_text(maker.keys.pack_key))


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    opened = gzip.open if name.endswith(".gz") else open
    with opened(folder / name, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def whole(maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs") / "whole"
    making.make(maker, order(), folder)
    return folder


def test_row_295_a_pack_of_a_site_is_proved(maker: Maker, whole: Path) -> None:
    found = verify(whole, known(maker))
    assert (found.problems, found.open, found.proved) == ((), (), True)
    assert not list(whole.parent.glob("*.part"))
    about = found.about
    assert about is not None
    assert about.desks == 12
    assert about.made_by == "nina"


@pytest.mark.posix  # a link needs a right that a Windows account lacks
def test_row_308_every_tampering_with_the_pack_of_a_site_is_named(
    maker: Maker, whole: Path, tmp_path: Path
) -> None:
    """`dev.py bench tampering` does it a thousand times with a year of 300 desks."""
    other = tmp_path / "other"
    making.make(maker, order("team", "Team 01"), other)
    tampering = Tampering(whole, other, tmp_path / "changed", random.Random(31))
    assert [one for one in unnamed(tampering, known(maker), 33) if one[1]] == []
    assert set(tampering.met) == {*PLACES, *(one.__name__ for one in CHANGES)}
    assert verify(whole, known(maker)).proved, "only copies were changed"


def test_row_295_every_part_of_the_line_is_there(whole: Path) -> None:
    for name in (
        "requirements.csv", "failures.csv", "weeks.csv.gz", "held/00001.csv.gz",
        "gaps/00001.csv.gz", "findings.csv",
        "findings-handled.csv", "exceptions.csv", "incidents.csv", "incidents-steps.csv",
        "training.csv", "plans.csv", "vendors.csv", "policies.csv", "policies-in-force.csv",
        "tamper-signs.csv", "drills.csv", "bearings.csv", "proofs/audit.jsonl",
        "proofs/receipts.jsonl", "proofs/checkpoints.jsonl", "proofs/keys.json", "scope.json",
        "readme.txt", "summary.pdf",
    ):  # fmt: skip
        assert (whole / name).stat().st_size, name
    assert {one.stem for one in Path(held.__file__).parent.glob("[a-z]*.py")} == {
        part.name for part in making.room()
    }


def test_row_266_a_pack_names_who_failed_most_and_longest_by_team_and_site(
    maker: Maker, whole: Path
) -> None:
    """Held against the failing seconds of each desk that the pack tells elsewhere."""
    lines = rows(whole, "failures.csv")
    labels = {one["desk"]: one["name"] for one in rows(whole, "desks.csv")}
    failing: dict[tuple[str, str], dict[str, int]] = {}
    for one in rows(whole, "held/00001.csv.gz"):
        for team in ("", one["team"]):
            desks = failing.setdefault((one["control"], team), {})
            label = labels[one["desk"]]
            desks[label] = desks.get(label, 0) + int(one["fail"])
    assert {one["site"] for one in lines} == {"", "Lisbon", "Porto"}
    assert any(int(one["mended"]) for one in lines)
    for one in lines:
        desks = failing[one["control"], one["team"]]
        assert int(one["worst_desk_seconds"]) == max(desks.values())
        assert desks.get(one["worst_desk"], 0) == max(desks.values())
        assert int(one["desks_failing"]) == sum(seconds > 0 for seconds in desks.values())
        assert int(one["longest_seconds"]) > 0
        assert one["longest_desk"] in labels.values()
        assert bool(one["half_mended_within_seconds"]) == (int(one["mended"]) > 0)
    bad = {(c, t) for (c, t), desks in failing.items() if max(desks.values())}
    assert bad <= {(one["control"], one["team"]) for one in lines}


def test_row_265_a_pack_of_a_site_has_its_teams_for_the_time_that_they_were_there(
    maker: Maker, tmp_path: Path
) -> None:
    middle = BEGIN + DAYS * DAY // 2

    def move(connection: Any) -> list[Any]:
        before = [row._asdict() for row in connection.execute(select(team_site))]
        (first, *_) = sorted(before, key=lambda row: row["team"])
        mine = team_site.c.team == first["team"]
        connection.execute(update(team_site).where(mine).values(until=middle))
        other = next(row["site"] for row in before if row["site"] != first["site"])
        connection.execute(insert(team_site).values(**{**first, "since": middle, "site": other}))
        return before

    def restore(connection: Any, before: list[Any]) -> None:
        connection.execute(delete(team_site))
        connection.execute(insert(team_site), before)

    before = maker.database.run(move)
    try:
        spells = {}
        for name in ("Lisbon", "Porto"):
            making.make(maker, order("site", name), tmp_path / name)
            assert verify(tmp_path / name, known(maker)).problems == ()
            spells[name] = [r for r in rows(tmp_path / name, "spells.csv") if r["team"] == "1"]
    finally:
        maker.database.run(lambda c: restore(c, before))
    assert spells["Lisbon"]
    assert spells["Porto"]
    assert {one["until"] for one in spells["Lisbon"]} == {stamp(middle)}
    assert {one["since"] for one in spells["Porto"]} == {stamp(middle)}


def test_row_295_the_seconds_are_those_of_the_store(maker: Maker, whole: Path) -> None:
    """Held against what the pages compute, desk by desk and control by control."""
    period = Period(since=BEGIN, until=BEGIN + DAYS * DAY)
    told = {(r["desk"], r["control"]): r for r in rows(whole, "held/00001.csv.gz")}
    moved = [n for n, c in _teams(whole).items() if c > 1]
    assert moved
    count = 0

    def look(connection: Any) -> None:
        nonlocal count
        for one in histories.read(connection, period, maker.now):
            if str(one.number) in moved:
                continue
            presence = one.presence()
            for check in ("screen-lock", "antivirus", "backup"):
                sums = presence.sums(one.control(check))
                row = told[str(one.number), check]
                assert {s: int(row[s.value]) for s in State} == dict(sums), (one.number, check)
                count += 1

    maker.database.snapshot(look)
    assert count >= 30


def _teams(folder: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows(folder, "spells.csv"):
        found[row["desk"]] = found.get(row["desk"], 0) + 1
    return found


def test_a_moved_desk_counts_where_it_was(whole: Path) -> None:
    spells = rows(whole, "spells.csv")
    moved = next(n for n, c in _teams(whole).items() if c > 1)
    mine = [row for row in spells if row["desk"] == moved]
    assert len({row["team"] for row in mine}) == 2
    assert sum(int(row["seconds"]) for row in mine) == DAYS * DAY


def test_row_296_teams_sum_to_the_site(maker: Maker, whole: Path, tmp_path: Path) -> None:
    def sums(folder: Path) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for row in rows(folder, "requirements.csv"):
            key = row["requirement"], row["control"]
            found[key] = found.get(key, 0) + int(row["pass"])
        return found

    parts: dict[tuple[str, str], int] = {}
    for number in (1, 2, 3):
        folder = tmp_path / f"team{number}"
        making.make(maker, order("team", f"Team {number:02}"), folder)
        assert verify(folder, known(maker)).proved
        assert {row["name"] for row in rows(folder, "teams.csv")} == {f"Team {number:02}"}
        for key, seconds in sums(folder).items():
            parts[key] = parts.get(key, 0) + seconds
    assert parts == sums(whole)


@pytest.mark.parametrize(
    ("kind", "name", "desks"),
    [("site", "Lisbon", 9), ("team", "Team 02", 5), ("desk", "desk-003", 1)],
)
def test_scopes(maker: Maker, tmp_path: Path, kind: str, name: str, desks: int) -> None:
    found = making.make(maker, order(kind, name), tmp_path / "pack")
    assert found.about is not None
    assert 1 <= found.about.desks <= desks
    names = {row["name"] for row in rows(tmp_path / "pack", "desks.csv")}
    said = rows(tmp_path / "pack", "findings.csv")
    assert {row["desk"] for row in said} <= names


def test_a_requirement_alone(maker: Maker, tmp_path: Path) -> None:
    asked = order(framework="PCI DSS", requirement="8.2.8")
    making.make(maker, asked, tmp_path / "pack")
    assert {row["control"] for row in rows(tmp_path / "pack", "held/00001.csv.gz")} == {
        "screen-lock"
    }
    assert {row["control"] for row in rows(tmp_path / "pack", "findings.csv")} <= {"screen-lock"}


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        (order("team", "Nobody"), "team"),
        (order("site", "Nowhere"), "site"),
        (order("desk", "none"), "desk"),
        (order("moon", "x"), "place"),
        (order(requirement="99.9"), "requirement"),
    ],
)
def test_what_is_not_there(maker: Maker, tmp_path: Path, wanted: Order, kind: str) -> None:
    with pytest.raises(NothingThere, match=kind):
        making.make(maker, wanted, tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []
    assert maker.words.has(f"evidence.order.{kind}")


def test_training_is_counted_or_by_pseudonym(maker: Maker, whole: Path, tmp_path: Path) -> None:
    counted = rows(whole, "training.csv")
    assert counted
    assert "person" not in counted[0]
    making.make(maker, order(people=True), tmp_path / "pack")
    named = rows(tmp_path / "pack", "training.csv")
    assert all(row["person"].startswith("p-") for row in named)
    assert sum(int(row["people"]) for row in counted) <= len(named)


def test_row_297_a_restricted_incident_says_nothing(maker: Maker, tmp_path: Path) -> None:
    def put(connection: Any) -> None:
        one = connection.scalar(select(device.c.id))
        connection.execute(
            insert(incident).values(
                device=one, category="insider", note="who it is", reported_at=BEGIN + 90_000.0,
                state="closed", restricted=True, outcome="the person was told", lessons="none",
            )
        )  # fmt: skip

    maker.database.run(put)
    making.make(maker, order(), tmp_path / "pack")
    row = next(r for r in rows(tmp_path / "pack", "incidents.csv") if r["category"] == "insider")
    assert (row["desk"], row["team"], row["outcome"], row["lessons"]) == (
        "restricted", "restricted", "", "",
    )  # fmt: skip


def test_row_298_an_ended_pack_leaves_nothing(maker: Maker, tmp_path: Path) -> None:
    heard: list[str] = []
    watch = Watch(told=lambda part, _d, _w: heard.append(part), ended=lambda: len(heard) > 3)
    with pytest.raises(Cancelled):
        making.make(maker, order(), tmp_path / "pack", watch)
    assert list(tmp_path.iterdir()) == []
    assert heard[0] == "held"


def test_a_folder_that_is_there_is_not_written_over(maker: Maker, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    with pytest.raises(CannotError):
        making.make(maker, order(), tmp_path / "pack")


def test_a_pack_that_cannot_be_written(maker: Maker, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotError):
        making.make(maker, order(), tmp_path / "file" / "pack")


def test_row_290_a_maker_that_counts_wrongly_makes_nothing(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(work: Work) -> None:
        held.write(work)
        path = work.pack.folder / tables.REQUIREMENTS
        data = path.read_bytes()
        path.unlink()
        work.pack.put(tables.REQUIREMENTS, data.replace(b",Team 01,", b",Team 0x,", 1))

    monkeypatch.setattr(held, "PART", replace(held.PART, write=wrong))
    with pytest.raises(CannotError, match="sum-requirement"):
        making.make(maker, order(), tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []


def test_a_period_that_goes_on_is_open(maker: Maker, tmp_path: Path) -> None:
    asked = order(until=BEGIN + (DAYS + 9) * DAY)
    found = making.make(maker, asked, tmp_path / "pack")
    assert [one.id for one in found.open] == ["evidence.open.cut-off"]


def test_claims_are_those_of_the_catalogue() -> None:
    every = claims.every()
    assert {one.framework for one in every} == set(claims.frameworks())
    assert all(one.lacks and one.requirement for one in every)
    assert len(claims.digest(every)) == 64
    assert claims.digest(every[:-1]) != claims.digest(every)


class TestShelf:
    @pytest.fixture
    def shelf(self, tmp_path: Path, maker: Maker) -> Shelf:
        self.now = maker.now
        return Shelf(tmp_path / "evidence", lambda: self.now)

    def make(self, shelf: Shelf, maker: Maker, ended: Callable[[], bool] = lambda: False) -> bool:
        return shelf.make_next(lambda: maker, ended)

    def test_row_298_an_order_is_made_and_fetched(self, shelf: Shelf, maker: Maker) -> None:
        id_ = shelf.order(order("team", "Team 01"))
        one = shelf.find(id_)
        assert one is not None
        assert one.stand.state == WAITING
        assert self.make(shelf, maker)
        assert not self.make(shelf, maker)
        one = shelf.find(id_)
        assert one is not None
        assert (one.stand.state, one.stand.desks > 0) == (DONE, True)
        packed = b"".join(zipped.pieces(one.pack, "pack"))
        target = one.folder.parent / "out.zip"
        target.write_bytes(packed)
        shutil.unpack_archive(target, one.folder.parent / "out")
        assert verify(one.folder.parent / "out" / "pack", known(maker)).proved

    def test_row_298_it_is_cancelled_while_it_waits_or_is_made(
        self, shelf: Shelf, maker: Maker
    ) -> None:
        id_ = shelf.order(order())
        assert shelf.cancel(id_)
        assert not shelf.cancel(id_)
        assert not self.make(shelf, maker)
        id_ = shelf.order(order())
        looks = 0

        def later() -> bool:
            nonlocal looks
            looks += 1
            if looks == 5:
                shelf.cancel(id_)
            return False

        assert self.make(shelf, maker, later)
        one = shelf.find(id_)
        assert one is not None
        assert one.stand.state == CANCELLED
        assert not one.pack.exists()
        assert shelf.forget(id_)
        assert shelf.find(id_) is None

    def test_row_298_an_endpoint_that_stops_lets_it_wait_again(
        self, shelf: Shelf, maker: Maker
    ) -> None:
        id_ = shelf.order(order())
        assert self.make(shelf, maker, lambda: True)
        one = shelf.find(id_)
        assert one is not None
        assert one.stand.state == WAITING
        assert self.make(shelf, maker)

    def test_row_298_one_whose_maker_was_killed_is_made_anew(
        self, shelf: Shelf, maker: Maker
    ) -> None:
        id_ = shelf.order(order("team", "Team 01"))
        one = shelf.find(id_)
        assert one is not None
        (one.folder / "claim").write_bytes(b"")
        shelf._tell(one.folder, Stand(state=RUNNING, at=self.now))
        assert not self.make(shelf, maker)
        self.now += LOST + 1
        assert self.make(shelf, maker)
        one = shelf.find(id_)
        assert one is not None
        assert one.stand.state == DONE

    def test_two_makers_do_not_make_one_pack(self, shelf: Shelf, maker: Maker) -> None:
        shelf.order(order("team", "Team 01"))
        made: list[bool] = []
        threads = [
            threading.Thread(target=lambda: made.append(self.make(shelf, maker))) for _ in range(2)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sorted(made) == [False, True]

    def test_what_fails_says_why(self, shelf: Shelf, maker: Maker) -> None:
        id_ = shelf.order(order("team", "Nobody"))
        assert self.make(shelf, maker)
        one = shelf.find(id_)
        assert one is not None
        assert (one.stand.state, one.stand.problem) == (FAILED, "team")

    def test_they_are_kept_for_a_while_and_are_not_too_many(self, shelf: Shelf) -> None:
        for _ in range(MOST):
            last = shelf.order(order())
        with pytest.raises(ShelfFull):
            shelf.order(order())
        shelf.cancel(last)
        self.now += KEPT + 1
        shelf.tidy()
        assert shelf.find(last) is None
        assert len(shelf.list()) == MOST - 1

    @pytest.mark.parametrize("name", ["../x", "", "a/b", "nothing", "ä"])
    def test_no_other_folder_is_read(self, shelf: Shelf, name: str) -> None:
        assert shelf.find(name) is None
        assert not shelf.cancel(name)
        assert not shelf.forget(name)


def test_incidents_are_told_with_their_steps(whole: Path) -> None:
    told = [row for row in rows(whole, "incidents.csv") if row["category"] == "card-data"]
    assert told
    assert {row["state"] for row in told} >= {"closed"}
    steps = rows(whole, "incidents-steps.csv")
    assert {row["incident"] for row in steps} <= {row["incident"] for row in told}
    assert steps


def test_drills_are_told_with_how_soon_they_were_noticed(maker: Maker, tmp_path: Path) -> None:
    def put(connection: Any) -> None:
        ids = connection.scalars(select(device.c.id).limit(2)).all()
        for place, (id_, outcome) in enumerate(zip(ids, ("passed", "failed"), strict=True)):
            values = {"drill": "card-file", "team": 1, "outcome": outcome, "why": ""}
            times = {"began_at": BEGIN + 9e4 + place, "ended_at": BEGIN + 9.1e4}
            soon = {"noticed_ms": 1500 + 1000 * place, "receipt_ms": None}
            connection.execute(
                insert(drill_run).values(device=id_, run=f"r{place}", **values, **times, **soon)
            )

    maker.database.run(put)
    making.make(maker, order(), tmp_path / "pack")
    told = rows(tmp_path / "pack", "drills.csv")
    assert sorted((r["drill"], r["outcome"], r["noticed_ms"]) for r in told) == [
        ("card-file", "failed", "2500"),
        ("card-file", "passed", "1500"),
    ]
