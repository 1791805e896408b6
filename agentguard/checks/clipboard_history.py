"""No history of what is copied is kept, and none of it goes to other devices.

What another program has kept before it was taken off the clipboard nobody can take back, so the
history itself is the finding. Out of Windows' own history it is taken, and how that ended is told.
"""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.checks.base import DAY, Check, NoSettings, belong, few, not_read
from agentguard.model.events import Event, Facts
from agentguard.model.machine import ClipboardHistorySeen, HistoryCleaned, Removal
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, wrong

_ENDS: Mapping[Removal, str] = {
    Removal.REMOVED: "clipboard-history.removed",
    Removal.KEPT: "clipboard-history.remains",
    Removal.DENIED: "clipboard-history.not-removed",
    Removal.UNKNOWN: "clipboard-history.not-removed",
}
"""What is said of a history that is on; where it never had the copy there is nothing to say."""


def judge(event: Event, facts: Facts, _settings: NoSettings) -> Verdict | None:
    """Expect no history, and nothing that is sent; what is not known proves nothing."""
    match event:
        case ClipboardHistorySeen():
            return _state(event)
        case HistoryCleaned():
            return _end(event, facts)
        case _:
            return None


def _state(event: ClipboardHistorySeen) -> Verdict:
    if event.unread:
        return not_read(event)
    if event.sent:
        return wrong("clipboard-history.sent", products=few(event.products))
    if event.kept:
        return wrong("clipboard-history.kept", products=few(event.products))
    return passed("clipboard-history.none")


def _end(event: HistoryCleaned, facts: Facts) -> Verdict | None:
    """Return what came of a copy that was cleared, as long as a history is known to be kept."""
    seen, told = facts.get(ClipboardHistorySeen), _ENDS.get(event.removal)
    if event.removal is Removal.KEPT:
        return wrong("clipboard-history.remains")
    if told is None or seen is None or seen.unread or not seen.kept:
        return None
    return wrong("clipboard-history.removed-sent" if _is_sent(event, seen) else told)


def _is_sent(event: HistoryCleaned, seen: ClipboardHistorySeen) -> bool:
    return event.removal is Removal.REMOVED and seen.sent


CHECK = Check(
    id="clipboard-history",
    measure=4,
    severity=Severity.MEDIUM,
    on=(ClipboardHistorySeen, HistoryCleaned),
    settings=NoSettings,
    judge=judge,
    fresh=DAY,
    lessons=("clipboard",),
    owners=belong(
        Owner.PERSON,
        "clipboard-history.kept",
        "clipboard-history.sent",
        "clipboard-history.removed",
        "clipboard-history.removed-sent",
        "clipboard-history.remains",
        "clipboard-history.not-removed",
    ),
)
