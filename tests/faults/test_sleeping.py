"""A desk that goes to sleep says so, and its silence is no sign of anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentguard.platforms import system_clock
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Ending
from agentguard.trust.chain.headers import NOBODY
from agentguard.uplink.client import Client
from agentguard.uplink.compose import Uplink
from agentguard.uplink.late_identity import LateUplink
from agentguard.uplink.sender import SAYING, Nap, Sender
from tests.faults.certificates import Authority
from tests.faults.desk import Desk, enrolled
from tests.faults.endpoint import Endpoint, instead, problem
from tests.faults.test_sender import eventually


@dataclass
class Seat:
    """A desk whose uplink runs."""

    desk: Desk
    uplink: LateUplink
    sender: Sender
    endpoint: Endpoint

    def goodbyes(self) -> list[str]:
        return [report.goodbye for report in self.endpoint.reports]


@pytest.fixture
def seat(tmp_path: Path, endpoint: Endpoint, authority: Authority) -> Iterator[Seat]:
    desk = enrolled(tmp_path, endpoint, authority.ca_file)
    clock = system_clock()
    sender = Sender(
        Client(endpoint.url, clock, ca_file=str(authority.ca_file)),
        desk.sender._reports,
        snapshot=lambda: desk.posture[0],
        submit=desk.told.append,
        clock=clock,
        farewell=Client(endpoint.url, clock, ca_file=str(authority.ca_file)),
    )
    key = desk.sender._reports.key
    made = Uplink(key=key, origin=NOBODY, sender=sender, prover=None)  # type: ignore[arg-type] # asked nothing
    late = LateUplink(
        lambda _picture: made, desk.store.outbox, submit=desk.told.append, clock=clock
    )
    stop = Ending()
    thread = threading.Thread(target=late.run, args=(lambda: desk.posture[0], stop))
    thread.start()
    eventually(lambda: len(endpoint.reports) == 1)
    yield Seat(desk, late, sender, endpoint)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    desk.store.close()


def test_the_last_word_before_sleep_is_said_before_the_computer_sleeps(seat: Seat) -> None:
    seat.uplink.sleep(True)
    assert seat.goodbyes() == ["", "asleep"], "it is said when the call returns"


def test_what_happens_on_the_way_to_sleep_does_not_take_the_word_back(seat: Seat) -> None:
    seat.uplink.sleep(True)
    seat.uplink.poke()  # the screen locks
    seat.uplink.report_now()
    with pytest.raises(AssertionError, match="in time"):
        eventually(lambda: len(seat.endpoint.reports) > 2, within=2.0)
    assert seat.goodbyes() == ["", "asleep"]
    seat.uplink.sleep(False)
    eventually(lambda: len(seat.endpoint.reports) == 3)
    assert seat.goodbyes() == ["", "asleep", ""], "it reports as soon as it wakes"


def test_a_second_sleep_is_told_as_the_first_was(seat: Seat) -> None:
    for night in (1, 2):
        seat.uplink.sleep(True)
        assert seat.goodbyes().count("asleep") == night
        seat.uplink.sleep(False)
        eventually(lambda n=night: seat.goodbyes().count("") == n + 1)


def test_an_endpoint_that_is_away_does_not_keep_the_computer_awake(seat: Seat) -> None:
    seat.endpoint.behaviour = instead(problem(503, "busy"))
    seat.uplink.report_now()
    eventually(lambda: any(seat.desk.problems))
    begun = system_clock().now()
    seat.uplink.sleep(True)
    assert system_clock().now().since(begun) < SAYING + 1
    assert "asleep" not in seat.goodbyes(), "where nothing is heard, nothing is tried"


def test_a_computer_that_stays_awake_reports_again_by_itself() -> None:
    clock, nap, stop = FakeClock(), Nap(), Ending()
    nap.begin()
    thread = threading.Thread(target=nap.rest, args=(clock, stop))
    clock.advance(0)
    thread.start()
    assert nap.told()
    assert thread.is_alive()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_before_there_is_a_way_to_the_endpoint_sleep_is_no_matter(desk: Desk) -> None:
    late = LateUplink(
        lambda _picture: None, desk.store.outbox, submit=desk.told.append, clock=system_clock()
    )
    late.sleep(True)
    late.sleep(False)
    assert desk.told == []
