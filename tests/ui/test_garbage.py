"""Windows that are garbage end in the thread that made them, whoever makes other garbage."""

import gc
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from agentguard.ui import run
from agentguard.ui.pages.vault import VaultPage
from tools.gallery.desk import SimulatedDesk

ENOUGH = 50_000  # objects, many times what Python lets pass before it looks for garbage


class Window(QWidget):
    """A window that nobody holds but itself, and that notes where it ends."""

    def __init__(self, ends: list[int]) -> None:
        super().__init__()
        self.me, self.ends = self, ends

    def __del__(self) -> None:
        self.ends.append(threading.get_ident())


def _engine(kept: list[list[int]]) -> None:
    """Make objects as a busy engine does, in a thread of its own.

    `kept` holds them: objects that are gone again count for nothing when Python decides whether it
    is time to look for garbage, and from 3.13 on it waits for two thousand.
    """
    kept.extend([number] for number in range(ENOUGH))


@pytest.fixture(autouse=True)
def python_looks_by_itself(windows_end_in_their_thread: None) -> None:
    gc.enable()


def test_a_window_in_a_circle_ends_in_qts_thread_though_the_engine_is_busy(qapp, said) -> None:
    ends: list[int] = []
    kept: list[list[int]] = []
    stop = threading.Event()

    def closed() -> None:
        Window(ends)
        engine = threading.Thread(target=_engine, args=(kept,))
        engine.start()
        engine.join()
        ended.start(10)

    def leave() -> None:
        if ends:
            stop.set()

    ended = QTimer()
    ended.timeout.connect(leave)
    QTimer.singleShot(0, closed)
    assert run.run(SimulatedDesk(), said, stop=stop, may_quit=False) == 0
    assert ends == [threading.get_ident()]
    assert gc.isenabled(), "whoever runs on after the windows looks for garbage again"


def test_what_is_garbage_at_the_end_ends_in_qts_thread(qapp) -> None:
    ends: list[int] = []
    with run.collected_here():
        Window(ends)
        engine = threading.Thread(target=_engine, args=([],))
        engine.start()
        engine.join()
        assert ends == []
    assert ends == [threading.get_ident()]


@pytest.mark.heavy
def test_slow_calls_beside_rows_that_come_and_go_end_no_window(rig) -> None:
    """With Qt's own pool of threads this ended the program within seconds."""
    one = rig()
    page = VaultPage(one.bridge, one.theme)
    one.qtbot.addWidget(page)
    page.show()
    for _ in range(400):
        done: list[int] = []
        page.opened()
        one.bridge.later(lambda: 1, done.append, done.append)
        while not done:
            QApplication.processEvents()
    assert done == [1]
