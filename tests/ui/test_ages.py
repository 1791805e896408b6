"""How long ago things were goes on while a window is seen, whether or not anything happens."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from PySide6.QtWidgets import QApplication

from agentguard import engine, runtime, sensors, uplink
from agentguard.ui import window
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.inbox import NoticeRow
from agentguard.ui.views import Page
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk


class Hours:
    """A clock of Qt's shape that says how many milliseconds went by."""

    def __init__(self) -> None:
        self.passed = 0

    def start(self) -> None:
        self.passed = 0

    restart = start

    def elapsed(self) -> int:
        return self.passed


def test_ages_go_on_between_two_pictures(qapp, said) -> None:
    bridge = Bridge(SimulatedDesk(data.act()), said)
    bridge._since = clock = Hours()
    first = bridge.view_now().inbox[0].at
    clock.passed = 2 * 3_600_000
    later = bridge.view_now().inbox[0].at
    assert (first.ago, later.ago) == ("6 minutes ago", "2 hours ago")
    assert first.exact == later.exact
    bridge.close()


def test_a_window_that_is_seen_tells_ages_anew_and_a_hidden_one_rests(rig, monkeypatch) -> None:
    monkeypatch.setattr(window, "AGES", 20)
    one = rig(data.act())
    shown = window.StatusWindow(one.bridge, one.theme)
    one.qtbot.addWidget(shown)
    one.bridge._since = clock = Hours()
    shown.open(Page.INBOX)
    clock.passed = 3 * 3_600_000

    def words() -> str:
        return " ".join(
            row.accessibleName() + one.said(row) for row in shown.findChildren(NoticeRow)
        )

    one.until(lambda: "3 hours ago" in words())
    shown.hide()
    clock.passed = 9 * 3_600_000
    QApplication.processEvents()
    assert not shown._ages.isActive()


def actors(room: ModuleType) -> Iterator[str]:
    """Yield what the actors of a room are called, but for those of the last seconds of an agent."""
    source = "".join(
        file.read_text(encoding="utf-8") for file in Path(room.__path__[0]).glob("*.py")
    )
    named = re.findall(r'(?:\bActor\(name=|_on_demand\(|\.share\()"([^"]+)"', source)
    yield from set(named) - {"farewell", "last word"}


def test_row_519_every_sensor_and_every_part_has_a_name_for_people(said) -> None:
    """Found by what they call themselves."""
    found: set[str] = set()
    for file in sorted(Path(sensors.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
                continue
            names = {getattr(target, "id", "") for target in node.targets}
            if names & {"NAME", "name"} and isinstance(node.value.value, str):
                found.add(node.value.value)
    assert len(found) > 8
    found |= {actor for room in (runtime, engine, uplink) for actor in actors(room)}
    assert {"hands", "local", "worker"} <= found
    assert {name for name in found if not said.has(f"ui.sensor.{name}")} == set()
