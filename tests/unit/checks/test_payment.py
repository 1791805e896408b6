"""Payment mode's control: watched, and true to what the recorder answered."""

from __future__ import annotations

import pytest

from agentguard.checks.payment import CHECK
from agentguard.model.actions import Action, ActionKind, Outcome
from agentguard.model.events import ActionFinished, PolicyInForce, SensorState, Watching
from agentguard.model.messages import Message, say
from agentguard.model.policy import Payment, PaymentWindow
from agentguard.model.verdicts import State
from tests.unit.checks.conftest import Told

PAUSE, RESUME = ActionKind.PAUSE_RECORDER, ActionKind.RESUME_RECORDER


def finished(desk, kind: ActionKind, outcome: Outcome, message: Message | None = None) -> Told:
    action = Action(id="1", kind=kind, check="payment", subject="")
    return desk.judge(CHECK, ActionFinished, action=action, outcome=outcome, message=message)


@pytest.mark.parametrize("kind", [PAUSE, RESUME])
def test_a_recorder_that_did_it_is_fine(desk, kind) -> None:
    assert finished(desk, kind, Outcome.DONE).state is State.PASS


NOT_PAUSED = "The call recorder did not pause for a payment."
BY_HAND = "AgentGuard cannot pause this call recorder. It must be paused by hand."


@pytest.mark.parametrize(
    ("outcome", "words"), [(Outcome.FAILED, NOT_PAUSED), (Outcome.UNSUPPORTED, BY_HAND)]
)
def test_a_recorder_that_did_not_is_a_finding(desk, outcome, words) -> None:
    told = finished(desk, PAUSE, outcome)
    assert (told.state, told.words) == (State.FAIL, words)
    resumed = finished(desk, RESUME, outcome).state
    assert resumed is (State.FAIL if outcome is Outcome.FAILED else None)


@pytest.mark.parametrize("kind", [PAUSE, RESUME])
def test_a_recorder_that_does_not_say_what_it_did_is_a_finding_of_its_own(desk, kind) -> None:
    told = finished(desk, kind, Outcome.FAILED, say("action.recorder-unknown"))
    assert (told.state, told.words) == (
        State.FAIL,
        "The call recorder answered, but not whether it paused or goes on.",
    )


def test_other_actions_say_nothing(desk) -> None:
    assert finished(desk, ActionKind.LOCK, Outcome.FAILED).state is None


def test_without_payment_windows_it_does_not_apply(desk) -> None:
    told = desk.judge(CHECK, PolicyInForce, policy=desk.policy())
    assert told.state is State.NOT_APPLICABLE


def test_it_is_watched_while_the_window_in_front_is_seen(desk) -> None:
    desk.policy_in_force(payment=Payment(windows=(PaymentWindow(images=("terminal",)),)))
    told = desk.judge(CHECK, SensorState, sensor="foreground", state=Watching.WATCHING)
    assert told.state is State.PASS
    reason = say("desktop.wayland")
    blind = desk.judge(
        CHECK, SensorState, sensor="foreground", state=Watching.ABSENT, message=reason
    )
    assert blind.state is State.UNKNOWN
    assert desk.judge(CHECK, SensorState, sensor="call", state=Watching.FAILED).state is None
