"""While a payment is taken, the recorder pauses; what it was asked and did not do is a finding.

PCI DSS 4.0.1, 3.3.1: a card's security code may not be kept after authorisation, and a recording of
a call that holds it keeps it.
"""

from __future__ import annotations

from agentguard.checks.base import Check, NoSettings, belong, by_sensor
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import (
    ActionFinished,
    AppFocused,
    Event,
    Facts,
    PolicyInForce,
    SensorState,
)
from agentguard.model.verdicts import Owner, Severity, Verdict, not_applicable, passed, wrong

SENSOR = "foreground"
MUTE = "action.recorder-unknown"
"""The end of an action whose answer does not tell what the recorder did."""
NOT_DONE: dict[object, str] = {
    ActionKind.PAUSE_RECORDER: "payment.not-paused",
    ActionKind.RESUME_RECORDER: "payment.not-resumed",
}


def judge(event: Event, facts: Facts, _settings: NoSettings) -> Verdict | None:
    """Believe the recorder's own answer, and nothing else."""
    match event:
        case ActionFinished():
            return _finished(event)
        case SensorState():
            return by_sensor(event, SENSOR, _watched(facts))
        case PolicyInForce(policy=policy) if not policy.payment.windows:
            return not_applicable("payment.none")
        case _:  # a policy that came into force may name other windows
            sensor = facts.get(SensorState, SENSOR)
            return by_sensor(sensor, SENSOR, _watched(facts)) if sensor else None


def _watched(facts: Facts) -> Verdict:
    known = facts.get(PolicyInForce)
    windows = len(known.policy.payment.windows) if known else 0
    return passed("payment.watched", count=windows) if windows else not_applicable("payment.none")


def recorder_is_mute(event: ActionFinished) -> bool:
    """Check whether a recorder answered something that does not tell what it did."""
    return event.message is not None and event.message.id == MUTE


def _finished(event: ActionFinished) -> Verdict | None:
    """Return what the recorder did; what cannot be paused from here is left to people."""
    if event.action.kind not in NOT_DONE:
        return None
    if event.outcome is Outcome.DONE:
        return passed("payment.done")
    if event.outcome is Outcome.UNSUPPORTED:
        by_hand = event.action.kind is ActionKind.PAUSE_RECORDER
        return wrong("payment.by-hand") if by_hand else None  # what never paused goes on
    if recorder_is_mute(event):
        return wrong("payment.not-known")
    return wrong(NOT_DONE[event.action.kind])


CHECK = Check(
    id="payment",
    measure=4,
    severity=Severity.HIGH,
    on=(ActionFinished, SensorState, PolicyInForce),
    settings=NoSettings,
    judge=judge,
    needs=(AppFocused,),
    owners=belong(
        Owner.PERSON,
        "payment.not-paused",
        "payment.not-resumed",
        "payment.by-hand",
        "payment.not-known",
    ),
)
