"""Other real lockers than i3lock: xsecurelock behind xss-lock, and xfce4-screensaver by its bus."""

from __future__ import annotations

import subprocess
from contextlib import suppress

import psutil
import pytest

from agentguard.platforms import linux
from agentguard.ports.desktop import Session
from tests.desktop.fixtures import start_xss_lock
from tests.desktop.harness import SESSION, Desktop, Logind, Programs, eventually

pytestmark = pytest.mark.heavy

SAVER = ("--print-reply", "--dest=org.xfce.ScreenSaver", "/org/xfce/ScreenSaver")


def session(inside: Programs) -> Session:
    found = linux.backend(inside.env).session
    assert hasattr(found, "read")
    return found


def running(name: str, inside: Programs) -> list[psutil.Process]:
    """The processes of a locker on this display."""
    found = []
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if process.info["name"] == name and process.status() != psutil.STATUS_ZOMBIE:
                mine = process.environ().get("DISPLAY") == inside.env["DISPLAY"]
                found += [process] if mine else []
    return found


@pytest.fixture
def secure(logind: Logind) -> Logind:
    """Give a desk with logind, xss-lock and xsecurelock."""
    start_xss_lock(logind, f"--session={SESSION}", locker=("xsecurelock",))
    return logind


def test_xsecurelock_locks_on_logind_s_word_and_an_unlock_is_seen(secure: Logind) -> None:
    here = session(secure)
    assert here.read().locked is False
    here.lock()
    assert here.read().locked is True
    eventually(lambda: running("xsecurelock", secure))
    eventually(lambda: secure.locked_hint)
    secure.unlock()
    eventually(lambda: here.read().locked is False)
    eventually(lambda: not running("xsecurelock", secure))


def test_a_lock_by_the_screen_saver_s_own_time_is_seen(secure: Logind) -> None:
    here = session(secure)
    assert here.read().locked is False
    secure.run("xset", "s", "1")
    eventually(lambda: here.read().locked is True)
    assert running("xsecurelock", secure)


def test_a_locker_that_is_killed_is_no_lock_any_more(secure: Logind) -> None:
    here = session(secure)
    here.lock()
    for process in eventually(lambda: running("xsecurelock", secure)):
        with suppress(psutil.Error):
            process.kill()
    eventually(lambda: here.read().locked is False)


@pytest.fixture
def xfce(fresh_session: Desktop) -> Programs:
    """Give a desk with xfce4-screensaver, which has no logind."""
    away = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"}
    inside = Programs({**fresh_session.env, **away})
    fresh_session.start("xfce4-screensaver", "--no-daemon", env=away)
    eventually(lambda: active(fresh_session) is not None)
    return inside


def active(desktop: Programs) -> bool | None:
    """Tell what the screen saver says; None while it is not there."""
    with suppress(subprocess.CalledProcessError):
        told = desktop.run("dbus-send", "--session", *SAVER, "org.xfce.ScreenSaver.GetActive")
        return "boolean true" in told
    return None


def test_xfce_s_screen_saver_locks_by_its_service_and_tells(
    xfce: Programs, fresh_session: Desktop
) -> None:
    here = session(xfce)
    assert here.read().locked is False
    here.lock()
    eventually(lambda: here.read().locked is True)
    assert active(fresh_session) is True
    assert here.read().source == "x11+screensaver"
    assert running("i3lock", xfce) == []
