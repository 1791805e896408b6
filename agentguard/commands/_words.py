"""The sentences of the commands: what a message brings along is masked where it is printed."""

from __future__ import annotations

from agentguard import texts
from agentguard.pii.names import masked
from agentguard.texts import Texts


def spoken() -> Texts:
    """Give the sentences of a command that prints what was seen on this computer."""
    return texts.load().masking(masked)
