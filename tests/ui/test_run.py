import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit

from agentguard.ui import run
from agentguard.ui.bridge import Bridge
from agentguard.ui.colours import DARK, LIGHT
from agentguard.ui.corner_card import CornerCard
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page
from agentguard.ui.window import StatusWindow
from tools.gallery import __main__ as gallery
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk

EARLY = """
import threading
from PySide6.QtCore import QEvent
from agentguard.base import translations as texts
from agentguard.ui.startup_icon import appear, application
from agentguard.ui.run import run
from tools.gallery.desk import SimulatedDesk
words = texts.load()
icon = appear(words)
application().sendEvent(application(), QEvent(QEvent.Type.Quit))
told = []
stop = threading.Event()
run(SimulatedDesk(), words, stop=stop, may_quit=False, first=icon, ending=lambda: told.append(1))
raise SystemExit(told != [1])
"""


def test_it_ends_when_a_stop_is_asked_for(qapp, said) -> None:
    stop = threading.Event()
    QTimer.singleShot(50, stop.set)
    assert run.run(SimulatedDesk(), said, stop=stop, may_quit=False) == 0


def test_ctrl_c_ends_it_and_signals_are_given_back(qapp, said) -> None:
    before = signal.getsignal(signal.SIGINT)
    QTimer.singleShot(50, lambda: os.kill(os.getpid(), signal.SIGINT))
    assert run.run(SimulatedDesk(), said, stop=threading.Event(), may_quit=False) == 0
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_before_the_loop_runs_is_not_forgotten(qapp, said, monkeypatch) -> None:
    begin = run.Interface.start

    def start(interface: run.Interface) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        begin(interface)

    monkeypatch.setattr(run.Interface, "start", start)
    assert run.run(SimulatedDesk(), said, stop=threading.Event(), may_quit=False) == 0


@pytest.mark.parametrize("opened", [(), ("window",), ("window", "card"), ("card", "window")])
def test_the_end_of_the_session_ends_it_whatever_window_is_open(qapp, said, opened) -> None:
    """Quit is what Qt makes of WM_ENDSESSION, and of a session manager's last word."""
    made, running_still, told = [], threading.Event(), []

    def see() -> None:
        for name in opened:
            made.append(CornerCard() if name == "card" else refusing(said))
            made[-1].show()
        QApplication.sendEvent(qapp, QEvent(QEvent.Type.Quit))
        told.append("answered")

    def ending() -> None:
        told.append("ended")

    QTimer.singleShot(50, see)
    desk = SimulatedDesk()
    assert run.run(desk, said, stop=running_still, may_quit=False, ending=ending) == 0
    assert told == ["ended", "answered"], "the work is done before the system is answered"
    for window in made:
        window.hide()
        window.deleteLater()


def refusing(said) -> StatusWindow:
    """A window that hides instead of closing, as it does beside a tray."""
    window = StatusWindow(Bridge(SimulatedDesk(), said), Theme(QApplication.instance()))
    window.has_tray = True
    return window


def test_a_session_that_ends_while_the_agent_starts_is_not_forgotten(said) -> None:
    words = (sys.executable, "-c", EARLY)
    ended = subprocess.run(words, env=dict(os.environ), timeout=60, check=False)
    assert ended.returncode == 0


def test_without_a_tray_host_the_window_is_the_way_in(qapp, said, theme) -> None:
    interface = run.Interface(SimulatedDesk(), said, theme, may_quit=False)
    interface.start()
    assert not interface.tray.hosted
    assert interface.window.isVisible()
    assert not interface.window.has_tray
    interface.tray.host_changed.tell(True)
    assert interface.window.has_tray
    interface.close()
    assert not interface.window.isVisible()


def test_nothing_is_left_of_the_window_at_the_end(qapp, said, theme) -> None:
    interface = run.Interface(SimulatedDesk(), said, theme, may_quit=False)
    interface.open(Page.OVERVIEW)
    window = interface.window
    interface.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not shiboken6.isValid(window)


def test_the_window_is_made_when_it_is_first_opened(qapp, said, theme) -> None:
    interface = run.Interface(SimulatedDesk(), said, theme, may_quit=False)
    assert interface.window is None
    interface.tray.opened.tell(Page.INBOX)
    assert interface.window.current.page is Page.INBOX
    interface.close()


def test_a_burst_of_news_from_another_thread_ends_with_the_last(rig) -> None:
    one = rig(data.good())
    seen = []
    one.bridge.viewed.connect(lambda snapshot, _: seen.append(snapshot))
    last = data.act()

    def flood() -> None:
        for _ in range(500):
            one.desk.show(data.attention())
        one.desk.show(last)

    thread = threading.Thread(target=flood)
    thread.start()
    thread.join()
    one.until(lambda: bool(seen) and seen[-1] is last)
    assert len(seen) < 20


def test_after_the_end_news_is_dropped(rig) -> None:
    one = rig(data.good())
    before = one.bridge.view
    one.bridge.close()
    one.desk.show(data.act())
    QApplication.processEvents()
    assert one.bridge.view is before


def test_an_unforeseen_failure_of_slow_work_is_told(rig) -> None:
    one = rig()
    told = []
    one.bridge.later(lambda: 1 // 0, told.append, told.append)
    one.until(lambda: told == ["ZeroDivisionError"])


def test_the_theme_follows_the_scheme(qapp, theme) -> None:
    theme.force(Qt.ColorScheme.Dark)
    assert theme.tones == DARK
    assert qapp.palette().window().color().name() == DARK.ground
    theme.force(Qt.ColorScheme.Light)
    assert theme.tones == LIGHT


@pytest.mark.heavy
def test_shots_makes_a_picture_of_every_window(qapp, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR", "1")
    assert gallery.main([str(tmp_path / "new")]) == 0
    names = {p.name for p in (tmp_path / "new").iterdir()}
    for page in Page:
        assert {f"{page}-light-100.png", f"{page}-dark-100.png"} <= names
    assert "prompt-proof-refused-dark-100.png" in names
    assert f"{len(names)} pictures" in capsys.readouterr().out
    for scale in ("0", "nan"):
        with pytest.raises(SystemExit):
            gallery.main([str(tmp_path / "none"), "--scale", scale])
        assert "0.5 to 4" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.fixture
def interface(qapp, said) -> Iterator[run.Interface]:
    made = run.Interface(SimulatedDesk(), said, Theme(qapp), may_quit=False)
    yield made
    made.close()


def test_row_276_a_window_that_was_closed_for_ten_minutes_is_gone_and_comes_again(
    interface,
) -> None:
    interface.open(Page.OVERVIEW)
    first = interface.window
    for _ in range(run.KEPT + 1):
        interface.look_after()
    assert interface.window is first, "it is open"
    first.hide()
    for _ in range(run.KEPT - 1):
        interface.look_after()
    assert interface.window is first, "it may be opened again soon"
    interface.look_after()
    assert interface.window is None
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not shiboken6.isValid(first)
    interface.bridge.viewed.tell(interface.bridge.snapshot, interface.bridge.view)
    interface.open(Page.TODO)
    assert interface.window.isVisible()


def test_row_276_a_closed_window_in_which_somebody_has_written_stays(interface) -> None:
    interface.open(Page.OVERVIEW)
    first = interface.window
    QLineEdit(first).insert("half a sentence")
    first.hide()
    for _ in range(2 * run.KEPT):
        interface.look_after()
    assert interface.window is first
