"""The simulated desktop's own verbs; what all desktops share is in tests/contract."""

from __future__ import annotations

import threading

import pytest

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
