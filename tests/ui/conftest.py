"""The windows on Qt's offscreen platform, at a simulated desk."""

import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from agentguard.base import translations
from agentguard.base.translations import Texts
from agentguard.model.snapshot import Snapshot
from agentguard.ui.bridge import Bridge
from agentguard.ui.startup_icon import Application
from agentguard.ui.theme import Theme
from agentguard.ui.window import StatusWindow
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk

ONLY_OFFSCREEN = ("This plugin does not support", "systemTrayWindowChanged")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what only the offscreen platform says: it has no tray and cannot raise."""
    for item in items:
        if item.path.parent.name == "ui":
            item.add_marker(pytest.mark.qt_log_ignore(*ONLY_OFFSCREEN))


class Rig:
    """A desk with its bridge; `window` is made when first asked for."""

    def __init__(self, qtbot, said: Texts, theme: Theme, snapshot: Snapshot, **desk: Any) -> None:
        self.qtbot, self.theme, self.texts = qtbot, theme, said
        self.desk = SimulatedDesk(snapshot, **desk)
        self.bridge = Bridge(self.desk, said)
        self._window: StatusWindow | None = None

    @property
    def window(self) -> StatusWindow:
        if self._window is None:
            self._window = StatusWindow(self.bridge, self.theme)
            self.qtbot.addWidget(self._window)
        return self._window

    def show(self, snapshot: Snapshot) -> None:
        """Bring a snapshot and wait until the windows had it."""
        self.desk.show(snapshot)
        self.until(lambda: self.bridge.snapshot is snapshot)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=5000)

    def said(self, widget: QWidget) -> str:
        """All that can be read on a widget now."""
        QApplication.processEvents()  # a layout shows what is new when the loop comes round
        return "\n".join(
            one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget)
        )


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The program's own application, which pytest-qt makes for all tests."""
    return Application


@pytest.fixture(scope="session")
def said() -> Texts:
    return translations.load()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp)
    yield made
    made.deleteLater()


@pytest.fixture
def rig(qtbot, said, theme) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def make(snapshot: Snapshot | None = None, **desk: Any) -> Rig:
        made.append(Rig(qtbot, said, theme, snapshot or data.good(), **desk))
        return made[-1]

    yield make
    for one in made:
        one.bridge.close()
