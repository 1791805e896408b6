"""Shows the snapshot's prompts: they appear, change and vanish with it, and nothing piles up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QScreen

from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.snapshot import Snapshot
from agentguard.ui.bridge import Bridge
from agentguard.ui.capture_protection import Veil, bare
from agentguard.ui.corner_card import CornerCard
from agentguard.ui.cover import Cover, reachable
from agentguard.ui.lesson_words import spoken
from agentguard.ui.notice_card import OK, NoticeCard
from agentguard.ui.proof_card import ProofCard
from agentguard.ui.theme import Theme
from agentguard.ui.views import View

if TYPE_CHECKING:
    from agentguard.ui.lesson_card import LessonCard

LOOK = 500  # milliseconds between two looks at whether the dialog can be seen


class Prompts(QObject):
    """At most one proof over covered screens, and one card in the corner, oldest first."""

    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        veil: Veil = bare,
        *,
        todo: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._todo = todo
        self._lesson: LessonCard | None = None
        self._answered: set[str] = set()
        self._bridge, self._theme, self._veil = bridge, theme, veil
        self._covers: list[Cover] = []
        self._proof: tuple[str, ProofCard] | None = None
        self._corner: tuple[str, NoticeCard] | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK)
        self._look.timeout.connect(self._look_after)
        self._told: tuple[str, bool] | None = None
        self._lost = False
        bridge.viewed.connect(self._viewed)
        bridge.spoken.connect(self._end_corner)  # the next look makes it anew
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenAdded.connect(self._screens_changed)
            app.screenRemoved.connect(self._screens_changed)
            app.primaryScreenChanged.connect(self._screens_changed)
        for screen in QGuiApplication.screens():
            self._follow(screen)
        self._viewed(bridge.snapshot, bridge.view)

    @property
    def proof(self) -> ProofCard | None:
        """The card that asks for a code now."""
        return self._proof[1] if self._proof else None

    @property
    def corner(self) -> CornerCard | None:
        """The card in the corner now: a lesson that was begun, or what is told."""
        if self._lesson is not None:
            return self._lesson
        return self._corner[1] if self._corner else None

    @property
    def covers(self) -> tuple[Cover, ...]:
        """The covers of the screens."""
        return tuple(self._covers)

    def close(self) -> None:
        """Take everything away."""
        self._end_proof()
        if self._lesson is not None:
            self._lesson.hide()
        self._end_corner()

    def _viewed(self, snapshot: Snapshot, view: View) -> None:
        proofs = [p for p in snapshot.prompts if p.kind is PromptKind.PROOF]
        self._show_proof(proofs, snapshot, view)
        self._show_corner(self._cards(snapshot))

    def _show_proof(self, proofs: list[Prompt], snapshot: Snapshot, view: View) -> None:
        if not proofs:
            self._end_proof()
            return
        prompt = self._known(proofs, self._proof[0] if self._proof else "")
        if self._proof is None or self._proof[0] != prompt.id:
            self._end_proof()
            contact = view.contact.line
            bridge = self._bridge
            card = ProofCard(bridge.texts, self._theme, bridge.desk, contact, bridge.later)
            self._proof = (prompt.id, card)
            card.show_prompt(prompt, snapshot.at)
            self._cover()
        else:
            self._proof[1].show_prompt(prompt, snapshot.at)

    def _show_corner(self, prompts: list[Prompt]) -> None:
        """Show the card; one that is gone stays under the pointer, and a lesson that was begun."""
        if self._lesson is not None:
            return
        shown, card = self._corner or ("", None)
        there = next((p for p in prompts if p.id == shown), None)
        if (
            card is not None
            and there is None
            and shown not in self._answered
            and card.is_pointed_at
        ):
            return
        if not prompts:
            self._end_corner()
            return
        prompt = self._known(prompts, shown)
        if card is None or shown != prompt.id:
            self._end_corner()
            card = self._make_corner()
            self._corner = (prompt.id, card)
        card.show_prompt(prompt)

    def _make_corner(self) -> NoticeCard:
        card = NoticeCard(
            self._bridge.texts,
            self._theme,
            self._answer,
            todo=self._todo,
            start=self._start,
            pointed=self._pointed,
        )
        self._veil(card)
        return card

    def _answer(self, prompt: str, pressed: str) -> None:
        self._answered.add(prompt)
        self._bridge.desk.answer(prompt, pressed)

    def _pointed(self, on: bool) -> None:  # noqa: FBT001 - Qt's pointer has come or gone
        self._bridge.desk.pointing(on=on)
        if not on:
            self._show_corner(self._cards(self._bridge.snapshot))

    def _start(self, prompt: Prompt) -> None:
        """Begin the lesson that was offered, in the card's place."""
        lessons = spoken(self._bridge.desk.lessons(), self._bridge.texts)
        lesson = next((one for one in lessons if one.id == prompt.topic), None)
        self._answer(prompt.id, OK)
        if lesson is None:
            return
        from agentguard.ui.lesson_card import LessonCard  # noqa: PLC0415 - on few days

        self._end_corner()
        card = LessonCard(lesson, self._bridge.texts, self._bridge.desk, self._end_lesson)
        self._veil(card)
        self._lesson = card
        card.place()
        card.show()

    def _end_lesson(self) -> None:
        if self._lesson is not None:
            self._lesson.hide()
            self._lesson.deleteLater()
            self._lesson = None
        self._show_corner(self._cards(self._bridge.snapshot))

    @staticmethod
    def _cards(snapshot: Snapshot) -> list[Prompt]:
        return [p for p in snapshot.prompts if p.kind is not PromptKind.PROOF]

    def _known(self, prompts: list[Prompt], shown: str) -> Prompt:
        """Stay with the one that is shown; else the one that was asked first."""
        oldest = min(prompts, key=lambda p: p.asked.boot)
        return next((p for p in prompts if p.id == shown), oldest)

    def _cover(self) -> None:
        """Cover every screen; the first holds the card."""
        if self._proof is None:
            return
        card = self._proof[1]
        card.setParent(None)
        for old in self._covers:
            old.take_away()
        self._covers = [Cover(screen) for screen in QGuiApplication.screens()]
        primary = QGuiApplication.primaryScreen()
        for cover in self._covers:
            self._veil(cover)
            if cover.screen() is primary or len(self._covers) == 1:
                cover.hold(card)
            cover.setWindowTitle(card.title)
            cover.show()
        self._take_keyboard(card)
        self._look.start()

    def _screens_changed(self, screen: QScreen | None) -> None:
        if screen is not None and screen in QGuiApplication.screens():
            self._follow(screen)
        self._replace()

    def _follow(self, screen: QScreen) -> None:
        """Come along when a screen changes its size, its place or its scale."""
        once = Qt.ConnectionType.UniqueConnection
        screen.geometryChanged.connect(self._replace, once)
        screen.logicalDotsPerInchChanged.connect(self._replace, once)

    def _look_after(self) -> None:
        """See that the dialog can be reached; put it back in its place where it cannot."""
        if self._proof is None:
            return
        prompt, card = self._proof
        seen, lost = reachable(card), self._lost
        self._lost = not seen
        if not seen:
            self._cover()
        elif QGuiApplication.focusWindow() is None and not card.lets_the_system_ask:
            self._take_keyboard(card)
        if (seen or lost) and self._told != (prompt, seen):
            self._told = (prompt, seen)
            self._bridge.desk.seen(prompt, seen=seen)

    def _take_keyboard(self, card: ProofCard) -> None:
        """Come back in front when another window took the keyboard."""
        for cover in self._covers:
            cover.raise_()
        card.window().activateWindow()
        card.focus()

    def _replace(self) -> None:
        """Find the place again after the screens changed."""
        if self._proof is not None:
            self._cover()
        if self.corner is not None:
            self.corner.place()

    def _end_proof(self) -> None:
        for cover in self._covers:
            cover.take_away()
        self._covers = []
        self._proof = None
        self._told, self._lost = None, False
        self._look.stop()

    def _end_corner(self) -> None:
        if self._corner is not None:
            self._corner[1].hide()
            self._corner[1].deleteLater()
            self._corner = None
