"""The page that says what AgentGuard is, which rules and settings count, and what it watches."""

from __future__ import annotations

from agentguard import __version__
from agentguard.base.errors import AgentGuardError
from agentguard.ui.bridge import Bridge
from agentguard.ui.language_card import LanguageCard
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.settings_card import SettingsCard
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, column, empty, frame, label


class AboutPage(PageFrame):
    """Version, promise, policy, sensors and settings."""

    page = Page.ABOUT

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._policy = label()
        self._shown: tuple[str, ...] = ()
        card = frame("card")
        inside = column(card, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(self.texts.say("ui.about.version", version=__version__), "heading"))
        inside.addWidget(self._policy)
        inside.addWidget(label(self.texts.say("ui.about.promise"), "muted"))
        watched = frame("card")
        lines = column(watched, margin=3 * GAP, gap=GAP)
        lines.addWidget(label(self.texts.say("ui.about.watched"), "heading"))
        self._sensors = column(gap=GAP // 2)
        lines.addLayout(self._sensors)
        self.body.addWidget(card)
        self.body.addWidget(watched)
        self._language = LanguageCard(bridge, bridge.speech) if bridge.speech else None
        if self._language is not None:
            self.body.addWidget(self._language.card)
        self._settings = SettingsCard(self.texts, theme)
        self.body.addWidget(self._settings.card)

    def show_view(self, view: View) -> None:
        """Show the policy and the sensors of a view."""
        self._policy.setText(view.policy)
        if view.sensors != self._shown:
            self._shown = view.sensors
            empty(self._sensors)
            for sensor in view.sensors:
                self._sensors.addWidget(label(sensor))

    def opened(self) -> None:
        """Read what is set: an administrator may have changed it since."""
        if self._language is not None:
            self._language.look()
        try:
            self._settings.show_settings(self.bridge.set_here())
        except AgentGuardError as error:
            self._settings.show_settings(str(error))

    def repaint_icons(self) -> None:
        """Draw the icons again after a change of colours."""
        self._settings.repaint()
