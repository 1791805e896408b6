"""Gives the error for what is not trusted, with its sentence of `resources/text`."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.base import translations
from agentguard.base.errors import PackRejected, PolicyRejected
from agentguard.model.messages import Param


def rejected(kind: str, /, **params: Param) -> PolicyRejected:
    """Return the error of a kind; the sentences are `policy.rejected.*`."""
    return PolicyRejected(kind, params, *_sentences("policy", kind, params))


def pack_rejected(kind: str, /, **params: Param) -> PackRejected:
    """Return the error of a catalogue that is not taken; the sentences are `pack.rejected.*`."""
    return PackRejected(kind, params, *_sentences("pack", kind, params))


def _sentences(what: str, kind: str, params: Mapping[str, Param]) -> tuple[str, str]:
    words = translations.load()
    advice = f"{what}.rejected-advice.{kind}"
    said = words.say(f"{what}.rejected.{kind}", **params)
    return said, words.say(advice, **params) if words.has(advice) else ""
