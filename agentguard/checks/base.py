"""The shape of a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from agentguard.model.events import Event, Facts
from agentguard.model.verdicts import Severity, Verdict

S = TypeVar("S")

HOUR = 3600.0
DAY = 24 * HOUR


def no_subject(_event: Event, _settings: object) -> str:
    """Judge the machine as a whole."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Generic[S]):
    """One control of the desk.

    `id` is for ever. `measure` is 1 to 10 of the ten measures. `on` lists the kinds of event that
    it judges. `judge(event, facts, settings)` is pure; it gives None when the event says nothing
    about this control. `subject(event, settings)` tells findings of one check apart;
    a verdict with an empty subject is about the control as a whole. `fresh` is how many
    seconds a verdict holds; older ones are shown as unknown; None means until the next event.
    `proves` names the requirements it supports ("PCI DSS 8.2.8"). Title and advice stand in
    `resources/text/<language>/checks.toml` under the id.
    """

    id: str
    measure: int
    severity: Severity
    on: tuple[type[Event], ...]
    settings: type[S]
    judge: Callable[[Any, Facts, S], Verdict | None]
    subject: Callable[[Any, S], str] = no_subject
    fresh: float | None = None
    proves: tuple[str, ...] = ()
    lessons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSettings:
    """A check that has nothing to set."""
