"""What a person asks for at the desk: within the policy, with a reason, and masked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentguard.model.exception_events import ExceptionAsked
from agentguard.model.exceptions import ExceptionRule
from agentguard.platforms.simulated import FakeClock
from agentguard.runtime.exception_book import ExceptionDesk
from tests.unit.engine.conftest import make_policy

RULE = ExceptionRule(control="usb-storage", hours=8)
FORM = {
    "control": "usb-storage",
    "hours": "8",
    "reason": "The new headsets need 4556 a stick.",
    "instead": "The team leader watches 4556.",
}


class Engine:
    """Takes what is submitted."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def policy(self) -> Any:
        return replace(make_policy(), exceptions=(RULE,))

    def submit(self, event: Any) -> None:
        self.seen.append(event)


@pytest.fixture
def engine() -> Engine:
    return Engine()


def desk(engine: Engine) -> ExceptionDesk:
    return ExceptionDesk(
        engine=engine,  # type: ignore[arg-type] - the two that it asks for
        clock=FakeClock(),
        mask=lambda text: text.replace("4556", "***"),
        report_now=lambda: engine.seen.append("report"),
    )


def test_row_314_a_person_asks_and_no_value_is_kept(engine: Engine) -> None:
    assert desk(engine).ask(FORM)
    asked, report = engine.seen
    assert report == "report", "the endpoint hears of it at once"
    assert isinstance(asked, ExceptionAsked)
    assert (asked.control, asked.hours, len(asked.id)) == ("usb-storage", 8, 32)
    assert asked.until == asked.at.wall + 8 * 3600
    assert "4556" not in asked.reason + asked.instead


@pytest.mark.parametrize(("ahead", "taken"), [(1, 1), (5400, 2), (8 * 3600, 8), (9 * 3600, 0)])
def test_row_345_a_real_end_is_kept_as_it_is_within_the_policy(
    engine: Engine, ahead: int, taken: int
) -> None:
    until = round(FakeClock().now().wall) + ahead
    given = {**FORM, "hours": "", "until": str(until)}
    assert desk(engine).ask(given) == bool(taken)
    assert [(one.until, one.hours) for one in engine.seen[:1]] == (
        [(until, taken)] if taken else []
    )


@pytest.mark.parametrize(
    "change",
    [
        {"hours": "9"},
        {"hours": "0"},
        {"hours": "many"},
        {"hours": "٣"},
        {"until": "100"},
        {"until": "soon", "hours": ""},
        {"control": "firewall"},
        {"reason": "too short          "},
        {"instead": " "},
    ],
)
def test_row_311_nothing_is_asked_for_that_the_policy_does_not_allow(
    engine: Engine, change: dict[str, str]
) -> None:
    assert not desk(engine).ask({**FORM, **change})
    assert not desk(engine).ask({})
    assert engine.seen == []
