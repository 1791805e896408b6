"""Actors, hands and errands: what fails is told and tried again, what hangs is named."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise

import pytest

from agentguard.base.errors import CannotError, StoreError
from agentguard.engine.action_runner import (
    ERRANDS,
    ActionQueue,
    Errands,
    LeftAlone,
    NotYet,
    Responder,
    Unsupported,
)
from agentguard.engine.loop import BACKLOG, CROWD, Ledger
from agentguard.engine.schedule import Auditor, Pulse, Ticker
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.model.actions import Action, ActionKind, Outcome
from agentguard.model.events import (
    ActionFinished,
    Event,
    EventsLost,
    JournalChecked,
    SensorState,
    Tick,
    Watching,
)
from agentguard.model.messages import Message, say
from agentguard.model.records import Record
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import FakeClock
from agentguard.store.memory import InMemoryJournal
from tests.unit.engine.conftest import Rig

SOON = 10.0


def eventually(holds: Callable[[], object]) -> None:
    limit = system_clock().now().boot + SOON
    nothing = threading.Event()
    while not holds():
        assert system_clock().now().boot < limit
        nothing.wait(0.01)


def action(kind: ActionKind = ActionKind.LOCK) -> Action:
    return Action(id="1", kind=kind, check="screen-lock", subject="")


class TestSupervisor:
    def test_what_fails_is_told_and_started_again_after_a_pause(self) -> None:
        clock, told, runs = FakeClock(), [], []

        def run(stop: object) -> None:
            runs.append(1)
            if len(runs) < 3:
                raise OSError("disk")

        supervisor = Supervisor(clock=clock, submit=told.append)
        supervisor.start(Actor(name="files", run=run))
        eventually(lambda: len(told) == 1)
        assert len(runs) == 1
        eventually(lambda: clock.advance(1) or len(runs) == 3)
        assert [(e.sensor, e.state) for e in told] == [("files", Watching.FAILED)] * 2
        assert "disk" not in str(told)
        assert supervisor.stop() == ()

    def test_the_pause_grows_and_a_long_run_makes_it_short_again(self) -> None:
        clock, begun = FakeClock(), []

        def run(stop: object) -> None:
            begun.append(clock.now().boot)
            if len(begun) == 4:
                clock.advance(700)
            raise OSError

        supervisor = Supervisor(clock=clock, submit=lambda _event: None)
        supervisor.start(Actor(name="files", run=run))
        while len(begun) <= 5:
            clock.settle()
            clock.advance(0.5)
        supervisor.stop()
        pauses = [later - earlier for earlier, later in pairwise(begun)]
        assert pauses[0] == pytest.approx(5, abs=2)
        assert pauses[1] == pytest.approx(10, abs=2)
        assert pauses[2] == pytest.approx(20, abs=2)
        assert pauses[3] == pytest.approx(705, abs=2)

    def test_what_does_not_stop_is_named(self) -> None:
        clock, release = system_clock(), threading.Event()
        supervisor = Supervisor(clock=clock, submit=lambda _event: None, patience=0.1)
        supervisor.start(Actor(name="stuck", run=lambda _stop: release.wait()))
        supervisor.start(Actor(name="good", run=lambda stop: stop.wait()))
        assert supervisor.stop() == ("stuck",)
        release.set()


class TestResponder:
    @pytest.fixture
    def outcomes(self) -> list[Event]:
        return []

    def work(self, hand: Callable[[Action], Message] | None, told: list[Event]) -> ActionFinished:
        hands = {} if hand is None else {ActionKind.LOCK: hand}
        queue = ActionQueue(clock=FakeClock(), submit=told.append)
        responder = Responder(hands=hands, queue=queue)
        stop = threading.Event()
        thread = threading.Thread(target=responder.run, args=(stop,))
        thread.start()
        queue.give(action())
        eventually(lambda: told)
        stop.set()
        thread.join(SOON)
        (event,) = told
        assert isinstance(event, ActionFinished)
        return event

    def test_a_hand_says_how_it_went(self, outcomes) -> None:
        event = self.work(lambda _action: say("action.locked"), outcomes)
        assert (event.outcome, event.message) == (Outcome.DONE, say("action.locked"))

    def test_a_hand_that_is_missing_or_cannot_is_unsupported(self, outcomes) -> None:
        def cannot(_action: Action) -> Message:
            raise Unsupported("no")

        assert self.work(None, outcomes).outcome is Outcome.UNSUPPORTED
        outcomes.clear()
        assert self.work(cannot, outcomes).outcome is Outcome.UNSUPPORTED

    def test_what_is_left_alone_says_why_and_is_not_tried_again(self, outcomes) -> None:
        def leave(_action: Action) -> Message:
            raise LeftAlone(say("action.unsupported", kind="vault"))

        event = self.work(leave, outcomes)
        assert event.outcome is Outcome.UNSUPPORTED
        assert event.message == say("action.unsupported", kind="vault")

    def test_what_is_not_the_time_yet_waits_and_says_why(self, outcomes) -> None:
        why = say("vault.left.returned", minutes=5)

        def wait(_action: Action) -> Message:
            raise NotYet(why)

        event = self.work(wait, outcomes)
        assert (event.outcome, event.message) == (Outcome.WAITING, why)

    @pytest.mark.parametrize("error", [CannotError("no"), ZeroDivisionError()])
    def test_a_hand_that_fails_is_told_without_the_error_text(self, outcomes, error) -> None:
        def fail(_action: Action) -> Message:
            raise error

        event = self.work(fail, outcomes)
        assert event.outcome is Outcome.FAILED
        assert event.message == say("action.failed", kind="lock")

    def test_one_too_many_is_failed_at_once(self, outcomes) -> None:
        queue = ActionQueue(clock=FakeClock(), submit=outcomes.append)
        for _ in range(4097):
            queue.give(action())
        (event,) = outcomes
        assert event.outcome is Outcome.FAILED


class TestErrands:
    def test_they_are_done_in_order_and_a_broken_one_stops_none(self) -> None:
        errands, done, stop = Errands(), [], threading.Event()
        thread = threading.Thread(target=errands.run, args=(stop,))
        errands.give(lambda: done.append(1))
        errands.give(lambda: done.append(1 // 0))
        errands.give(lambda: done.append(2))
        thread.start()
        eventually(lambda: done == [1, 2])
        stop.set()
        thread.join(SOON)

    def test_there_is_an_end_to_what_may_wait(self) -> None:
        errands = Errands()
        assert all(errands.give(lambda: None) for _ in range(ERRANDS))
        assert not errands.give(lambda: None)


class TestSchedule:
    def test_a_sensor_whose_thread_ended_is_told_as_gone_once_a_minute(self) -> None:
        clock, told = FakeClock(), []
        ends, stays = threading.Event(), threading.Event()
        supervisor = Supervisor(clock=clock, submit=told.append)
        supervisor.start(Actor(name="files", run=lambda _stop: ends.wait(SOON)))
        supervisor.start(Actor(name="session", run=lambda _stop: stays.wait(SOON)))
        pulse = Pulse(clock=clock, submit=told.append, alive=supervisor.alive)
        supervisor.start(Actor(name="pulse", run=pulse.run))
        eventually(lambda: clock.advance(60) or told)
        assert told[0].names == {"files", "session", "pulse"}
        ends.set()
        eventually(lambda: clock.advance(60) or told[-1].names == {"session", "pulse"})
        stays.set()
        clock.advance(60)
        assert supervisor.stop() == ()

    def test_it_ticks_on_the_boot_clock(self) -> None:
        clock, told, stop = FakeClock(), [], threading.Event()
        thread = threading.Thread(target=Ticker(clock=clock, submit=told.append).run, args=(stop,))
        thread.start()
        clock.settle()
        clock.jump_wall(1e9)
        assert told == []
        eventually(lambda: clock.advance(1) or told)
        stop.set()
        clock.advance(5)
        thread.join(SOON)
        assert all(isinstance(e, Tick) for e in told)

    def test_the_journal_is_verified_at_the_start_and_daily(self) -> None:
        clock, told, stop = FakeClock(), [], threading.Event()
        auditor = Auditor(clock=clock, submit=told.append, journal=InMemoryJournal())
        thread = threading.Thread(target=auditor.run, args=(stop,))
        thread.start()
        eventually(lambda: len(told) == 1)
        eventually(lambda: clock.advance(3600) or len(told) == 2)
        stop.set()
        clock.advance(90_000)
        thread.join(SOON)
        assert all(isinstance(e, JournalChecked) and e.whole for e in told)


def test_an_engine_is_crowded_when_much_waits_for_it(rig: Rig) -> None:
    """What sweeps in the background then holds back what it would submit."""
    for _ in range(CROWD):
        rig.engine.submit(Tick(at=rig.clock.now()))
    assert not rig.engine.crowded()
    rig.engine.submit(Tick(at=rig.clock.now()))
    assert rig.engine.crowded()
    rig.engine.drain()
    assert not rig.engine.crowded()


class TestLedger:
    def test_a_disk_that_refuses_for_long_loses_the_oldest_and_counts_them(self) -> None:
        journal, clock = InMemoryJournal(), FakeClock()
        loop, at = Ledger(journal=journal), clock.now()
        journal.refuse = True
        first = Record(kind="a", at=at, payload={})
        told = loop.write((first,) * BACKLOG, {"k": 1}, at)
        assert [type(e) for e in told] == [SensorState]
        told = loop.write((first,) * 3, {}, at)
        assert told == (EventsLost(at=at, count=3),)
        assert loop.waiting
        journal.refuse = False
        (event,) = loop.write((), {}, at)
        assert event.state is Watching.WATCHING
        assert not loop.waiting
        assert journal.verify() == (BACKLOG, True)
        assert journal.memory("k") == {"k": 1}

    def test_nothing_to_write_writes_nothing(self) -> None:
        journal = InMemoryJournal()
        journal.refuse = True
        assert Ledger(journal=journal).write((), {}, FakeClock().now()) == ()
        with pytest.raises(StoreError):
            journal.commit((), {"k": 1})


def test_row_273_hands_and_errands_have_a_thread_only_when_something_waits() -> None:
    told: list[Event] = []
    clock = system_clock()
    queue, errands, done = ActionQueue(clock=clock, submit=told.append), Errands(), []
    supervisor = Supervisor(clock=clock, submit=told.append, patience=SOON)
    hands = Responder(hands={ActionKind.LOCK: lambda _action: say("action.locked")}, queue=queue)
    supervisor.start(Actor(name="hands", run=hands.run, when=queue.when_needed))
    supervisor.start(Actor(name="errands", run=errands.run, when=errands.when_needed))
    assert supervisor.at_work() == {}
    queue.give(action())
    assert errands.give(lambda: done.append(1))
    eventually(lambda: told and done)
    assert set(supervisor.at_work()) == {"hands", "errands"}
    assert supervisor.stop() == ()
    assert supervisor.at_work() == {}
