"""One sweep: in slices, with rests that keep it within its share of time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentguard.model.messages import say
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.file_memory import Looked
from agentguard.sensors.file_memory import Mark
from agentguard.sensors.sweep import MANY, REST_MOST, STEPS, Found, Round, Unread

CLEAN = Looked(outcome=FileOutcome.READ)
FILE = Found("/a", Mark(1, 1, 1, 1))


def of(clock: FakeClock, *found: Found | Unread | None, fast: bool = False) -> Round:
    return Round(walk=iter(found), begun=clock.now(), fast=fast)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.mark.parametrize(
    ("worked", "duty", "rest"), [(0.02, 0.1, 0.18), (1.0, 0.5, 1.0), (2.0, 1.0, 0.0)]
)
def test_work_and_rest_keep_their_shares(
    clock: FakeClock, worked: float, duty: float, rest: float
) -> None:
    sweep, begun = of(clock), clock.now()
    clock.advance(worked)
    assert sweep.rest(begun, clock.now(), duty) == pytest.approx(rest)
    assert sweep.resume == pytest.approx(clock.now().boot + rest)


def test_no_rest_is_endless(clock: FakeClock) -> None:
    sweep, begun = of(clock), clock.now()
    clock.advance(600)
    assert sweep.rest(begun, clock.now(), 0.1) == REST_MOST


def test_a_sweep_after_a_loss_does_not_rest(clock: FakeClock) -> None:
    sweep, begun = of(clock, fast=True), clock.now()
    clock.advance(10)
    assert sweep.rest(begun, clock.now(), 0.1) == 0.0


@pytest.mark.parametrize(
    ("blind", "read", "fast"),
    [(True, MANY, False), (True, MANY + 1, True), (False, MANY + 1, False)],
)
def test_a_sweep_for_a_lacking_watch_stops_resting_when_it_meets_much_that_is_new(
    clock: FakeClock, *, blind: bool, read: int, fast: bool
) -> None:
    sweep = Round(walk=iter(()), begun=clock.now(), fast=False, blind=blind)
    for number in range(2 * read):
        sweep.met(f"/{number}", CLEAN, told=False, read=number < read)
    assert sweep.fast == fast


def test_a_slice_ends_with_its_time(clock: FakeClock) -> None:
    sweep = of(clock, *[FILE] * 10)
    taken = 0
    for _found in sweep.slice(clock):
        taken += 1
        clock.advance(0.015)
    assert taken == 2
    assert not sweep.done
    assert len(list(sweep.slice(clock))) == 8
    assert sweep.done


def test_a_slice_ends_even_when_no_time_passes(clock: FakeClock) -> None:
    def endless() -> Iterator[Found]:
        while True:
            yield FILE

    sweep = Round(walk=endless(), begun=clock.now(), fast=True)
    assert len(list(sweep.slice(clock))) == STEPS


def test_folders_without_files_end_a_slice_too(clock: FakeClock) -> None:
    sweep = of(clock, *[None] * (STEPS + 1))
    assert list(sweep.slice(clock)) == []
    assert not sweep.done


def test_what_was_met_is_counted(clock: FakeClock) -> None:
    sweep = of(clock)
    unread = Looked(outcome=FileOutcome.UNREADABLE, reason="reason.denied")
    part = Looked(outcome=FileOutcome.READ, reason="reason.partial")
    sealed = Looked(outcome=FileOutcome.SEALED, reason="reason.sealed")
    sweep.met("/a", CLEAN, told=True)
    for number, looked in enumerate((unread, unread, part, sealed)):
        sweep.met(f"/b{number}", looked, told=False)
    sweep.met("/c", Looked(outcome=FileOutcome.GONE), told=False)
    assert (sweep.files, sweep.told) == (6, {"/a"})
    lost = sweep.lost
    assert (lost.unread, lost.part, lost.sealed) == (2, 1, 1)
    assert lost.why() == (
        say("reason.denied", count=2),
        say("reason.partial", count=1),
        say("reason.sealed", count=1),
    )
