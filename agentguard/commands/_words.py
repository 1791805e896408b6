"""The sentences of the commands: what a message brings along is masked where it is printed."""

from __future__ import annotations

from dataclasses import replace

from agentguard.base import translations
from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.messages import Message


def spoken() -> Texts:
    """Return the sentences of a command that prints what was seen on this computer."""
    return translations.load().masking(masked)


def of_one_look(words: Texts, message: Message) -> Message:
    """Return a message as a single look says it: without a word on what only comes later."""
    own = f"cli.once.{message.id}"
    return replace(message, id=own) if words.has(own) else message
