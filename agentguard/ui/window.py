"""The status window: a list of pages at the side, and the page that was chosen.

Whom to call when something goes wrong, and what to say, is in sight on every page, offline too.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, QSysInfo, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QFont,
    QFontInfo,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from agentguard.base.translations import Texts
from agentguard.model.snapshot import Snapshot
from agentguard.ui import icons
from agentguard.ui.accessible import Role, is_a
from agentguard.ui.bridge import Bridge
from agentguard.ui.focus_order import Ordered
from agentguard.ui.mode_strip import ModeStrip
from agentguard.ui.pages.about import AboutPage
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.pages.factors import FactorsPage
from agentguard.ui.pages.inbox import InboxPage
from agentguard.ui.pages.incident import IncidentPage
from agentguard.ui.pages.leaving import LeavingPage
from agentguard.ui.pages.lessons import LessonsPage
from agentguard.ui.pages.overview import OverviewPage
from agentguard.ui.pages.shift import ShiftPage
from agentguard.ui.pages.todo import TodoPage
from agentguard.ui.pages.vault import VaultPage
from agentguard.ui.theme import Theme
from agentguard.ui.views import ContactView, Page, View
from agentguard.ui.widgets import GAP, button, column, draw, label, row

SIZE = (1000, 720)
SHIELD = 28  # pixels
USUAL = 13.0  # points of a system's letters up to which the usual size is enough
LEAST = 40  # letters side by side on a page: with larger text the smallest window is wider
BESIDE = 56  # pixels of a door that its words do not have: the icon, and room at both ends
AGES = 20_000  # milliseconds between two looks at how long ago things were
BREAKS = "\u200b"
"""Where a long name may go on in the next line, without a sign of its own."""
TOGETHER = "\u00a0"
LONGEST = 24  # signs of a computer's name before it may break


class StatusWindow(Ordered):
    """Shows the newest view while it is visible; closing hides it.

    `has_tray` tells whether a tray icon can open it again: without one, closing minimises it.
    """

    def __init__(self, bridge: Bridge, theme: Theme, *, has_tray: bool = True) -> None:
        super().__init__()
        self.has_tray = has_tray
        self._bridge, self._theme, self._texts = bridge, theme, bridge.texts
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self._texts.say("ui.window.title"))
        self._stack = QStackedWidget()
        self._buttons = QButtonGroup(self)
        self._pages = self._make_pages()
        self._modes, self._call = ModeStrip(self._texts, theme, self._ask), CallBox(self._texts)
        line, right = row(self, gap=0), column(gap=0)
        self._doors = self._side()
        line.addWidget(self._doors)
        right.addWidget(self._modes)
        right.addWidget(self._stack, 1)
        line.addLayout(right, 1)
        self._buttons.idClicked.connect(self._turn)
        bridge.viewed.connect(self._viewed)
        self._ages = QTimer(self)
        self._ages.setInterval(AGES)
        self._ages.timeout.connect(lambda: self._show(bridge.view_now()))
        theme.changed.connect(self._paint)
        self._keep_room()
        self._be_large()
        self._paint()

    def open(self, page: Page = Page.OVERVIEW) -> None:
        """Bring the window to the front with a page."""
        self._turn(list(Page).index(page))
        self._door_of(page).setFocus()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.activateWindow()

    def _ask(self) -> None:
        self._bridge.excepting.tell("")

    @property
    def current(self) -> PageFrame:
        """The page in front."""
        return self._pages[list(Page)[self._stack.currentIndex()]]

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Bring every page up to date, and the ages on it as long as it is seen."""
        self._show(self._bridge.view_now())
        self._ages.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Let ages rest while nobody sees them."""
        self._ages.stop()
        super().hideEvent(event)

    def tray_came(self, *, hosted: bool) -> None:
        """Know whether a tray icon can open it again."""
        self.has_tray = hosted

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Hide, or minimise when nothing else could open it again."""
        event.ignore()
        if self.has_tray:
            self.hide()
        else:
            self.showMinimized()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Close on Escape, and go through what is read on a page where Tab has nothing to reach."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif not self.current.scrolled(event.key()):
            super().keyPressEvent(event)

    def _make_pages(self) -> dict[Page, PageFrame]:
        todo = TodoPage(self._bridge, self._theme)
        todo.wanted.connect(self.open)
        pages: dict[Page, PageFrame] = {Page.TODO: todo}
        for kind in (
            OverviewPage,
            InboxPage,
            LessonsPage,
            VaultPage,
            FactorsPage,
            ShiftPage,
            IncidentPage,
            LeavingPage,
            AboutPage,
        ):
            pages[kind.page] = kind(self._bridge, self._theme)
        for page in Page:
            self._stack.addWidget(pages[page])
        return pages

    def _side(self) -> QFrame:
        side = QFrame()
        side.setObjectName("side")
        side.setMinimumWidth(29 * GAP)
        lines = column(side, gap=GAP // 2)
        lines.setContentsMargins(2 * GAP, 3 * GAP, 2 * GAP, 2 * GAP)
        brand = row(gap=GAP)
        self._shield = label(wrap=False)
        self._shield.setFixedSize(SHIELD, SHIELD)  # or the name stands below it when first painted
        name = label(self._texts.say("ui.window.title"), wrap=False)
        name.setObjectName("brand")
        brand.addWidget(self._shield)
        brand.addWidget(name, 1)
        lines.addLayout(brand)
        lines.addSpacing(2 * GAP)
        below = QWidget()
        below.setObjectName("doors")
        rest = column(below, gap=GAP // 2)
        rest.addWidget(self._list(), 1)
        rest.addWidget(self._call)  # as wide as the doors: its words go on below
        self._below, self._scroll = below, _scrolled(below)
        lines.addWidget(self._scroll, 1)
        words = self._call.sizePolicy()
        words.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        self._call.setSizePolicy(words)
        return side

    def _list(self) -> QWidget:
        """Make the list of pages: a door for each, one of which is open."""
        pages = QWidget()
        is_a(pages, Role.List)
        pages.setAccessibleName(self._texts.say("ui.window.pages"))
        lines = column(pages, gap=GAP // 2)
        for number, page in enumerate(Page):
            if page is Page.ABOUT:
                lines.addStretch(1)
            lines.addWidget(self._door(number, page))
        return pages

    def _door(self, number: int, page: Page) -> QPushButton:
        words = self._texts.say(f"ui.page.{page}")
        door = button(words, lambda: None, role=Role.ListItem)
        door.setProperty("look", "nav")
        door.setCheckable(True)
        door.setMinimumWidth(_bold_width(door, door.text()))
        self._buttons.addButton(door, number)
        return door

    def _turn(self, number: int) -> None:
        self._buttons.button(number).setChecked(True)
        self._stack.setCurrentIndex(number)
        self.current.opened()
        if list(Page)[number] is Page.TODO:
            self._bridge.desk.todo_opened()

    def _viewed(self, _snapshot: Snapshot, view: View) -> None:
        if self.isVisible():
            self._show(view)

    def _show(self, view: View) -> None:
        for shown in self._pages.values():
            shown.show_view(view)
        draw(self._shield, f"tray-{view.header.icon}", SHIELD)
        self._modes.show_modes(view.modes)
        self._call.show_contact(view.contact)
        self.setWindowIcon(icons.tray(view.header.icon, view.badge))
        counts = {
            Page.TODO: len(view.findings),
            Page.INBOX: view.unread,
            Page.LESSONS: view.lessons_due,
        }
        for page, count in counts.items():
            self._count(page, count)
        self._keep_room()

    def _keep_room(self) -> None:
        """Let the window be no narrower than its doors, with what they count, beside a page."""
        page = LEAST * self.fontMetrics().averageCharWidth()
        inside = self._below.minimumSizeHint().width()
        self._scroll.setMinimumWidth(inside + self._scroll.verticalScrollBar().sizeHint().width())
        self.setMinimumSize(max(640, self._doors.minimumSizeHint().width() + page), 480)

    def _be_large(self) -> None:
        """Begin as large as the letters ask for and the screen has room."""
        letters = max(1.0, QFontInfo(self.font()).pointSizeF() / USUAL)
        room = self.screen().availableSize()
        for_letters = QSize(*SIZE) * letters
        self.resize(for_letters.boundedTo(room).expandedTo(QSize(*SIZE)))

    def _count(self, page: Page, count: int) -> None:
        name = self._texts.say(f"ui.page.{page}")
        text = self._texts.say("ui.page.counted", page=name, count=count) if count else name
        door = self._door_of(page)
        door.setText(text)
        door.setAccessibleName(text)
        door.setMinimumWidth(_bold_width(door, text))

    def _door_of(self, page: Page) -> QAbstractButton:
        return self._buttons.button(list(Page).index(page))

    def _paint(self) -> None:
        self._modes.repaint_icons()
        for number, page in enumerate(Page):
            self._buttons.button(number).setIcon(icons.icon(page, self._theme.tones.text))
            self._pages[page].repaint_icons()


class _Doors(QScrollArea):
    """The doors, which follow the focus: keys that scroll are for the page."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave it to the window."""
        event.ignore()


def _scrolled(doors: QWidget) -> QScrollArea:
    """Let doors scroll where large letters leave no room for all, and be as wide as they want."""
    area = _Doors()
    area.setObjectName("doors")
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(doors)
    return area


def _bold_width(door: QAbstractButton, text: str) -> int:
    """Return how wide a door has to be once it is chosen: its words are bold then."""
    door.ensurePolished()
    bold = QFont(door.font())
    bold.setBold(True)
    words = BESIDE + QFontMetrics(bold).horizontalAdvance(text)
    return max(words, door.minimumSizeHint().width())


class CallBox(QFrame):
    """The number to call, which can be copied, and what to say; without one, whom to ask."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self.setProperty("look", "call")
        self._number = label("", "strong")
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._number.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # or Tab goes past it
        self._say = label(texts.say("call.say", computer=_computer()), "small")
        lines = column(self, gap=GAP // 2)
        lines.setContentsMargins(GAP, 2 * GAP, GAP, GAP)
        lines.addWidget(label(texts.say("call.heading"), "small"))
        lines.addWidget(self._number)
        lines.addWidget(self._say)

    def show_contact(self, contact: ContactView) -> None:
        """Show whom to call."""
        phone = contact.phone.replace(" ", TOGETHER)  # a number is read in one line
        self._number.setText(contact.call.replace(contact.phone or " ", phone or " "))
        said = f"{self._texts.say('call.heading')}. {contact.call} {self._say.text()}"
        self.setAccessibleName(said)


def _computer() -> str:
    name = QSysInfo.machineHostName()
    return BREAKS.join(name[i : i + LONGEST] for i in range(0, len(name), LONGEST))
