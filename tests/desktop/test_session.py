"""Idle time and the lock on a real desktop: logind, xss-lock, i3lock, a screen saver service."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import linux
from agentguard.ports.desktop import Session
from tests.desktop.fixtures import start_xss_lock
from tests.desktop.harness import Desktop, Logind, Programs, eventually

pytestmark = pytest.mark.heavy

SERVICE = str(Path(__file__).with_name("bus_service.py"))


def session(inside: Programs) -> Session:
    found = linux.backend(inside.env).session
    assert hasattr(found, "read")
    return found


LOCKERS = frozenset({"i3lock", "xsecurelock"})


def lockers(inside: Programs) -> list[psutil.Process]:
    """The lockers of this display, whichever was chosen; with its forks each is one."""
    found = []
    for process in psutil.process_iter(["name"]):
        if process.info["name"] in LOCKERS and process.status() != psutil.STATUS_ZOMBIE:
            with_display = process.environ().get("DISPLAY") == inside.env["DISPLAY"]
            found += [process] if with_display else []
    forked = {process.pid for process in found}
    return [process for process in found if process.ppid() not in forked]


def service(desktop: Desktop, kind: str, name: str) -> subprocess.Popen[str]:
    started = desktop.start(sys.executable, SERVICE, kind, name, stdout=subprocess.PIPE)
    assert started.stdout.readline() == "owned\n"
    return started


def test_idle_time_grows_until_a_key_is_pressed(x_session: Desktop) -> None:
    here = session(x_session)
    x_session.run("xdotool", "key", "a")
    eventually(lambda: here.read().idle > 0.3)
    x_session.run("xdotool", "key", "b")
    assert here.read().idle < 0.3


def test_the_mouse_ends_idle_time_too(x_session: Desktop) -> None:
    here = session(x_session)
    eventually(lambda: here.read().idle > 0.3)
    x_session.run("xdotool", "mousemove_relative", "5", "5")
    assert here.read().idle < 0.3


def test_idle_time_is_read_in_a_millisecond(x_session: Desktop) -> None:
    here = session(x_session)
    here.read()
    began = time.process_time()
    for _ in range(50):
        here.read()
    assert (time.process_time() - began) / 50 < 0.003


def test_logind_makes_the_locker_lock_and_its_hint_proves_it(lockable: Logind) -> None:
    here = session(lockable)
    assert here.read().locked is False
    here.lock()
    assert here.read().locked is True
    assert here.read().source == "x11+logind"
    assert lockable.locked_hint
    assert lockers(lockable)


def test_an_unlock_is_seen(lockable: Logind) -> None:
    here = session(lockable)
    here.lock()
    lockable.unlock()
    eventually(lambda: here.read().locked is False)
    assert not lockers(lockable)


def test_locking_twice_starts_one_locker(lockable: Logind) -> None:
    here = session(lockable)
    here.lock()
    before = len(lockers(lockable))
    here.lock()
    assert len(lockers(lockable)) == before


def test_the_session_is_found_without_its_id(lockable: Logind) -> None:
    environment = {k: v for k, v in lockable.env.items() if k != "XDG_SESSION_ID"}
    here = linux.backend(environment).session
    here.lock()
    assert lockable.locked_hint


def test_when_nobody_hears_logind_a_locker_is_started(logind: Logind) -> None:
    here = session(logind)
    here.lock()
    assert here.read().locked is True
    assert lockers(logind)


def test_without_logind_the_screen_saver_of_x_locks(fresh_session: Desktop) -> None:
    start_xss_lock(fresh_session)
    here = session(no_system_bus(fresh_session))
    here.lock()
    assert lockers(fresh_session)
    assert here.read().locked is True
    assert here.read().source == "x11+x11-locker"


def test_a_lock_that_the_person_began_is_seen_although_logind_knows_nothing(
    logind: Logind,
) -> None:
    here = session(logind)
    assert here.read().locked is False
    began = logind.start("i3lock", "--nofork")
    eventually(lambda: here.read().locked is True)
    assert not logind.locked_hint
    logind.end(began)
    eventually(lambda: here.read().locked is False)


def test_without_anything_a_locker_is_started_and_its_end_is_the_unlock(
    fresh_session: Desktop,
) -> None:
    here = session(no_system_bus(fresh_session))
    assert here.read().locked is None
    here.lock()
    assert here.read().locked is True
    for process in lockers(fresh_session):
        process.terminate()
    eventually(lambda: here.read().locked is False)


def no_system_bus(desktop: Desktop) -> Programs:
    return Programs({**desktop.env, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"})


@pytest.mark.parametrize(
    "name", ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.xfce.ScreenSaver"]
)
def test_a_screen_saver_service_locks_and_tells(fresh_session: Desktop, name: str) -> None:
    service(fresh_session, "saver", name)
    here = session(no_system_bus(fresh_session))
    assert here.read().locked is False
    here.lock()
    assert here.read().locked is True
    assert here.read().source == "x11+screensaver"
    assert not lockers(fresh_session)


def test_a_screen_saver_service_that_never_answers_is_passed_over(fresh_session: Desktop) -> None:
    service(fresh_session, "silent", "org.freedesktop.ScreenSaver")
    here = session(no_system_bus(fresh_session))
    began = time.monotonic()
    here.lock()
    assert time.monotonic() - began < 8
    assert lockers(fresh_session)


def test_reading_fails_while_the_display_is_away_and_then_works_again(
    fresh_session: Desktop,
) -> None:
    here = session(fresh_session)
    here.read()
    fresh_session.stop_x_server()
    with pytest.raises(PlatformError):
        here.read()
    fresh_session.restart_x_server()
    assert here.read().idle is not None


def test_wayland_can_be_locked_but_its_idle_time_is_not_known(logind: Logind) -> None:
    start_xss_lock(logind, "--session=7")
    here = session(Programs({**logind.env, "XDG_SESSION_TYPE": "wayland"}))
    here.lock()
    reading = here.read()
    assert (reading.locked, reading.idle, reading.source) == (True, None, "logind")
