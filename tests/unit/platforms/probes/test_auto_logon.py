"""Automatic sign-in, by the settings of three sign-in screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes.auto_logon import read_from

AT = Moment(boot=10.0, wall=1_790_000_000.0)
GDM = "etc/gdm3/daemon.conf"
LIGHTDM = "etc/lightdm/lightdm.conf"


def put(root: Path, file: str, words: str) -> None:
    place = root / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(words, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "words", "product"),
    [
        (GDM, "[daemon]\nAutomaticLoginEnable = true\nAutomaticLogin = kim\n", "GDM"),
        (GDM, "[daemon]\nTimedLoginEnable=True\nTimedLogin=kim\n", "GDM"),
        (LIGHTDM, "[Seat:*]\nautologin-user=kim\n", "LightDM"),
        ("etc/lightdm/lightdm.conf.d/50-x.conf", "[Seat:*]\nautologin-user=kim\n", "LightDM"),
        ("etc/sddm.conf.d/a.conf", "[Autologin]\nUser=kim\nSession=plasma\n", "SDDM"),
    ],
    ids=["gdm", "gdm-timed", "lightdm", "lightdm-part", "sddm"],
)
def test_it_is_told_with_the_screen_and_without_the_user(tmp_path, file, words, product) -> None:
    put(tmp_path, file, words)
    seen = read_from(tmp_path, AT)
    assert (seen.on, seen.product) == (True, product)
    assert "kim" not in repr(seen)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (GDM, "[daemon]\n# AutomaticLoginEnable = true\n# AutomaticLogin = kim\n"),
        (GDM, "[daemon]\nAutomaticLoginEnable=false\nAutomaticLogin=kim\n"),
        (GDM, "[security]\nAutomaticLoginEnable=true\nAutomaticLogin=kim\n"),
        (LIGHTDM, "[Seat:*]\nautologin-user=\n"),
        ("etc/sddm.conf", "[Autologin]\nUser=\n"),
    ],
    ids=["comments", "switched-off", "another-part", "nobody", "empty"],
)
def test_settings_that_sign_nobody_in_are_off(tmp_path, file, words) -> None:
    put(tmp_path, file, words)
    assert read_from(tmp_path, AT).on is False


def test_the_later_file_counts(tmp_path: Path) -> None:
    put(tmp_path, "usr/lib/sddm/sddm.conf.d/a.conf", "[Autologin]\nUser=kim\n")
    put(tmp_path, "etc/sddm.conf", "[Autologin]\nUser=\n")
    assert read_from(tmp_path, AT).on is False


def test_without_a_sign_in_screen_nobody_is_signed_in(tmp_path: Path) -> None:
    assert read_from(tmp_path, AT).on is False


def test_settings_that_cannot_be_read_leave_it_unknown(tmp_path: Path) -> None:
    (tmp_path / LIGHTDM).mkdir(parents=True)
    seen = read_from(tmp_path, AT)
    assert (seen.on, seen.unread) == (None, "denied")
