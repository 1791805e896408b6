"""Shows what the agent has to say by the desktop's own notifications, where it has no windows.

They may be swallowed, so nothing waits for them: every notice stands in the inbox as well.
"""

from __future__ import annotations

import logging

from agentguard.base.errors import PlatformError
from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.ports.desktop import Absent, Notifier
from agentguard.ports.people import Desk
from agentguard.ui.notice_words import notice_body, notice_title

LOG = logging.getLogger(__name__)


class Notices:
    """Shows each prompt once: not over a locked screen, and not while a payment is taken."""

    def __init__(self, desk: Desk, words: Texts, notifier: Notifier | Absent) -> None:
        self._desk = desk
        self._words = words.masking(masked)
        self._notifier = None if isinstance(notifier, Absent) else notifier
        self._shown: frozenset[str] = frozenset()
        self._refused = False

    def look(self) -> None:
        """Show what is new."""
        if self._notifier is None:
            return
        snapshot = self._desk.snapshot()
        if snapshot.locked or snapshot.payment is not None:
            return
        for prompt in snapshot.prompts:
            if prompt.id not in self._shown:
                title = notice_title(prompt, self._words)
                self._show(self._notifier, title, notice_body(prompt, self._words))
        self._shown = frozenset(prompt.id for prompt in snapshot.prompts)

    def _show(self, notifier: Notifier, title: str, body: str) -> None:
        try:
            notifier.notify(title, body)
        except PlatformError as error:
            if not self._refused:
                LOG.warning("a notification was not shown: %s", error.title)
            self._refused = True
