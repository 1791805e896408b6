"""Gives the error for what is not trusted, with its sentence of `resources/text`."""

from __future__ import annotations

from agentguard.base import translations
from agentguard.base.errors import PolicyRejected
from agentguard.model.messages import Param


def rejected(kind: str, /, **params: Param) -> PolicyRejected:
    """Return the error of a kind; the sentences are `policy.rejected.*`."""
    words = translations.load()
    advice = f"policy.rejected-advice.{kind}"
    return PolicyRejected(
        kind,
        params,
        words.say(f"policy.rejected.{kind}", **params),
        words.say(advice, **params) if words.has(advice) else "",
    )
