"""Only programs that the policy allows take pictures of the screen or share it.

What they take is never looked at. A program is known by its name, and only while the system itself
tells that it takes the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import MINUTE, Check, belong, few, named, not_read
from agentguard.model.events import Facts
from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    wrong,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Whether it is judged who takes the screen, and who may."""

    judged: bool = field(
        default=False,
        metadata={
            "doc": "true: a program that takes pictures of the screen and is not allowed is a "
            "finding. false: the window at the desk names who does, and nothing more."
        },
    )
    allowed: tuple[str, ...] = field(
        default=("ms-teams", "msteams", "teams", "webex*", "zoom"),
        metadata={"doc": "Programs that may, without .exe (* and ? as in a shell)."},
    )


def judge(event: ScreenSharesSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Return who was seen, even where there may be others; nobody seen proves only what is told."""
    shared = few(event.programs)
    if not settings.judged:
        return _shown(event, shared)
    strange = [one for one in event.programs if not named(one, settings.allowed)]
    if strange:
        return wrong("screen-sharing.strange", programs=few(strange))
    if event.unread:
        return not_read(event)
    if shared:
        return passed("screen-sharing.allowed", programs=shared)
    return passed("screen-sharing.none")


def _shown(event: ScreenSharesSeen, shared: str) -> Verdict:
    if shared:
        return not_applicable("screen-sharing.seen", programs=shared)
    if event.unread:
        return not_applicable("screen-sharing.not-judged")
    return not_applicable("screen-sharing.unused")


CHECK = Check(
    id="screen-sharing",
    measure=4,
    severity=Severity.MEDIUM,
    on=(ScreenSharesSeen,),
    settings=Settings,
    judge=judge,
    fresh=5 * MINUTE,
    owners=belong(Owner.PERSON, "screen-sharing.strange"),
)
