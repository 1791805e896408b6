"""Updaters by a real registry, real files and a real task scheduler, as far as there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.model.machine import Updater
from agentguard.platforms._win32 import registry
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.probes import updaters
from agentguard.platforms._win32.updater_answers import CHROME, DISABLED, EDGE
from tests.windows.test_probes import AT, POLICY, Keys

LOOKED = 1_790_000_000
CURRENT = "http://officecdn.microsoft.com/pr/492350f6-3a01-4f97-b9c0-c7c6ddf67d60"


@pytest.fixture
def keys() -> Iterator[Keys]:
    made = Keys()
    yield made
    made.take_back()


def seen() -> dict[str, Updater]:
    """Read, and give the updaters by their programs."""
    told = updaters.read(AT, POLICY)
    assert told.unread == ""
    return {one.program: one for one in told.updaters}


def test_a_windows_without_such_programs_has_no_updaters() -> None:
    assert seen() == {}


def test_row_197_a_browsers_client_policy_and_services_are_read(keys, tmp_path: Path) -> None:
    client = f"{EDGE.below}\\Clients\\{EDGE.app}"
    keys(registry.MACHINE, client, registry.NARROW, pv="151.0.2", opv="151.0.2")
    keys(registry.MACHINE, EDGE.below, registry.NARROW, LastChecked=LOOKED)
    one = seen()["Microsoft Edge"]
    assert (one.version, one.on, one.looked, one.waits) == ("151.0.2", None, float(LOOKED), False)
    keys(registry.MACHINE, EDGE.policies, **{f"Update{EDGE.app}": 0})
    assert seen()["Microsoft Edge"].on is False
    keys(registry.MACHINE, EDGE.policies, **{f"Update{EDGE.app}": 1})
    assert seen()["Microsoft Edge"].on is None
    program = tmp_path / EDGE.image
    keys(registry.MACHINE, f"{updaters.PATHS}\\{EDGE.image}", **{"": str(program)})
    assert seen()["Microsoft Edge"].waits is False
    (tmp_path / f"new_{EDGE.image}").touch()
    one = seen()["Microsoft Edge"]
    assert one.waits
    assert one.ready == (tmp_path / f"new_{EDGE.image}").stat().st_ctime


def test_a_browser_of_this_user_alone_is_read(keys) -> None:
    keys(registry.USER, f"{CHROME.below}\\Clients\\{CHROME.app}", pv="151.1", opv="150.1")
    keys(registry.USER, CHROME.below, LastChecked=LOOKED)
    one = seen()["Google Chrome"]
    assert (one.version, one.waits, one.looked) == ("150.1", True, float(LOOKED))


def test_services_are_found_by_how_their_names_begin(keys) -> None:
    assert list(updaters.starts(*CHROME.services)) == []
    keys(registry.MACHINE, f"{updaters.SERVICES}\\GoogleUpdaterService140.0.1", Start=DISABLED)
    keys(registry.MACHINE, f"{updaters.SERVICES}\\gupdatem", Start=3)
    keys(registry.MACHINE, f"{updaters.SERVICES}\\gupdate", ImagePath="x")
    assert sorted(updaters.starts(*CHROME.services)) == [3, DISABLED]


@pytest.fixture
def firefox(tmp_path: Path, keys) -> Iterator[Path]:
    """Give the folder of a Firefox that is installed."""
    folder = tmp_path / "Mozilla Firefox"
    folder.mkdir()
    (folder / "application.ini").write_text("[App]\nVersion=154.0\n", encoding="utf-8")
    program = folder / "firefox.exe"
    keys(registry.MACHINE, f"{updaters.PATHS}\\firefox.exe", **{"": str(program)})
    yield folder
    shutil.rmtree(Path(os.environ["PROGRAMDATA"]) / updaters.FIREFOX_UPDATES, ignore_errors=True)


def test_row_197_firefox_is_off_by_file_or_by_registry(keys, firefox: Path) -> None:
    one = seen()["Mozilla Firefox"]
    assert (one.version, one.on) == ("154.0", None)
    keys(registry.MACHINE, f"{updaters.SERVICES}\\{updaters.MAINTENANCE}", Start=3)
    assert seen()["Mozilla Firefox"].on is True
    policies = firefox / "distribution" / "policies.json"
    policies.parent.mkdir()
    policies.write_text('{"policies": {"DisableAppUpdate": true}}', encoding="utf-8")
    assert seen()["Mozilla Firefox"].on is False
    keys(registry.MACHINE, updaters.FIREFOX_POLICY, DisableAppUpdate=0)
    assert seen()["Mozilla Firefox"].on is True
    keys(registry.MACHINE, updaters.FIREFOX_POLICY, DisableAppUpdate=1)
    assert seen()["Mozilla Firefox"].on is False


def test_an_update_of_firefox_that_waits_is_found_by_its_installation(keys, firefox) -> None:
    keys(registry.MACHINE, updaters.FIREFOX_PLACES, **{str(firefox): "308046B0AF4A39CB"})
    updates = Path(os.environ["PROGRAMDATA"], updaters.FIREFOX_UPDATES, "updates/308046B0AF4A39CB")
    status = updates / "updates" / "0" / "update.status"
    status.parent.mkdir(parents=True)
    assert seen()["Mozilla Firefox"].waits is False
    status.write_text("pending-service", encoding="utf-8")
    assert seen()["Mozilla Firefox"].waits is True


def test_row_197_office_is_read_with_its_channel(keys) -> None:
    keys(
        registry.MACHINE, updaters.OFFICE, VersionToReport="16.0.20228.20190",
        UpdateChannel=CURRENT, UpdatesEnabled="True",
    )  # fmt: skip
    one = seen()["Microsoft Office"]
    assert (one.version, one.channel, one.on) == ("16.0.20228.20190", "current", None)
    keys(registry.MACHINE, updaters.OFFICE_FOUND, UpdatesReadyToApply="16.0.20300.1")
    assert seen()["Microsoft Office"].waits
    keys(registry.MACHINE, updaters.OFFICE_POLICY, enableautomaticupdates=0)
    assert seen()["Microsoft Office"].on is False


def test_a_task_scheduler_that_does_not_tell_leaves_it_open() -> None:
    try:
        told = updaters.TASKS.ask()
    except ComponentError:
        return
    assert all(isinstance(on, bool) for on in told.values())
