"""The day that a command judges for: the one that was typed, or today."""

from __future__ import annotations

from datetime import UTC, date, datetime

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.policy.succession import BUILT
from agentguard.ports.clock import Clock

BUILT_ON = datetime.fromtimestamp(BUILT, UTC).date()
"""No day before the one on which this program was made is believed of a clock."""


def day(text: str, clock: Clock, words: Texts) -> date:
    """Return the day; without a text it is today, in UTC.

    Raises:
        UsageError: the text is no day of the calendar.

    """
    if not text:
        return max(datetime.fromtimestamp(clock.now().wall, UTC).date(), BUILT_ON)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(words.say("cli.software.no-day", text=text)) from error
