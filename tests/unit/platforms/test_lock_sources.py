"""What the settings of KDE Plasma, logind, GSettings and the X server say of the lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentguard.model.locking import LockSource, Standing
from agentguard.platforms._linux import lock_gsettings, lock_kde, lock_logind, lock_x11

Plasma = Callable[[str, str], LockSource]


@pytest.fixture
def plasma(tmp_path: Path) -> Plasma:
    """Give the source in a Plasma session with a system's and a user's file."""

    def session(system: str, user: str) -> LockSource:
        for folder, text in (("xdg", system), ("home", user)):
            (tmp_path / folder).mkdir(exist_ok=True)
            if text:
                (tmp_path / folder / lock_kde.FILE).write_text(text)
        (source,) = lock_kde.read(
            {
                "XDG_CURRENT_DESKTOP": "KDE",
                "XDG_CONFIG_DIRS": str(tmp_path / "xdg"),
                "XDG_CONFIG_HOME": str(tmp_path / "home"),
            }
        )
        return source

    return session


@pytest.mark.parametrize(
    ("system", "user", "standing", "seconds", "managed"),
    [
        ("", "", Standing.LOCKS, 305, False),
        ("", "[Daemon]\nTimeout=10\n", Standing.LOCKS, 605, False),
        ("", "[Daemon]\nTimeout = 10\nLockGrace=0\n", Standing.LOCKS, 600, False),
        ("", "[Daemon]\nLockGrace=-1\nTimeout=1\n", Standing.LOCKS, 60, False),
        ("", "[Daemon]\nAutolock=false\n", Standing.NEVER, None, False),
        ("", "[Daemon]\nTimeout=0\n", Standing.NEVER, None, False),
        ("", "[Other]\nAutolock=false\n", Standing.LOCKS, 305, False),
        ("[Daemon]\nTimeout=3\n", "[Daemon]\nTimeout=30\n", Standing.LOCKS, 1805, False),
        ("[Daemon]\nTimeout[$i]=3\n", "[Daemon]\nTimeout=30\n", Standing.LOCKS, 185, False),
        (
            "[Daemon][$i]\nTimeout=3\nAutolock=true\n",
            "[Daemon]\nTimeout=30\nAutolock=false\n",
            Standing.LOCKS,
            185,
            True,
        ),
        (
            "[$i]\n[Daemon]\nTimeout=3\nAutolock=true\n",
            "[Daemon]\nAutolock=false\n",
            Standing.LOCKS,
            185,
            True,
        ),
        ("", "[Daemon]\nTimeout=soon\n", Standing.UNREAD, None, False),
        ("", "\0\xff=[[[\n[Daemon\n", Standing.LOCKS, 305, False),
    ],
    ids=[
        "defaults",
        "own-timeout",
        "no-grace",
        "negative-grace",
        "off",
        "no-time",
        "another-group",
        "user-over-system",
        "immutable-key",
        "immutable-group",
        "immutable-file",
        "no-number",
        "rubbish",
    ],
)
def test_the_users_file_counts_unless_the_systems_is_immutable(
    plasma: Plasma, system: str, user: str, standing: Standing, seconds: int | None, managed: bool
) -> None:
    source = plasma(system, user)
    assert (source.standing, source.seconds, source.managed) == (standing, seconds, managed)


def test_a_folder_in_the_files_place_is_unread(tmp_path: Path) -> None:
    (tmp_path / lock_kde.FILE).mkdir()
    environment = {"XDG_CURRENT_DESKTOP": "KDE", "XDG_CONFIG_HOME": str(tmp_path)}
    assert [s.standing for s in lock_kde.read(environment)] == [Standing.UNREAD]


@pytest.mark.parametrize("desktop", ["", "XFCE", "sway", "KDENLIVE"])
def test_another_desktop_environment_has_no_say(desktop: str) -> None:
    environment = {"XDG_CURRENT_DESKTOP": desktop}
    assert lock_kde.read(environment) == ()
    assert lock_gsettings.read(environment) == ()
    assert lock_x11.read(environment) == ()


@pytest.mark.parametrize(
    ("action", "standing"),
    [
        ("lock", Standing.LOCKS),
        ("ignore", Standing.NEVER),
        ("poweroff", Standing.NEVER),
        ("suspend", Standing.BLANKS),
        ("hibernate", Standing.BLANKS),
    ],
)
def test_only_logind_s_action_lock_is_a_lock(action: str, standing: Standing) -> None:
    assert lock_logind.source(action, 900).standing is standing


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("uint32 300", 300),
        ("300", 300),
        ("int64 -1", -1),
        ("1.5", 1.5),
        ("'300'", None),
        ("string 300", None),
        ("", None),
        ("@mi nothing", None),
    ],
)
def test_a_number_is_read_as_gvariant_writes_it(text: str, value: float | None) -> None:
    assert lock_gsettings.number(text) == value


@pytest.mark.parametrize(
    ("command", "later"),
    [
        (b"xss-lock -- i3lock -n", False),
        (b"xss-lock -n dim -- i3lock", True),
        (b"xss-lock --notifier=dim -- i3lock", True),
        (b"xss-lock -l i3lock", False),
        (b"", False),
    ],
    ids=["locker-s-own-n", "notifier", "long-notifier", "none", "gone"],
)
def test_a_notifier_of_xss_lock_puts_the_lock_off(command: bytes, later: bool) -> None:
    assert lock_x11.notifies(tuple(command.split(b" "))) is later
