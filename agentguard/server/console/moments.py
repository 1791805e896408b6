"""Times and spans as a person reads them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from agentguard.base import languages
from agentguard.base.languages import ENGLISH
from agentguard.base.translations import Texts

MINUTE, HOUR, DAY = 60, 3600, 86400


def iso(at: float) -> str:
    """Return the time for machines."""
    return _moment(at).isoformat(timespec="seconds")


def stamp(at: float, language: str = ENGLISH) -> str:
    """Return day and time in UTC, as in `25 Nov, 14:05 UTC`; the page's script makes it local."""
    return f"{languages.moment(language, _moment(at))} UTC"


def ago(at: float, now: float, words: Texts) -> str:
    """Say how long it has been so."""
    seconds = max(0, int(now - at))
    if seconds < MINUTE:
        return words.say("console.span.now")
    if seconds < HOUR:
        return words.say("console.span.minutes", count=seconds // MINUTE)
    if seconds < DAY:
        hours, rest = divmod(seconds, HOUR)
        return words.say("console.span.hours", hours=hours, minutes=f"{rest // MINUTE:02d}")
    return words.say("console.span.days", count=seconds // DAY)


def spans(words: Texts) -> str:
    """Return the sentences of `ago` as JSON, by which a page's script goes on counting."""
    names = ("now", "minutes", "hours", "days")
    return json.dumps({name: words.sentences[f"console.span.{name}"] for name in names})


def _moment(at: float) -> datetime:
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
