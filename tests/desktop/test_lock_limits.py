"""The computer's own lock settings, read from the real programs that keep them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.model.locking import LockSource, Standing, effective
from agentguard.platforms._linux import lock_gsettings, lock_logind, lock_x11
from agentguard.platforms._linux.probes.lock_limits import sources
from tests.desktop.harness import Desktop, Logind, environ, eventually

pytestmark = pytest.mark.heavy

SCHEMAS = {"session": "org.gnome.desktop.session", "saver": "org.gnome.desktop.screensaver"}
LOCKED_DOWN = """[org/gnome/desktop/session]
idle-delay=uint32 240
[org/gnome/desktop/screensaver]
lock-enabled=true
"""
LOCKS = "/org/gnome/desktop/session/idle-delay\n/org/gnome/desktop/screensaver/lock-enabled\n"


@pytest.fixture
def gnome(fresh_session: Desktop) -> dict[str, str]:
    """Give the environment of a GNOME session with settings of its own."""
    return {**fresh_session.env, "XDG_CURRENT_DESKTOP": "GNOME"}


def choose(desktop: Desktop, env: dict[str, str], *keys: tuple[str, str, str]) -> None:
    for schema, key, value in keys:
        desktop.run("gsettings", "set", SCHEMAS[schema], key, value, env=env)


def read(env: dict[str, str]) -> LockSource:
    with environ(env):
        (source,) = lock_gsettings.read(env)
    return source


@pytest.mark.parametrize(
    ("keys", "standing", "seconds"),
    [
        ((), Standing.LOCKS, 300),
        ((("session", "idle-delay", "600"), ("saver", "lock-delay", "30")), Standing.LOCKS, 630),
        ((("session", "idle-delay", "0"),), Standing.NEVER, None),
        ((("saver", "lock-enabled", "false"),), Standing.BLANKS, 300),
    ],
    ids=["defaults", "own", "never", "blank-only"],
)
def test_gnome_keeps_it_in_dconf(fresh_session, gnome, keys, standing, seconds) -> None:
    choose(fresh_session, gnome, *keys)
    source = read(gnome)
    assert (source.standing, source.seconds, source.managed) == (standing, seconds, False)


def test_a_locked_key_of_dconf_is_the_administrators(fresh_session, gnome, tmp_path: Path) -> None:
    keys, profile = tmp_path / "db.d", tmp_path / "profile"
    (keys / "locks").mkdir(parents=True)
    (keys / "00-desk").write_text(LOCKED_DOWN)
    (keys / "locks" / "desk").write_text(LOCKS)
    fresh_session.run("dconf", "compile", str(tmp_path / "db"), str(keys))
    profile.write_text(f"user-db:user\nfile-db:{tmp_path / 'db'}\n")
    source = read({**gnome, "DCONF_PROFILE": str(profile)})
    assert (source.standing, source.seconds, source.managed) == (Standing.LOCKS, 240, True)


def test_a_desktop_environment_whose_schemas_are_missing_is_unread(gnome) -> None:
    assert read({**gnome, "XDG_CURRENT_DESKTOP": "MATE"}).standing is Standing.UNREAD


def test_logind_tells_its_idle_action(logind: Logind) -> None:
    (source,) = lock_logind.read(logind.env)
    assert (source.name, source.standing) == ("systemd-logind", Standing.NEVER)


def test_a_logind_that_does_not_answer_is_unread(x_session: Desktop) -> None:
    nowhere = {**x_session.env, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"}
    assert [s.standing for s in lock_logind.read(nowhere)] == [Standing.UNREAD]


def test_the_screen_saver_of_x_locks_only_where_somebody_listens(fresh_session: Desktop) -> None:
    def now() -> LockSource:
        (source,) = lock_x11.read(fresh_session.env)
        return source

    fresh_session.run("xset", "s", "off")
    assert now().standing is Standing.NEVER
    fresh_session.run("xset", "s", "600", "60")
    assert (now().standing, now().seconds) == (Standing.BLANKS, 600)
    started = fresh_session.start("xss-lock", "--", "i3lock", "--nofork")
    eventually(lambda: now().name == "X screen saver (xss-lock)")
    assert (now().standing, now().seconds) == (Standing.LOCKS, 600)
    fresh_session.end(started)
    eventually(lambda: now().standing is Standing.BLANKS)
    fresh_session.start("xss-lock", "-n", "true", "--", "i3lock", "--nofork")
    eventually(lambda: now().name == "X screen saver (xss-lock)")
    assert (now().standing, now().seconds) == (Standing.LOCKS, 660)


def test_a_display_that_is_away_is_unread() -> None:
    assert [s.standing for s in lock_x11.read({"DISPLAY": ":9999"})] == [Standing.UNREAD]


def test_all_that_have_a_say_are_read_together_and_the_earliest_wins(
    logind: Logind, tmp_path: Path
) -> None:
    logind.run("xset", "s", "120")
    env = {**logind.env, "XDG_CURRENT_DESKTOP": "ubuntu:GNOME", "XDG_CONFIG_HOME": str(tmp_path)}
    with environ(env):
        found = sources(env)
    assert [s.name for s in found] == ["GNOME", "systemd-logind", "X screen saver"]
    first = effective(found)
    assert first is not None
    assert (first.name, first.seconds) == ("GNOME", 300)
