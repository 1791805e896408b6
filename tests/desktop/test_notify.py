"""Notifications shown by a real daemon, and what happens when there is none."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import linux
from tests.desktop.harness import Desktop, eventually

pytestmark = pytest.mark.heavy

SERVICE = str(Path(__file__).with_name("bus_service.py"))
NAME = "org.freedesktop.Notifications"


def test_a_real_daemon_shows_title_and_body_as_they_are(fresh_session: Desktop) -> None:
    fresh_session.start("dunst")
    eventually(lambda: NAME in names(fresh_session))
    linux.backend(fresh_session.env).notifier.notify("Your desk", "Locked in <2 min> & saved")
    eventually(lambda: fresh_session.run("dunstctl", "count", "displayed").strip() == "1")
    fresh_session.run("dunstctl", "close-all")
    history = json.loads(fresh_session.run("dunstctl", "history"))
    (shown,) = history["data"][0]
    assert shown["appname"]["data"] == "AgentGuard"
    assert shown["summary"]["data"] == "Your desk"
    assert "&lt;2 min&gt; &amp; saved" in shown["body"]["data"]


BARE_BUS = """<busconfig><type>session</type><listen>unix:dir=/tmp</listen>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>"""


def test_without_a_daemon_it_says_so(fresh_session: Desktop) -> None:
    configuration = fresh_session.home / "bus.conf"
    configuration.write_text(BARE_BUS)
    bus = fresh_session.start(
        "dbus-daemon",
        f"--config-file={configuration}",
        "--nofork",
        "--print-address",
        stdout=subprocess.PIPE,
    )
    environment = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
    with pytest.raises(PlatformError):
        linux.backend(environment).notifier.notify("title", "body")


def test_a_daemon_that_never_answers_costs_a_second(fresh_session: Desktop) -> None:
    daemon = fresh_session.start(sys.executable, SERVICE, "silent", NAME, stdout=subprocess.PIPE)
    assert daemon.stdout.readline() == "owned\n"
    began = time.monotonic()
    with pytest.raises(PlatformError):
        linux.backend(fresh_session.env).notifier.notify("title", "body")
    assert time.monotonic() - began < 2


def names(desk: Desktop) -> str:
    return desk.run(
        "dbus-send",
        "--print-reply",
        "--dest=org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus.ListNames",
    )
