"""The simulated desktop's own verbs and its clock; what all desktops share is in tests/contract."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import PlatformError
from agentguard.model.events import Event
from agentguard.model.facts import FirewallSeen, TrainingSeen
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.desktop import Absent, Backend

CAPABILITIES = ("session", "clipboard", "foreground", "calls", "notifier")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desktop(clock: FakeClock) -> SimulatedDesktop:
    return SimulatedDesktop(clock)


def read_fact(backend: Backend, name: str, clock: FakeClock) -> Event:
    (probe,) = [probe for probe in backend.probes if probe.name == name]
    return probe.read(clock.now(), None)


def test_time_that_passes_is_idle_time(clock, desktop) -> None:
    clock.advance(30)
    assert desktop.backend.session.read().idle == 30
    desktop.idle(600)
    assert desktop.backend.session.read().idle == 600


def test_a_jump_of_the_wall_clock_is_no_idle_time(clock, desktop) -> None:
    clock.jump_wall(10_000_000)
    assert desktop.backend.session.read().idle == 0


def test_the_person_locks_and_unlocks(desktop) -> None:
    desktop.lock()
    assert desktop.locked
    assert desktop.backend.session.read().locked is True
    desktop.unlock()
    assert desktop.backend.session.read().locked is False


def test_a_desktop_that_ignores_the_lock_says_that_it_is_not_locked(clock) -> None:
    desktop = SimulatedDesktop(clock, locks=False)
    desktop.backend.session.lock()
    assert desktop.backend.session.read().locked is False


def test_a_call_begins_and_ends(desktop) -> None:
    calls = desktop.backend.calls
    assert calls.recording() == ()
    desktop.call(True, "softphone")
    assert calls.recording() == ("softphone",)
    desktop.call(False)
    assert calls.recording() == ()


def test_notifications_are_kept(desktop) -> None:
    desktop.backend.notifier.notify("title", "body")
    assert desktop.notices == (("title", "body"),)


def test_a_fact_that_is_set_is_read_with_the_time_of_the_reading(clock, desktop) -> None:
    desktop.set(FirewallSeen(at=clock.now(), on=False, product="ufw"))
    backend = desktop.backend
    clock.advance(60)
    seen = read_fact(backend, "FirewallSeen", clock)
    assert (seen.on, seen.at) == (False, clock.now())


def test_a_kind_of_fact_that_is_set_first_gets_a_probe(clock, desktop) -> None:
    desktop.set(TrainingSeen(at=clock.now()))
    assert read_fact(desktop.backend, "TrainingSeen", clock).lessons == ()


def test_at_the_start_nothing_is_wrong(clock, desktop) -> None:
    backend = desktop.backend
    assert read_fact(backend, "FirewallSeen", clock).on is True
    assert all(v.encrypted for v in read_fact(backend, "DisksSeen", clock).volumes)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_any_capability_may_be_absent(clock, capability) -> None:
    backend = SimulatedDesktop(clock, absent=[capability]).backend
    absent = {name for name in CAPABILITIES if isinstance(getattr(backend, name), Absent)}
    assert absent == {capability}


def test_a_refused_capability_fails_and_works_again(clock, desktop) -> None:
    backend = desktop.backend
    uses = {
        "session": backend.session.read,
        "lock": backend.session.lock,
        "clipboard": lambda: backend.clipboard.read("CLIPBOARD", limit=1, seconds=1),
        "calls": backend.calls.recording,
        "notifier": lambda: backend.notifier.notify("", ""),
        "probes": lambda: read_fact(backend, "FirewallSeen", clock),
    }
    for capability, use in uses.items():
        desktop.refuse(capability)
        with pytest.raises(PlatformError):
            use()
        desktop.refuse(capability, on=False)
        use()


@pytest.mark.parametrize("capability", ["clipboard", "foreground"])
def test_a_refused_watch_fails(desktop, capability) -> None:
    desktop.refuse(capability)
    with pytest.raises(PlatformError):
        getattr(desktop.backend, capability).watch(lambda _: None, threading.Event())


def test_what_is_copied_never_stands_in_a_repr(desktop) -> None:
    desktop.copy("4111 1111 1111 1111", "crm")
    copied = desktop.backend.clipboard.read("CLIPBOARD", limit=100, seconds=1)
    assert "4111" not in repr(copied)


class Waiter:
    """Waits on the clock in a thread of its own."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        self.stop = threading.Event()
        self.answers: list[bool] = []
        self.thread = threading.Thread(
            target=lambda: self.answers.append(clock.wait(self.stop, seconds))
        )
        self.thread.start()

    def join(self) -> None:
        self.thread.join(5)
        assert not self.thread.is_alive()


@given(st.lists(st.floats(min_value=0, max_value=1e6), max_size=20))
def test_both_clocks_advance_by_what_is_asked(steps: list[float]) -> None:
    clock = FakeClock()
    before = clock.now()
    for step in steps:
        clock.advance(step)
    assert clock.now().since(before) == pytest.approx(sum(steps))
    assert clock.now().wall - before.wall == pytest.approx(sum(steps), abs=1e-3)


@pytest.mark.parametrize("jump", [10 * 365 * 86400, -86400])
def test_a_jump_of_the_wall_clock_leaves_boot_time(jump: float) -> None:
    clock = FakeClock()
    before = clock.now()
    clock.jump_wall(jump)
    assert clock.now().boot == before.boot
    assert clock.now().wall == before.wall + jump


def test_a_wait_ends_when_enough_time_has_passed() -> None:
    clock = FakeClock()
    waiter = Waiter(clock, 10)
    clock.settle()
    clock.advance(9)
    clock.settle()
    assert waiter.answers == []
    clock.advance(1)
    waiter.join()
    assert waiter.answers == [False]


def test_a_wait_ends_when_it_is_stopped() -> None:
    clock = FakeClock()
    waiter = Waiter(clock, 10)
    clock.settle()
    waiter.stop.set()
    waiter.join()
    assert waiter.answers == [True]


def test_a_jump_of_the_wall_clock_ends_no_wait() -> None:
    clock = FakeClock()
    waiter = Waiter(clock, 10)
    clock.settle()
    clock.jump_wall(1_000_000)
    clock.settle()
    assert waiter.answers == []
    waiter.stop.set()
    waiter.join()


def test_settling_after_an_advance_means_that_the_work_is_done() -> None:
    clock, stop, done = FakeClock(), threading.Event(), []

    def work() -> None:
        while not clock.wait(stop, 1):
            stop.wait(0.01)
            done.append(clock.now())

    thread = threading.Thread(target=work)
    thread.start()
    clock.settle()
    for count in range(1, 20):
        clock.advance(1)
        clock.settle()
        assert len(done) == count
    stop.set()
    thread.join(5)


def test_no_wait_takes_no_time() -> None:
    assert FakeClock().wait(threading.Event(), 0) is False


def test_to_settle_in_vain_is_an_error() -> None:
    with pytest.raises(TimeoutError):
        FakeClock().settle(within=0.05)
