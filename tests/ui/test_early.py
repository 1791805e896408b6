"""The icon that stands in the tray before the agent does."""

import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

from PySide6.QtWidgets import QSystemTrayIcon

from agentguard.ui.startup_icon import appear
from agentguard.ui.tray import Tray
from tools.gallery import data


def test_the_first_icon_says_that_nothing_is_watched_yet(qapp, said) -> None:
    icon = appear(said)
    assert icon.toolTip() == said.say("ui.starting")
    assert not icon.icon().isNull()
    assert icon.isVisible() == QSystemTrayIcon.isSystemTrayAvailable()


def test_the_tray_takes_the_first_icon_over_and_tells_the_state(rig, said) -> None:
    icon = appear(said)
    icon.setVisible(True)
    one = rig(data.act())
    tray = Tray(one.bridge, may_quit=False, first=icon, available=lambda: True)
    tray.start()
    assert tray.icon is icon
    assert icon.isVisible()
    assert icon.toolTip() != said.say("ui.starting")
    assert icon.contextMenu() is tray.menu
    tray.close()


def test_a_tray_that_comes_back_gets_an_icon_of_its_own(rig, said) -> None:
    there = [True]
    icon = appear(said)
    icon.setVisible(True)
    one = rig(data.good())
    tray = Tray(one.bridge, may_quit=False, first=icon, available=lambda: there[0])
    tray.start()
    there[0] = False
    tray.look()
    assert not tray.icon.isVisible()
    there[0] = True
    tray.look()
    assert tray.icon is not icon
    assert tray.icon.isVisible()
    tray.close()


SAYS = """
from agentguard.ui.startup_icon import application
app = application()
print(app.applicationName(), app.desktopFileName(), app.windowIcon().isNull())
"""
DESKTOP = Path(__file__).parents[2] / "installer" / "linux" / "agentguard.desktop"


def test_a_task_bar_knows_whose_windows_they_are() -> None:
    """X11 matches by the window's class, Wayland by its app id, which is the file's name."""
    words = (sys.executable, "-c", SAYS)
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    told = subprocess.run(words, capture_output=True, text=True, check=True, env=env).stdout.split()
    entry = ConfigParser(interpolation=None)
    entry.read(DESKTOP, encoding="utf-8")
    assert told == [entry["Desktop Entry"]["StartupWMClass"], DESKTOP.stem, "False"]
