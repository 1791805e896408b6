"""What a person at the desk asks for: an exception from a control, with a reason and an end."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentguard.engine.loop import Engine
from agentguard.model.exception_events import ExceptionAsked
from agentguard.model.exceptions import HOUR, LEAST_REASON, SLACK, rule_for
from agentguard.ports.clock import Clock

LONGEST = 1000
ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionDesk:
    """Takes requests; `mask` takes values out of what was typed."""

    engine: Engine
    clock: Clock
    mask: Callable[[str], str]
    report_now: Callable[[], None]

    def ask(self, form: Mapping[str, str]) -> bool:
        """Ask for an exception; False where the policy does not allow it, or words are missing.

        Its end is `until` in wall seconds, or `hours` from now.
        """
        at = self.clock.now()
        control, until = form.get("control", ""), _until(form, at.wall)
        reason, instead = (form.get(name, "").strip() for name in ("reason", "instead"))
        rule = rule_for(self.engine.policy().exceptions, control)
        if rule is None or len(reason) < LEAST_REASON or not instead:
            return False
        if not at.wall < until <= at.wall + rule.hours * HOUR + SLACK:
            return False
        self.engine.submit(
            ExceptionAsked(
                at=at,
                id=secrets.token_hex(ID_BYTES),
                control=control,
                hours=min(rule.hours, math.ceil((until - at.wall) / HOUR)),
                until=until,
                reason=self.mask(reason[:LONGEST]),
                instead=self.mask(instead[:LONGEST]),
            )
        )
        self.report_now()
        return True


def _until(form: Mapping[str, str], now: float) -> float:
    """Return the end that a form tells; 0 where it tells none."""
    hours, until = form.get("hours", ""), form.get("until", "")
    if until.isascii() and until.isdecimal():
        return float(until)
    return now + int(hours) * HOUR if hours.isascii() and hours.isdecimal() else 0.0
