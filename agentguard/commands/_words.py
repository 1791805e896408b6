"""The sentences of the commands: what a message brings along is masked where it is printed."""

from __future__ import annotations

from agentguard.base import translations
from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked


def spoken() -> Texts:
    """Return the sentences of a command that prints what was seen on this computer."""
    return translations.load().masking(masked)
