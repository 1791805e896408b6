"""What installs a Linux system's updates by itself, by settings, timers and stamps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentguard.model.machine import Updater
from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes._asked import Answer
from agentguard.platforms._linux.probes.updaters import PROBE, Places, dnf, read_from, snap

AT = Moment(boot=10.0, wall=1_790_000_000.0)
ABSENT = Answer(unread="no-tool")
ON = 'APT::Periodic "";\nAPT::Periodic::Update-Package-Lists "1";\n'
TIMER = "apt-daily-upgrade.timer"


def put(root: Path, name: str, text: str = "", wall: float = AT.wall - 50) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (wall, wall))


def link(root: Path, name: str, target: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).symlink_to(target)


def wanted(root: Path, unit: str) -> None:
    link(root, f"etc/systemd/system/timers.target.wants/{unit}", f"/usr/lib/systemd/system/{unit}")


def debian(root: Path, *, started: bool = True) -> Places:
    """Give a Debian with unattended-upgrades under systemd."""
    put(root, "usr/bin/unattended-upgrade")
    (root / "run/systemd/system").mkdir(parents=True)
    if started:
        wanted(root, TIMER)
    return Places(root=root)


def of_apt(places: Places, words: str, unread: str = "") -> Updater:
    (one,) = read_from(places, Answer(text=ON + words, unread=unread), ABSENT, AT).updaters
    assert (one.program, one.system) == ("unattended-upgrades", True)
    return one


@pytest.mark.parametrize(
    ("words", "on"),
    [
        ('APT::Periodic::Unattended-Upgrade "1";', True),
        ('APT::Periodic::Unattended-Upgrade "always";', True),
        ('APT::Periodic::Unattended-Upgrade "0";', False),
        ("", False),
        ('APT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::Enable "0";', False),
        ('APT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::Enable "1";', True),
        ('APT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::Unattended-Upgrade "0";', False),
    ],
)
def test_row_197_apts_settings_say_whether_updates_are_installed(tmp_path, words, on) -> None:
    assert of_apt(debian(tmp_path), words).on is on


def test_row_197_a_timer_that_is_not_wanted_or_is_masked_installs_nothing(tmp_path: Path) -> None:
    words = 'APT::Periodic::Unattended-Upgrade "1";'
    places = debian(tmp_path, started=False)
    assert of_apt(places, words).on is False
    wanted(tmp_path, TIMER)
    assert of_apt(places, words).on is True
    assert of_apt(places, "", unread="no-answer").on is None
    link(tmp_path, f"etc/systemd/system/{TIMER}", "/dev/null")
    assert of_apt(places, words).on is False
    assert of_apt(places, "", unread="no-answer").on is False


def test_without_systemd_apts_settings_are_all(tmp_path: Path) -> None:
    put(tmp_path, "usr/bin/unattended-upgrade")
    assert of_apt(Places(root=tmp_path), 'APT::Periodic::Unattended-Upgrade "1";').on is True


def test_a_stamp_tells_when_it_last_ran(tmp_path: Path) -> None:
    places = debian(tmp_path)
    put(tmp_path, f"var/lib/systemd/timers/stamp-{TIMER}", wall=AT.wall - 10)
    assert of_apt(places, "").looked is None  # it was started, and may have failed
    put(tmp_path, "var/lib/apt/periodic/upgrade-stamp", wall=AT.wall - 900)
    put(tmp_path, "var/lib/apt/periodic/unattended-upgrades-stamp", wall=AT.wall - 300)
    assert of_apt(places, "").looked == AT.wall - 300


@pytest.mark.parametrize(
    ("settings", "timers", "on"),
    [
        ("[commands]\napply_updates = yes\n", ("dnf-automatic.timer",), True),
        ("[commands]\napply_updates = no\n", ("dnf-automatic.timer",), False),
        ("[commands]\napply_updates = no\n", ("dnf-automatic-install.timer",), True),
        ("[commands]\napply_updates = yes\n", (), False),
        ("[other]\napply_updates = yes\n", ("dnf-automatic.timer",), False),
        ("", ("dnf5-automatic.timer",), False),
        ("[commands]\napply_updates = yes\n", ("dnf5-automatic.timer",), True),
    ],
)
@pytest.mark.parametrize("file", ["automatic.conf", "dnf5-plugins/automatic.conf"])
def test_row_197_dnf_automatic_applies_by_its_setting_or_its_timer(
    tmp_path, settings, timers, on, file
) -> None:
    put(tmp_path, "usr/lib/systemd/system/dnf-automatic.timer")
    put(tmp_path, f"etc/dnf/{file}", settings)
    for unit in timers:
        wanted(tmp_path, unit)
    stamp = "var/lib/systemd/timers/stamp-dnf-automatic.timer"
    put(tmp_path, stamp)
    assert dnf(Places(root=tmp_path)) == Updater(
        program="dnf-automatic", on=on, looked=AT.wall - 50, system=True
    )


SNAP = "timer: 00:00~24:00/4\nlast: 2026-09-21T06:55:00+02:00\nnext: 2026-09-21T18:00:00+02:00\n"


@pytest.mark.parametrize(
    ("hold", "on"),
    [
        ("", True),
        ("hold: 2027-01-01T00:00:00Z\n", False),
        ("hold: forever\n", False),
        ("hold: 2020-01-01T00:00:00Z\n", True),
    ],
)
def test_row_197_snaps_that_are_held_are_not_refreshed(hold: str, on) -> None:
    one = snap(Answer(text=SNAP + hold), AT)
    assert one == Updater(program="snap", on=on, looked=1_789_966_500.0, system=True)


def test_a_snap_that_does_not_answer_or_says_something_else_is_not_told() -> None:
    for answer in (Answer(unread="no-answer"), Answer(text="error"), Answer(text="last: n/a\n")):
        one = snap(answer, AT)
        assert one is not None
        assert (one.on, one.looked) == (None, None)
    assert snap(Answer(text="timer: x\nlast: 2026-09-21\n"), AT) == Updater(
        program="snap", on=True, system=True
    )
    assert snap(ABSENT, AT) is None


def test_a_firefox_without_a_package_is_off_by_policy(tmp_path: Path) -> None:
    put(tmp_path, "opt/firefox/application.ini", "[App]\nVersion=154.0\n")
    places = Places(root=tmp_path)
    (one,) = read_from(places, ABSENT, ABSENT, AT).updaters
    assert (one.program, one.version, one.on) == ("Mozilla Firefox", "154.0", True)
    put(tmp_path, "etc/firefox/policies/policies.json", '{"policies": {"DisableAppUpdate": true}}')
    (one,) = read_from(places, ABSENT, ABSENT, AT).updaters
    assert one.on is False


def test_a_system_without_any_has_none_and_this_one_answers(tmp_path: Path) -> None:
    assert read_from(Places(root=tmp_path), ABSENT, ABSENT, AT).updaters == ()
    seen = PROBE.read(AT, None)  # type: ignore[arg-type]
    assert seen.unread == ""
