"""What Firefox's files tell of its updates; what is damaged, absent or huge tells nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agentguard.platforms import _firefox_files

AT = 1_790_000_000.0


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (AT, AT))
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of a Firefox."""
    write(tmp_path / "firefox" / "application.ini", "[App]\nName=Firefox\nVersion=154.0\nBuildID=1")
    return tmp_path / "firefox"


@pytest.mark.parametrize(
    ("policies", "off"),
    [
        ({}, False),
        ({"DisableAppUpdate": True}, True),
        ({"DisableAppUpdate": 1}, True),
        ({"DisableAppUpdate": False}, False),
        ({"DisableAppUpdate": "1"}, False),
        ({"ManualAppUpdateOnly": True}, True),
        ({"AppAutoUpdate": False}, True),
        ({"AppAutoUpdate": 0}, True),
        ({"AppAutoUpdate": True}, False),
        ({"AppAutoUpdate": {}, "DisableAppUpdate": []}, False),
    ],
)
def test_row_197_policies_switch_updates_off(tmp_path: Path, policies, off) -> None:
    file = write(tmp_path / _firefox_files.POLICIES, json.dumps({"policies": policies}))
    assert _firefox_files.off_by(_firefox_files.policies(file)) is off


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"policies": []}', "\x00\xff", "null"])
def test_damaged_policies_say_nothing(tmp_path: Path, text: str) -> None:
    assert _firefox_files.policies(write(tmp_path / _firefox_files.POLICIES, text)) == {}
    assert _firefox_files.policies(tmp_path / "none") == {}
    assert _firefox_files.automatic(tmp_path) is None


def test_the_long_term_firefox_is_told_by_its_channel(folder: Path) -> None:
    assert (_firefox_files.program(folder), _firefox_files.version(folder)) == (
        _firefox_files.PROGRAM,
        "154.0",
    )
    channel = folder / "defaults" / "pref" / "channel-prefs.js"
    write(channel, 'pref("app.update.channel", "release");')
    assert _firefox_files.program(folder) == _firefox_files.PROGRAM
    write(channel, 'pref("app.update.channel", "esr");')
    assert _firefox_files.program(folder) == _firefox_files.LONG
    assert _firefox_files.version(folder / "none") == ""
    assert _firefox_files.version(write(folder / "x" / "application.ini", "[App]").parent) == ""


@pytest.mark.parametrize(
    ("status", "waits"),
    [("pending", True), ("pending-service\n", True), ("applied", True), ("failed: 6", False),
     ("succeeded", False), (None, False)],
)  # fmt: skip
def test_row_197_an_update_waits_for_the_next_start(folder: Path, tmp_path, status, waits) -> None:
    updates = tmp_path / "updates"
    if status is not None:
        write(updates / "updates" / "0" / "update.status", status)
    one = _firefox_files.updater(folder, updates, {}, on=True)
    assert (one.waits, one.ready) == (waits, AT if waits else None)


def test_its_own_settings_switch_it_off_and_its_history_tells_when_it_brought_something(
    folder: Path, tmp_path: Path
) -> None:
    assert _firefox_files.updater(folder, None, {}, on=None).on is None
    assert _firefox_files.updater(folder, None, {"DisableAppUpdate": 1}, on=True).on is False
    pinned = [
        _firefox_files.updater(folder, None, {"AppUpdatePin": p}, on=True).pinned
        for p in ("154.", "")
    ]
    assert pinned == [True, False]
    updates = tmp_path / "updates"
    write(updates / "updates.xml", "<updates/>")
    one = _firefox_files.updater(folder, updates, {}, on=True)
    assert (one.program, one.maker, one.version) == ("Mozilla Firefox", "Mozilla", "154.0")
    assert (one.on, one.looked, one.brought) == (True, None, AT)
    write(updates / "update-config.json", '{"app.update.auto": true}')
    assert _firefox_files.updater(folder, updates, {}, on=None).on is None
    write(updates / "update-config.json", '{"app.update.auto": false}')
    assert _firefox_files.updater(folder, updates, {}, on=True).on is False
