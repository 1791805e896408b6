"""Makes pictures of every window and prompt from made-up data, in both schemes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from agentguard.base.translations import Texts
from agentguard.model.payment import Recorder
from agentguard.model.prompts import Prompt
from agentguard.model.snapshot import Snapshot
from agentguard.ports.people import Factors
from agentguard.ui import icons
from agentguard.ui.app_card import AppCard
from agentguard.ui.bridge import Bridge
from agentguard.ui.exception_window import ExceptionWindow
from agentguard.ui.mode_strip import ModeStrip
from agentguard.ui.modes import BADGES
from agentguard.ui.prompts import Prompts
from agentguard.ui.proof_form import PhoneHelp
from agentguard.ui.shields import Shields
from agentguard.ui.speech import dress
from agentguard.ui.startup_icon import application
from agentguard.ui.theme import Theme
from agentguard.ui.tray import Tray
from agentguard.ui.views import Page
from agentguard.ui.window import StatusWindow
from tools.gallery import content, data, todo
from tools.gallery.desk import CODES, SimulatedDesk
from tools.gallery.excepting import excepting
from tools.gallery.settings_here import set_here

SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
STATES = ("good", "attention", "act", "theirs", "blind", "paused")
MOST_LOOKS = 20
SETTLE = 120  # milliseconds for layouts and the vault's worker
BARS = ("#f3f3f3", "#1c1c1c")
ROOM = 10  # pixels around an icon
KEYS = {"hello": Factors(key=True, leave=True), "key": Factors(key=True, pin=True, leave=True)}
PHONE = Factors(leave=True, phone=True)
APPS = Factors(codes=7, registers=True, apps=True)


class Gallery:
    """Takes the pictures; each is named after window, scheme and scale."""

    def __init__(self, folder: Path, texts: Texts) -> None:
        self._folder, self._texts = folder, texts
        self._app = application()
        self._theme = Theme(self._app)
        self._taken: list[Path] = []

    def take(self) -> tuple[Path, ...]:
        """Take every picture and give the files."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for scheme, value in SCHEMES.items():
            self._theme.force(value)
            self._states(scheme)
            self._modes(scheme)
            self._todo(scheme)
            self._pages(scheme)
            self._prompts(scheme)
            self._exceptions(scheme)
            self._shields(scheme)
            self._menu(scheme)
        self._tray_icons()
        return tuple(self._taken)

    def _states(self, scheme: str) -> None:
        makers: dict[str, Callable[[], Snapshot]] = {
            "good": data.good,
            "attention": data.attention,
            "blind": data.blind,
            "paused": data.paused,
            "with-the-team": data.with_the_team,
            "new-desk": data.new_desk,
        }
        for state, make in makers.items():
            with self._window(SimulatedDesk(make())) as window:
                window.open(Page.OVERVIEW)
                self._grab(window, f"overview-{state}", scheme)
        for recorder, make in ((Recorder.PAUSED, data.good), (Recorder.FAILED, data.act)):
            with self._window(SimulatedDesk(data.paying(make(), recorder))) as window:
                window.open(Page.OVERVIEW)
                self._grab(window, f"overview-payment-{recorder}", scheme)
        with self._window(SimulatedDesk(data.offline(data.act()))) as window:
            window.open(Page.OVERVIEW)
            self._grab(window, "overview-offline", scheme)

    def _todo(self, scheme: str) -> None:
        for name in ("one", "six", "fifty", "working", "failed"):
            with self._window(SimulatedDesk(getattr(todo, name)())) as window:
                window.open(Page.TODO)
                self._grab(window, f"todo-{name}", scheme)

    def _modes(self, scheme: str) -> None:
        """Take the strip of modes, folded and in full, and the menu that goes with it."""
        with self._window(SimulatedDesk(data.all_modes())) as window:
            window.open(Page.OVERVIEW)
            self._grab(window, "modes", scheme)
            for strip in window.findChildren(ModeStrip):
                strip.show_all()
            self._grab(window, "modes-all", scheme)
        for name, seen in data.each_mode().items():
            with self._window(SimulatedDesk(seen)) as window:
                window.open(Page.OVERVIEW)
                self._grab(window, f"mode-{name}", scheme)

    def _pages(self, scheme: str) -> None:
        with self._window(SimulatedDesk(data.act())) as window:
            for page in Page:
                window.open(page)
                self._grab(window, str(page), scheme)

        with self._window(SimulatedDesk(data.new_desk())) as window:
            window.open(Page.TODO)
            self._grab(window, "todo-new-desk", scheme)
        with self._window(SimulatedDesk(data.updating())) as window:
            window.open(Page.TODO)
            self._grab(window, "todo-updates", scheme)
        with self._window(SimulatedDesk(data.act(), can=APPS)) as window:
            window.open(Page.FACTORS)
            window.findChildren(AppCard)[0].offer(content.APP)
            self._grab(window, "factors-app", scheme)

    def _prompts(self, scheme: str) -> None:
        for name, prompt in (
            ("notice", data.NOTICE),
            ("notice-brief", data.BRIEF),
            ("coaching", data.COACHING),
            ("coaching-code", data.FORBIDDEN),
            ("coaching-clipboard", data.SHOUTED),
            ("lesson", data.LESSON),
            ("proof", data.PROOF),
        ):
            self._prompt(name, prompt, scheme)
        for name, can in KEYS.items():
            self._prompt(f"proof-{name}", data.PROOF, scheme, can)

        self._by_phone(scheme)

    def _by_phone(self, scheme: str) -> None:
        desk = SimulatedDesk(data.prompting(data.act(), data.PROOF), can=PHONE)
        bridge = Bridge(desk, self._texts)
        prompts = Prompts(bridge, self._theme)
        self._settle()
        for help_ in prompts.covers[0].findChildren(PhoneHelp):
            help_.begin()
        self._settle()
        self._grab(prompts.covers[0], "prompt-proof-phone", scheme)
        prompts.close()
        bridge.close()

    def _prompt(self, name: str, prompt: Prompt, scheme: str, can: Factors = CODES) -> None:
        desk = SimulatedDesk(data.prompting(data.act(), prompt), can=can)
        bridge = Bridge(desk, self._texts)
        prompts = Prompts(bridge, self._theme)
        self._settle()
        if prompts.proof is not None:
            self._grab(prompts.covers[0], f"prompt-{name}", scheme)
            desk.prove(prompt.id, "000000")
            self._settle()
            self._grab(prompts.covers[0], f"prompt-{name}-refused", scheme)
        elif prompts.corner is not None:
            self._grab(prompts.corner, f"prompt-{name}", scheme)
        prompts.close()
        bridge.close()

    def _exceptions(self, scheme: str) -> None:
        desk = SimulatedDesk(excepting(data.act()))
        bridge = Bridge(desk, self._texts)
        window = ExceptionWindow(bridge, self._theme)
        window.open("software")
        self._grab(window, "exception-ask", scheme)
        bridge.close()
        window.hide()
        window.deleteLater()
        with self._window(SimulatedDesk(excepting(data.act()))) as status:
            status.open(Page.TODO)
            self._grab(status, "exception-modes", scheme)

    def _shields(self, scheme: str) -> None:
        for name, shield in (("call", data.SHIELD), ("not-locked", data.NOT_LOCKED)):
            desk = SimulatedDesk(data.covered(data.good(), shield))
            bridge = Bridge(desk, self._texts)
            shields = Shields(bridge, self._theme)
            self._grab(shields.covers[0], f"shield-{name}", scheme)
            if shields.card is not None:
                shields.card.ask()
                self._grab(shields.covers[0], f"shield-{name}-code", scheme)
            shields.close()
            bridge.close()

    def _menu(self, scheme: str) -> None:
        for name, seen in (("menu", data.act()), ("menu-modes", data.all_modes())):
            bridge = Bridge(SimulatedDesk(seen), self._texts)
            tray = Tray(bridge, may_quit=False, available=lambda: False)
            tray.menu.ensurePolished()
            tray.menu.resize(tray.menu.sizeHint())  # adjustSize takes no more than most of a screen
            self._grab(tray.menu, name, scheme)
            bridge.close()

    def _tray_icons(self) -> None:
        """Draw every tray icon on a light and on a dark taskbar, at three sizes."""
        names = [(f"{s}{o}", "") for o in ("", "-offline") for s in STATES]
        names += [("good", badge) for badge in dict.fromkeys(BADGES.values())]
        sizes = (16, 24, 48)
        step = max(sizes) + 2 * ROOM
        sheet = QPixmap(step * len(names), step * len(sizes) * len(BARS))
        painter = QPainter(sheet)
        for strip, bar in enumerate(BARS):
            top = strip * step * len(sizes)
            painter.fillRect(QRect(0, top, sheet.width(), step * len(sizes)), QColor(bar))
            for line, size in enumerate(sizes):
                for place, (state, badge) in enumerate(names):
                    left, height = place * step + ROOM, top + line * step + ROOM
                    painter.drawPixmap(left, height, icons.marked(state, badge, size))
        painter.end()
        self._save(sheet, "tray-icons")

    @contextmanager
    def _window(self, desk: SimulatedDesk) -> Iterator[StatusWindow]:
        bridge = Bridge(desk, self._texts, set_here)
        window = StatusWindow(bridge, self._theme)
        yield window
        bridge.close()
        window.hide()
        window.deleteLater()

    def _grab(self, widget: QWidget, name: str, scheme: str) -> None:
        self._settle()
        before, picture = None, widget.grab().toImage()
        for _ in range(MOST_LOOKS):  # a busy computer lays out later
            if picture == before:
                break
            self._settle()
            before, picture = picture, widget.grab().toImage()
        self._save(QPixmap.fromImage(picture), f"{name}-{scheme}")

    def _save(self, picture: QPixmap, name: str) -> None:
        percent = round(self._app.devicePixelRatio() * 100)
        file = self._folder / f"{name}-{percent}.png"
        picture.save(str(file))
        self._taken.append(file)

    def _settle(self) -> None:
        loop = QEventLoop()
        QTimer.singleShot(SETTLE, loop.quit)
        loop.exec()


def take(folder: Path, texts: Texts) -> int:
    """Take every picture into a folder and give their number."""
    gallery = Gallery(folder, texts)
    dress(texts)
    return len(gallery.take())
