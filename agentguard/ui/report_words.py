"""Says in plain words what a report that left this computer holds; knows no Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agentguard.base.translations import Texts
from agentguard.model.moments import Moment
from agentguard.model.records import Json
from agentguard.ui.wording import HOUR, MINUTE, Wording

NEVER_SENT = ("names", "content", "screen", "keys", "audio", "browsing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field of a report: what it is, and its value in short."""

    field: str
    meaning: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The last report in plain words and as it left, with what is never sent."""

    lines: tuple[Line, ...]
    never: tuple[str, ...]
    raw: str


def explain(report: str, words: Wording) -> Leaving:
    """Explain a report in JSON; what is no JSON object is shown as it is."""
    return Leaving(
        lines=tuple(_line(k, v, words) for k, v in _fields(report).items()),
        never=tuple(words.texts.say(f"ui.never.{what}") for what in NEVER_SENT),
        raw=report,
    )


def _fields(report: str) -> Mapping[str, Json]:
    try:
        value = json.loads(report)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _line(field: str, value: Json, words: Wording) -> Line:
    meaning, texts = f"ui.sent.{field}", words.texts
    return Line(
        field=field,
        meaning=texts.say(meaning if texts.has(meaning) else "ui.sent.other", field=field),
        value=_said(field, value, words) or _short(value, texts),
    )


def _said(field: str, value: Json, words: Wording) -> str:
    """Return a value as a person says it, where its field tells how; empty where it does not."""
    if field == "boot" and isinstance(value, int | float) and value >= 0:
        hours, rest = divmod(int(value), HOUR)
        return f"{hours}:{rest // MINUTE:02}"
    if field == "sent_at" and isinstance(value, str):
        return _at(value, words)
    if field == "overall" and words.texts.has(f"overall.{value}"):
        return words.texts.say(f"overall.{value}")
    return ""


def _at(iso: str, words: Wording) -> str:
    """Return a moment by the clock on the wall; empty where it is none."""
    try:
        then = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    return words.clock(Moment(boot=0.0, wall=then.timestamp())) if then.tzinfo else ""


def _short(value: Json, texts: Texts) -> str:
    if isinstance(value, bool):
        return texts.say("ui.leaving.yes" if value else "ui.leaving.no")
    if isinstance(value, list | dict):
        return texts.say("ui.leaving.entries", count=len(value))
    return texts.say("ui.leaving.nothing") if value in {None, ""} else str(value)
