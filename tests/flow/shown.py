"""What the windows show of a desk: its accessibility tree, and the text of their pictures."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path, PurePath

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from agentguard.base import translations
from agentguard.commands._notices import Notices
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice, Prompt, PromptKind
from agentguard.model.vault import Taking, VaultItem
from agentguard.model.verdicts import Finding, Severity
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.ports.people import Desk
from agentguard.ui.bridge import Bridge
from agentguard.ui.notice_card import NoticeCard
from agentguard.ui.startup_icon import application
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page
from agentguard.ui.window import StatusWindow
from tools.gallery.desk import SimulatedDesk

SETTLE = 1000  # milliseconds for what a page reads beside the window


class Shown:
    """What the windows show: the accessibility tree, and the text of their pictures."""

    def __init__(self, desk: Desk, root: Path) -> None:
        self._app = application()
        self.bridge = Bridge(desk, translations.load())
        self.theme = theme = Theme(self._app)
        self.window = StatusWindow(self.bridge, theme)
        self.window.resize(1400, 1600)
        self._folder = root / "pictures"
        self._folder.mkdir(exist_ok=True)

    def close(self) -> None:
        self.bridge.close()
        self.window.hide()
        self.window.deleteLater()

    def page(self, page: Page) -> tuple[str, str]:
        """Open a page; give what a screen reader is told of it, and what a picture shows."""
        self.window.open(page)
        settled = QEventLoop()
        QTimer.singleShot(SETTLE, settled.quit)
        settled.exec()
        return accessible(self.window), self.pictured(self.window, page.value)

    def pictured(self, widget: QWidget, name: str) -> str:
        file = self._folder / f"{name}.png"
        widget.grab().save(str(file))
        read = subprocess.run(
            ["tesseract", file, "-", "--psm", "11"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # more wait for each other, and spin
        )
        file.unlink()  # the next search is of files, and this one's text was read
        words = read.stdout.split()
        return f"{' '.join(words)}\n{''.join(words)}"


KINDS = (
    QAccessible.Text.Name,
    QAccessible.Text.Description,
    QAccessible.Text.Value,
    QAccessible.Text.Help,
)


def accessible(widget: QWidget) -> str:
    """Give all that the accessibility tree tells of a widget and those below."""
    told: list[str] = []
    for one in (widget, *widget.findChildren(QWidget)):
        interface = QAccessible.queryAccessibleInterface(one)
        if interface is not None and interface.isValid():
            told += [interface.text(kind) for kind in KINDS]
    return "\n".join(told)


def told_of(path: str, number: int) -> tuple[Finding, Notice, Prompt]:
    """Give what is told of one file: the inbox puts many into one, and names the newest."""
    about = {"check": "pii-files", "subject": path}
    body, at = say("pii-files.card", count=1), Moment(boot=1.0, wall=1.0)
    return (
        Finding(severity=Severity.HIGH, message=body, since=at, **about),
        Notice(
            id=f"n{number}",
            title=None,
            body=body,
            at=at,
            check=about["check"],
            place=PurePath(path).name,
        ),
        Prompt(id=f"p{number}", kind=PromptKind.NOTICE, title=None, body=body, asked=at, **about),
    )


def each_named(real: Desk, root: Path, paths: list[str]) -> str:
    """Show every file of the morning by its name: on the pages, on a card, and on the desktop."""
    told = [told_of(path, number) for number, path in enumerate(paths)]
    now = real.snapshot()
    findings, inbox, prompts = zip(*told, strict=True)
    desk = SimulatedDesk(replace(now, findings=findings, inbox=inbox, prompts=()))
    shown = Shown(desk, root)
    read = [shown.page(page)[0] for page in (Page.TODO, Page.INBOX)]
    card = NoticeCard(shown.bridge.texts, shown.theme, desk.answer)
    for one in prompts:
        card.show_prompt(one)
        read.append(accessible(card))
    card.hide()
    shown.close()
    desktop = SimulatedDesktop(system_clock())
    desk.show(replace(now, prompts=prompts, locked=False, payment=None))
    Notices(desk, translations.load(), desktop.backend.notifier).look()
    assert len(desktop.notices) == len(paths)
    return "\n".join((*read, repr(desktop.notices)))


def taken_out(desk: Desk, root: Path, items: tuple[VaultItem, ...], codes: tuple[str, ...]) -> str:
    """Bring back every other file and remove the rest; give what is said, and shown afterwards."""
    shown, said = Shown(desk, root), []
    for number, (item, code) in enumerate(zip(items, codes, strict=True)):
        if number % 2:
            message = desk.remove(item.id, Taking(code=code))
            assert message.id == "prompt.removed"
        else:
            message = desk.restore(item.id, Taking(reason="work", code=code))
            assert message.id == "prompt.restored-for"
        said.append(shown.bridge.texts.render(message))
    said += [shown.page(page)[0] for page in (Page.TODO, Page.INBOX, Page.VAULT)]
    shown.close()
    return "\n".join(said)
