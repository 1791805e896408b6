"""Whatever the agent asks of Windows is asked by the recorder as well: no probe is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentguard.platforms.recorder.catalogue import questions
from agentguard.platforms.recorder.questions import Keys, Wmi

ROOM = Path(__file__).parents[4] / "agentguard" / "platforms" / "_win32"
PROBES = sorted(file.stem for file in (ROOM / "probes").glob("[a-z]*.py"))
ASKED = {
    "antivirus": ("antivirus.products", "antivirus.defender", "antivirus.health"),
    "auto_logon": ("system.auto-logon",),
    "busy": ("session.quiet", "session.disturb"),
    "clipboard_history": ("clipboard.history", "clipboard.history-object"),
    "disks": ("disks.judged",),
    "firewall": ("firewall.judged", "firewall.network"),
    "folders": ("installed.folders",),
    "lock_limits": ("lock.limits",),
    "networks": ("wifi.service", "wifi.profile", "wifi.location-user"),
    "patches": ("updates.dates", "updates.waiting", "system.restart-due"),
    "printing": ("prints.channel", "prints.entries"),
    "remote_session": ("session.shown-elsewhere",),
    "sharing": ("window.captures",),
    "software": ("software.keys", "software.users", "software.packages-listed",
                 "software.provisioned", "software.upgrade-codes", "software.dotnet",
                 "software.framework-3.5", "system.dotnet", "software.visual-c",
                 "software.visual-c-narrow", "software.office", "software.citrix",
                 "software.file-version", "system.windows"),
    "updaters": ("updaters.chrome", "updaters.edge", "updaters.office", "updaters.services",
                 "updaters.tasks"),
    "usb": ("usb.judged",),
    "vpn": ("vpn.adapters", "vpn.dialled"),
}  # fmt: skip
OF_FILES = frozenset({"backup"})
"""What looks at files alone, whose names have no field."""
OF_PROGRAMS = frozenset({"listeners", "programs"})
"""What lists programs by their names, through psutil, and not by an answer of Windows."""


@pytest.mark.parametrize("probe", PROBES)
def test_row_160_every_probe_has_its_questions(probe: str) -> None:
    known = {one.id for one in questions()}
    if probe in OF_FILES | OF_PROGRAMS:
        assert probe not in ASKED
        return
    assert ASKED[probe]
    assert set(ASKED[probe]) <= known


KEY = re.compile(r'r"((?:SOFTWARE|Software|SYSTEM)\\[^"{}]+)"')
OWN = (
    "Software\\AgentGuard",
    "Software\\Classes",
    "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList",
)
"""Our own keys, classes that a user has of his own, and the users of the computer."""


def keys_of_the_agent() -> set[str]:
    """Give the keys that the agent reads, as far as their paths stand in one piece."""
    files = [file for file in ROOM.rglob("*.py") if file.parent.name != "recorder"]
    found = {key for file in files for key in KEY.findall(file.read_text("utf-8"))}
    return {key for key in found if not key.startswith(OWN)}


def test_row_160_every_key_that_the_agent_reads_is_asked_for() -> None:
    recorder = "".join(
        file.read_text("utf-8").casefold()
        for room in (ROOM / "recorder", ROOM.parent / "recorder" / "topics")
        for file in room.glob("*.py")
    )
    paths = [
        "\\".join(filter(None, (one.how.path, below))).casefold()
        for one in questions()
        if isinstance(one.how, Keys)
        for below in one.how.below
    ]
    every = keys_of_the_agent()
    assert len(every) > 15
    missing = [
        key
        for key in every
        if not any(path.startswith(key.casefold()) for path in paths)
        and key.casefold() not in recorder
    ]
    assert missing == []


CLASS = re.compile(r"FROM (\w+)")


def test_row_160_every_class_of_wmi_that_the_agent_asks_is_asked_for() -> None:
    files = [file for file in ROOM.rglob("*.py") if file.parent.name != "recorder"]
    asked = {name for file in files for name in CLASS.findall(file.read_text("utf-8"))}
    known = {one.how.table for one in questions() if isinstance(one.how, Wmi)}
    assert len(asked) >= 5
    assert asked <= known
