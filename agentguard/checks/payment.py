"""While a payment is taken, the recorder pauses; what it was asked and did not do is a finding.

PCI DSS 4.0.1, 3.3.1: a card's security code may not be kept after authorisation, and a recording of
a call that holds it keeps it.
"""

from __future__ import annotations

from agentguard.checks.base import Check, NoSettings, by_sensor
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import (
    ActionFinished,
    AppFocused,
    Event,
    Facts,
    PolicyInForce,
    SensorState,
)
from agentguard.model.proofs import supports
from agentguard.model.verdicts import Severity, Verdict, not_applicable, passed, wrong

SENSOR = "foreground"


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


def _finished(event: ActionFinished) -> Verdict | None:
    done = event.outcome is Outcome.DONE
    match event.action.kind:
        case ActionKind.PAUSE_RECORDER:
            return passed("payment.done") if done else wrong("payment.not-paused")
        case ActionKind.RESUME_RECORDER:
            return passed("payment.done") if done else wrong("payment.not-resumed")
        case _:
            return None


CHECK = Check(
    id="payment",
    measure=4,
    severity=Severity.HIGH,
    on=(ActionFinished, SensorState, PolicyInForce),
    settings=NoSettings,
    judge=judge,
    needs=(AppFocused,),
    proves=supports("PCI DSS 3.3.1", "ISO 27001 A.8.12", "NIST CSF PR.DS-10", "CIS 3.13"),
)
