"""A whole agent: one code for the shield and the gate behind it, and no deadline behind a lock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentguard.model.prompts import PromptKind
from tests.flow.conftest import POLICY, Floor

CODE = "123456"
SHORT = POLICY.replace("limit_minutes: 10", "limit_minutes: 1")


def covered(floor: Floor) -> bool:
    return floor.agent.engine.snapshot().shield is not None


def asks(floor: Floor) -> bool:
    return any(p.kind is PromptKind.PROOF for p in floor.agent.engine.snapshot().prompts)


def kinds(floor: Floor) -> list[str]:
    return [record.kind for record in floor.records()]


@pytest.mark.heavy
def test_row_234_one_code_serves_the_shield_and_the_application_behind_it(
    start: Callable[..., Floor],
) -> None:
    floor = start(idle=40, words=SHORT, call=True)  # idle time grows no faster than time passes
    floor.until(lambda: floor.agent.engine.snapshot().in_call)
    floor.until(lambda: covered(floor))
    floor.desktop.type_key()
    floor.agent.desk.lift_shield(CODE)
    floor.until(lambda: not covered(floor))
    floor.desktop.call(on=False)
    floor.until(lambda: not floor.agent.engine.snapshot().in_call)
    floor.desktop.focus("crm")
    floor.until(lambda: "proof.carried" in kinds(floor))
    (told,) = (r.payload for r in floor.records() if r.kind == "proof.carried")
    assert (told["group"], told["factor"]) == ("CRM", "totp")
    assert not asks(floor)
    assert floor.findings("reauth") == []
    floor.desktop.lock()
    floor.until(lambda: floor.agent.engine.snapshot().locked)
    floor.desktop.unlock()
    floor.until(lambda: asks(floor))


@pytest.mark.heavy
def test_row_236_the_gates_time_stands_still_while_the_screen_is_locked(
    start: Callable[..., Floor],
) -> None:
    floor = start()
    floor.desktop.focus("crm")
    floor.until(lambda: asks(floor))
    floor.desktop.lock()
    floor.until(lambda: floor.agent.engine.snapshot().locked)

    def left() -> float:
        seen = floor.agent.engine.snapshot()
        (prompt,) = (p for p in seen.prompts if p.kind is PromptKind.PROOF)
        return (prompt.deadline or 0.0) - seen.at.boot

    before, began = left(), floor.agent.clock.now()
    floor.until(lambda: floor.agent.clock.now().since(began) > 4)
    assert left() > before - 1.5
    floor.desktop.unlock()
    floor.until(lambda: not floor.agent.engine.snapshot().locked)
    assert asks(floor)
