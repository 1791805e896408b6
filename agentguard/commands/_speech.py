"""What the windows are told of a person's settings, and who keeps her language in them."""

from __future__ import annotations

from pathlib import Path

from agentguard.base import settings, settings_edit, translations
from agentguard.base.languages import SYSTEM, chosen
from agentguard.base.settings import Origin
from agentguard.base.translations import Texts
from agentguard.platforms import font_packages, languages, machine_layers
from agentguard.ui.speech import Here, Speech

_NAME = "language"


def here(folder: Path) -> Here:
    """Return what the windows need of the settings in `folder`."""
    return Here(
        set_here=lambda: settings.told(folder, machine_layers()), speech=spoken_here(folder)
    )


def spoken_here(folder: Path) -> Speech:
    """Return who keeps the choice in the settings of `folder`."""

    def wanted() -> str:
        return settings.at_start(folder, machine_layers()).settings.language

    def choose(wish: str) -> Texts:
        settings_edit.put(folder, _NAME, None if wish == SYSTEM else wish)
        return translations.load(chosen(wanted(), languages()))

    def fixed() -> bool:
        told = settings.told(folder, machine_layers())
        return any(one.name == _NAME and one.origin is Origin.MANAGED for one in told)

    return Speech(wanted=wanted, choose=choose, fixed=fixed, brings=font_packages)
