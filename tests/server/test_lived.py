"""The endpoint deletes nothing that is young, wherever its clock was set, whenever it was off."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from agentguard.server.admin.record_keeping import Keeping
from agentguard.server.jobs.retention import Retention
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.listener.certificate import make_certificate
from agentguard.server.store.engine import times
from agentguard.server.store.records import audit, lived_time
from agentguard.server.store.records.lived_time import EVERY, Known, Looks, Span
from agentguard.server.store.schema.history_tables import job
from agentguard.server.store.schema.tables import audit_log

DAY = 86_400.0
YEAR = 365 * DAY
TRUE = 1_800_000_000.0


class World:
    """An endpoint, its clock, and records whose true age is known."""

    def __init__(self) -> None:
        self.true, self.wrong, self.looked = TRUE, 0.0, TRUE
        self.known = Known(shown=TRUE, lived=TRUE)
        self.records: list[tuple[float, float]] = []

    @property
    def wall(self) -> float:
        return self.true + self.wrong

    def run(self, seconds: float) -> None:
        self.true += seconds
        self.look()

    def look(self) -> None:
        self.known = self.known.looked(self.wall, self.true - self.looked)
        self.looked = self.true
        if not self.wrong and self.agreeing:
            self.known = self.known.confirmed(self.wall)

    agreeing = False

    def desks(self, agreeing: bool) -> None:
        self.agreeing = agreeing

    def leap(self, seconds: float) -> None:
        self.wrong += seconds
        self.look()

    def right(self) -> None:
        self.wrong = 0.0
        self.look()

    def off(self, seconds: float, leap: float) -> None:
        self.true += seconds
        self.wrong += leap
        self.looked = self.true
        self.look()

    def write(self) -> None:
        self.records.append((self.true, self.wall))


SECONDS = st.sampled_from([1.0, 59.0, 3600.0, DAY, 40 * DAY])
LEAPS = st.sampled_from([sign * d * DAY for sign in (1, -1) for d in (0.1, 1, 20, 100, 400, 3650)])


HIDDEN = [("off", DAY, -DAY), ("write",), ("run", 1.0), ("desks", True), ("right",)]
"""Off for as long as the clock was set back: a start sees nothing of it."""
OFTEN = [("desks", True), *HIDDEN[:3], ("right",)] * 12


@settings(max_examples=800)
@example(steps=HIDDEN)
@example(steps=OFTEN)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("run"), SECONDS),
            st.tuples(st.just("leap"), LEAPS),
            st.tuples(st.just("off"), SECONDS, LEAPS | st.just(0.0)),
            st.tuples(st.just("right")),
            st.tuples(st.just("write")),
            st.tuples(st.just("desks"), st.booleans()),
        ),
        max_size=30,
    )
)
def test_nothing_young_is_before_the_edge(steps: list[tuple[object, ...]]) -> None:
    world = World()
    world.write()
    for name, *given_ in steps:
        getattr(world, str(name))(*given_)
        for seconds in (DAY, 90 * DAY, YEAR):
            edge = world.known.edge(world.wall, seconds)
            young = [at for made, at in world.records if world.true - made < seconds - 1e-3]
            assert all(at >= edge - 1e-3 for at in young)


def test_being_off_each_week_holds_nothing_up_for_longer_than_it_was_off() -> None:
    """The edge goes on: an endpoint that rests at night deletes all the same."""
    world = World()
    world.desks(agreeing=True)
    world.look()
    for _ in range(200):
        world.run(3 * DAY)
        world.off(DAY, 0.0)
        world.look()
    assert world.known.edge(world.wall, 90 * DAY) >= world.true - 115 * DAY


def test_what_is_known_is_kept(running: Any) -> None:
    known = Known(
        shown=running.time(),
        lived=5.0,
        open=3.0,
        sure=2.0,
        spans=(Span(behind=1.0, right=4.0), Span(behind=2.0)),
    )
    run = running.admin._database.run
    for one in (known, replace(known, spans=known.spans[1:]), replace(known, spans=())):
        run(lambda c, one=one: lived_time._note(c, one))
        assert run(lambda c: lived_time.known(c, running.time())) == one


def look(running: Any, looks: Looks, boot: float) -> Known:
    return running.admin._database.run(lambda c: looks.look(c, running.time(), boot))


def pass_time(running: Any, looks: Looks, boot: float, seconds: float) -> float:
    """Let time pass, looked at every minute at first and at its end."""
    for one in (0.0, EVERY, seconds - EVERY):
        running.time.at += one
        boot += one
        look(running, looks, boot)
    return boot


def test_the_record_goes_on_with_the_clock(running: Any) -> None:
    looks, begun = Looks(), running.time()
    pass_time(running, looks, 0.0, DAY)
    found = running.admin._database.run(lambda c: lived_time.known(c, running.time()))
    assert (found.shown, found.spans) == (running.time(), ())
    assert found.lived == pytest.approx(begun + DAY)


@pytest.mark.parametrize("years", [0.25, 1.1, 10, -0.25, -1.1, -10])
def test_a_leap_at_a_start_deletes_nothing(running: Any, desk: Any, years: float) -> None:
    """Neither by itself nor when an administrator asks for it."""
    running.admin._database.run(lambda c: audit.note(c, running.time(), "sam", "sign-in"))
    desk.send()
    looks = Looks()
    pass_time(running, looks, 0.0, DAY)
    before = running.admin._database.run(_count)
    running.time.at += years * YEAR
    jobs = Jobs(running.admin._database, running.settings, running.time)
    jobs.do()
    jobs.do()
    keeping = Keeping(running.admin._database, running.settings, running.time)
    done = keeping.run("sam")
    assert all(one.deleted == 0 for one in done)
    look(running, looks, DAY + EVERY)
    acts = running.admin._database.run(lambda c: list(c.scalars(select(audit_log.c.act))))
    assert acts.count("clock.leapt") == 1
    assert running.admin._database.run(_count) >= before


def _count(connection: Any) -> int:
    return int(connection.scalar(select(func.count()).select_from(audit_log)) or 0)


def test_a_desk_that_agrees_makes_up_for_the_time_the_endpoint_was_off(
    running: Any, desk: Any
) -> None:
    looks = Looks()
    boot = pass_time(running, looks, 0.0, DAY)
    running.time.at += 21 * DAY
    fresh = Looks()
    look(running, fresh, boot)
    found = look(running, fresh, boot + EVERY)
    assert found.lived == pytest.approx(running.time() - 21 * DAY, abs=2 * EVERY)
    desk.send(sent_at=times.iso(running.time()))
    found = look(running, fresh, boot + 2 * EVERY)
    assert found.lived == running.time()


def test_a_desk_whose_clock_says_otherwise_confirms_nothing(running: Any, desk: Any) -> None:
    looks = Looks()
    boot = pass_time(running, looks, 0.0, DAY)
    before = running.time()
    running.time.at += YEAR
    desk.send(sent_at=times.iso(before))
    found = look(running, looks, boot + EVERY)
    assert found.lived == pytest.approx(before, abs=2 * EVERY)


def test_two_processes_count_a_minute_once(running: Any) -> None:
    one, other, begun = Looks(), Looks(), running.time()
    boot = 0.0
    for _ in range(100):
        for each in (one, other):
            look(running, each, boot)
        running.time.at += 10
        boot += 10
    found = look(running, one, boot)
    assert found.lived <= begun + 1000
    assert found.lived >= begun + 1000 - 3 * EVERY


def test_an_endpoint_that_never_wrote_it_down_goes_by_what_it_did_last(running: Any) -> None:
    """A database of before has its jobs' times, and whoever starts under a wrong clock has not."""
    Jobs(running.admin._database, running.settings, running.time).do()
    running.admin._database.run(_forget)
    then = running.time()
    running.time.at += YEAR
    found = running.admin._database.run(lambda c: lived_time.known(c, running.time()))
    assert found.lived == then


def _forget(connection: Any) -> None:
    connection.execute(delete(job).where(job.c.name.startswith("time")))


def test_retention_asks_for_the_edge(running: Any) -> None:
    known = Known(shown=TRUE, lived=running.time() - YEAR)
    edge = partial(known.edge, running.time())
    (first, *_) = Retention(running.admin._database, running.time(), edge=edge).run(dry=True)
    assert first.cutoff < running.time() - YEAR


def test_a_leap_at_a_start_makes_no_new_authority(running: Any, tmp_path: Any) -> None:
    """Desks trust the one of before, and none would find the endpoint again."""
    pass_time(running, Looks(), 0.0, DAY)
    names = ("localhost",)
    made = make_certificate(tmp_path, names, running.time, running.admin.lived())
    before = [file.read_bytes() for file in made]
    running.time.at += 10 * YEAR
    assert running.admin.lived() < running.time() - 9 * YEAR
    make_certificate(tmp_path, names, running.time, running.admin.lived())
    assert [file.read_bytes() for file in made] == before
    make_certificate(tmp_path, names, running.time)
    assert [file.read_bytes() for file in made] != before, "by the clock alone it would be made"
