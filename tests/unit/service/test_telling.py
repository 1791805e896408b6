"""What the keeper tells the endpoint, and when."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec
import pytest

from agentguard.base import translations
from agentguard.base.errors import CannotError, UplinkError
from agentguard.platforms.simulated import FakeClock
from agentguard.service.keeper_status import Standing
from agentguard.service.reports import INTERVAL, WAITING, Teller, Way, control
from agentguard.service.watch import Happening, What
from agentguard.wire import v1

DIED = (Happening(what=What.DIED, session="1"),)
GOOD, MISSING = Standing(sessions=1), Standing(sessions=2, missing=1)


class End:
    """An endpoint that takes reports, or fails as it is told."""

    def __init__(self) -> None:
        self.reports: list[v1.Report] = []
        self.fails: UplinkError | None = None
        self.epochs = 0
        self.enrolled = True

    def connect(self) -> Way | None:
        return Way(device="k1", post=self.post, code=self.code) if self.enrolled else None

    def post(self, report: v1.Report) -> v1.Received:
        if self.fails is not None:
            raise self.fails
        msgspec.json.decode(msgspec.json.encode(report), type=v1.Report)
        self.reports.append(report)
        return v1.Received(receipt="", signature="", next_in=60)

    def code(self) -> str:
        if self.fails is not None:
            raise self.fails
        return "AAAA-BBBB"

    def epoch(self, least: int) -> int:
        self.epochs = max(self.epochs + 1, least)
        return self.epochs


@pytest.fixture
def end() -> End:
    return End()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def teller(end: End, clock: FakeClock) -> Teller:
    return Teller(end.connect, end.epoch, clock)


def test_row_131_how_an_agent_fails_is_told(teller: Teller, end: End) -> None:
    teller.tell(
        Standing(sessions=1, failing=1),
        (
            Happening(what=What.FAILING, session="1", how="crashed"),
            Happening(what=What.STARTED, session="1"),
        ),
    )
    teller.report()
    assert [(e.kind, e.params) for e in end.reports[-1].events] == [
        ("keeper.agent-failing", {"how": "crashed"}),
        ("keeper.agent-started", {}),
    ]


def test_a_killed_agent_is_an_event_and_a_missing_one_a_failing_control(
    teller: Teller, end: End
) -> None:
    teller.tell(MISSING, DIED)
    assert teller.report() == 0.0
    (report,) = end.reports
    assert (report.device, report.overall, report.seq) == ("k1", "act", 1)
    assert [e.kind for e in report.events] == ["keeper.agent-ended"]
    (told,) = report.controls or ()
    assert (told.check, told.state, told.severity) == ("keeper", "fail", "critical")
    assert (
        translations.load()
        .say(told.detail, **told.params)
        .startswith("Sessions without an agent: 1")
    )


def test_what_was_taken_is_not_told_again(teller: Teller, end: End) -> None:
    teller.tell(GOOD, DIED)
    teller.report()
    teller.report()
    assert [len(report.events) for report in end.reports] == [1, 0]
    assert end.reports[0].hash == end.reports[1].hash, "nothing has happened since"
    assert teller.outcome.reported


def test_what_was_not_taken_is_told_later_in_the_same_order(teller: Teller, end: End) -> None:
    end.fails = UplinkError("tcp", "away")
    teller.tell(GOOD, DIED)
    assert teller.report() > 0
    assert teller.outcome.problem == "tcp"
    teller.tell(GOOD, (Happening(what=What.STARTED, session="1"),))
    end.fails = None
    assert teller.report() == 0.0
    assert [(e.seq, e.kind) for e in end.reports[0].events] == [
        (1, "keeper.agent-ended"),
        (2, "keeper.agent-started"),
    ]
    assert teller.outcome.problem == ""


def test_what_waits_is_bounded(teller: Teller, end: End) -> None:
    for _ in range(WAITING * 2):
        teller.tell(GOOD, DIED)
    teller.report()
    events = end.reports[0].events
    assert (len(events), events[-1].seq) == (WAITING, WAITING * 2)
    assert len(events) <= v1.MAX_EVENTS


def test_a_history_that_the_endpoint_knows_otherwise_is_begun_anew(
    teller: Teller, end: End
) -> None:
    end.fails = UplinkError("conflict", "fork", epoch=7)
    teller.report()
    end.fails = None
    teller.report()
    assert end.reports[0].epoch == 8


def test_one_that_is_not_enrolled_says_so_and_asks_again(teller: Teller, end: End) -> None:
    end.enrolled = False
    assert teller.report() == INTERVAL
    assert teller.outcome.problem == "not-enrolled"
    end.enrolled = True
    assert teller.report() == 0.0


def test_a_code_for_an_agent_is_asked_for_and_none_is_no_error(teller: Teller, end: End) -> None:
    assert teller.code() == "", "it does not know the way yet"
    teller.report()
    assert teller.code() == "AAAA-BBBB"
    end.fails = UplinkError("busy", "too often")
    assert teller.code() == ""


def test_a_disk_that_takes_nothing_is_said(end: End, clock: FakeClock) -> None:
    def full(_least: int) -> int:
        raise CannotError("full")

    teller = Teller(end.connect, full, clock)
    assert teller.report() > 0
    assert teller.outcome.problem == "CannotError"


@pytest.mark.parametrize(
    ("standing", "detail"),
    [
        (GOOD, "keeper.guarded"),
        (MISSING, "keeper.missing"),
        (Standing(sessions=1, failing=1), "keeper.failing"),
        (Standing(sessions=1, missing=1, failing=1), "keeper.missing"),
        (Standing(sessions=1, gone=2, lost="qt.dll", missing=1), "keeper.files-gone"),
        (Standing(sessions=1, upgrading=True), "keeper.upgrading"),
    ],
)
def test_every_state_has_its_sentence(standing: Standing, detail: str, clock: FakeClock) -> None:
    told = control(standing, clock.now())
    assert told.detail == detail
    assert "{" not in translations.load().say(told.detail, **told.params)
    assert told.state == ("pass" if standing.well else "fail")


def test_a_change_is_told_at_once_and_else_each_minute(
    teller: Teller, end: End, clock: FakeClock
) -> None:
    stop = threading.Event()
    actor = threading.Thread(target=teller.run, args=(stop,))
    teller.tell(GOOD)
    actor.start()
    try:
        _moved(clock, lambda: len(end.reports) == 1, 0.5)
        before = clock.now().boot
        _moved(clock, lambda: len(end.reports) == 2, 0.5)
        assert clock.now().boot - before == pytest.approx(INTERVAL, rel=0.15)
        before = clock.now().boot
        teller.tell(MISSING, DIED)
        _moved(clock, lambda: len(end.reports) == 3, 0.5)
        assert clock.now().boot - before <= 1.5
        assert end.reports[2].overall == "act"
    finally:
        stop.set()
        actor.join(10)
    assert not actor.is_alive()


def _moved(clock: FakeClock, holds: Callable[[], bool], step: float) -> None:
    for _ in range(400):
        clock.settle()
        if holds():
            return
        clock.advance(step)
    raise AssertionError("it did not come")


def test_agents_count_once_reports_have_come_through_for_five_minutes(
    teller: Teller, end: End, clock: FakeClock
) -> None:
    teller.tell(msgspec.structs.replace(GOOD, settled=1))

    def told() -> tuple[int, int]:
        assert teller.report() == 0.0
        seats = end.reports[-1].seats
        assert seats is not None
        return seats.on, seats.guarding

    def minutes(count: int) -> list[int]:
        return [(clock.advance(60), told()[1])[1] for _ in range(count)]

    assert told() == (1, 0)
    assert minutes(6) == [0, 0, 0, 0, 1, 1]
    end.fails = UplinkError("tcp", "away")
    teller.report()
    end.fails = None
    assert minutes(5) == [0, 0, 0, 0, 0], "an agent may be later than this keeper to come back"
    assert minutes(1) == [1]
    clock.advance(8 * 3600)
    assert told() == (1, 0), "the computer slept"


def test_it_says_goodbye_when_the_system_stops_it_and_it_was_heard(
    teller: Teller, end: End, clock: FakeClock
) -> None:
    stop = threading.Event()
    stop.set()
    teller.run(stop)
    assert end.reports == [], "nothing came through before"
    teller.report()
    teller.run(stop)
    assert [report.goodbye for report in end.reports] == ["", "stopped"]


def test_somebody_who_signs_out_is_told_at_once(teller: Teller) -> None:
    teller.tell(GOOD)
    teller._poked.clear()
    teller.tell(GOOD)
    assert not teller._poked.is_set()
    teller.tell(Standing(sessions=0))
    assert teller._poked.is_set()
