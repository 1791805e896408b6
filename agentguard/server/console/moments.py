"""Times and spans as a person reads them, by the clock of the person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo

from agentguard.base import languages, spans
from agentguard.base.languages import ENGLISH
from agentguard.base.translations import Texts
from agentguard.server import zoned


def iso(at: float) -> str:
    """Return the time for machines, in UTC."""
    return zoned.moment(at).isoformat(timespec="seconds")


def of_iso(text: str) -> float | None:
    """Return the time that is written for machines, with its clock; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if at.tzinfo is None else at.timestamp()


def stamp(
    at: float, language: str = ENGLISH, zone: tzinfo = UTC, *, now: float | None = None
) -> str:
    """Return day and time with the mark of the clock, as in `25 Nov, 14:05 CET`.

    The year stands in it unless it is that of `now`; without a `now` it never does.
    """
    then = zoned.moment(at, zone)
    other = now is not None and zoned.moment(now, zone).year != then.year
    return f"{languages.moment(language, then, with_year=other)} {zoned.mark(then)}"


def day(at: float, language: str = ENGLISH) -> str:
    """Return a day of UTC, by which days are counted."""
    return languages.day(language, zoned.moment(at))


def ago(at: float, now: float, words: Texts) -> str:
    """Say how long it has been so."""
    seconds = max(0, int(now - at))
    if seconds < spans.MINUTE:
        return words.say("span.now")
    return spans.about(seconds, words.say)


def counted(words: Texts) -> str:
    """Return the sentences of `ago` as JSON, by which a page's script goes on counting."""
    names = ("now", "minutes", "hours", "days")
    return json.dumps({name: words.sentences[f"span.{name}"] for name in names})
