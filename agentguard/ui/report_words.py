"""Says in plain words what a report that left this computer holds; knows no Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from agentguard.base.translations import Texts
from agentguard.model.records import Json

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


def explain(report: str, texts: Texts) -> Leaving:
    """Explain a report in JSON; what is no JSON object is shown as it is."""
    return Leaving(
        lines=tuple(_line(k, v, texts) for k, v in _fields(report).items()),
        never=tuple(texts.say(f"ui.never.{what}") for what in NEVER_SENT),
        raw=report,
    )


def _fields(report: str) -> Mapping[str, Json]:
    try:
        value = json.loads(report)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _line(field: str, value: Json, texts: Texts) -> Line:
    meaning = f"ui.sent.{field}"
    return Line(
        field=field,
        meaning=texts.say(meaning if texts.has(meaning) else "ui.sent.other", field=field),
        value=_short(value, texts),
    )


def _short(value: Json, texts: Texts) -> str:
    if isinstance(value, bool):
        return texts.say("ui.leaving.yes" if value else "ui.leaving.no")
    if isinstance(value, list | dict):
        return texts.say("ui.leaving.entries", count=len(value))
    return texts.say("ui.leaving.nothing") if value in {None, ""} else str(value)
