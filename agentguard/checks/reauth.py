"""A fresh second factor before a sensitive application is used.

NIST SP 800-63B-4 asks for a new proof after 12 hours (AAL3), PCI DSS 4.0.1, 8.2.8 after 15 minutes
without activity. A proof ends with a lock, a switch of users, sleep and the key that gave it.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.checks.base import HOUR, MINUTE, NO_NEWS, Check, belong, by_sensor, named
from agentguard.model.actions import ActionKind
from agentguard.model.events import (
    AppFocused,
    Event,
    Facts,
    PolicyInForce,
    ProofGiven,
    SensorState,
    SessionState,
)
from agentguard.model.gate import (
    BY_KEY,
    AppGroup,
    Ended,
    GateSeen,
    GateUnseen,
    ProofsEnded,
    ProverBroken,
    ProverWorks,
    Settings,
)
from agentguard.model.orders import Contained, OrderAct
from agentguard.model.policy import Policy
from agentguard.model.verdicts import (
    Owner,
    Response,
    Severity,
    Verdict,
    gap,
    not_applicable,
    passed,
    with_gaps,
    wrong,
)

SENSOR = "foreground"
SHORT = 1
"""Minutes for which a proof holds while every application asks for a new one."""
PROVER, DIALOG = "prover", "dialog"
"""Subjects of what is wrong with the gate itself."""

ENDED = {
    "locked": "reauth.locked-since",
    "switched": "reauth.switched-since",
    "resumed": "reauth.resumed-since",
    "key-gone": "reauth.key-gone-since",
}
"""What is said of a proof that ended, by what ended it."""


def rules(policy: Policy) -> Settings:
    """Return what a policy says of the gate."""
    control = policy.controls.get(CHECK.id)
    said = control.settings if control is not None and not control.paused else None
    return said if isinstance(said, Settings) else Settings()


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Ask for a proof that is fresh and that nothing has ended since."""
    match event:
        case AppFocused():
            return _focused(event, facts, settings)
        case ProofGiven():
            return _turned_away(event.group, facts) or NO_NEWS
        case Contained() | SessionState() | ProofsEnded():
            stays = _anew if isinstance(event, Contained) else _stayed
            return stays(event, facts, settings) or _at_all(facts, settings)
        case SensorState():
            return by_sensor(event, SENSOR, _watched(facts, settings))
        case PolicyInForce():  # it may name other groups
            return _at_all(facts, settings)
        case _:
            return _gate_itself(event)


def _focused(event: AppFocused, facts: Facts, settings: Settings) -> Verdict | None:
    group = _group(event, settings)
    if group is None:
        return None
    if away := _turned_away(group.name, facts):
        return away
    proof = facts.get(ProofGiven, group.name)
    if proof is None:
        return wrong("reauth.needed", group=group.name)
    minutes = group.grace_minutes or settings.grace_minutes
    if OrderAct.GATE_ALL in _ordered(facts):
        minutes = SHORT
    if event.at.since(proof.at) > minutes * MINUTE:
        return wrong("reauth.old", group=group.name, minutes=minutes)
    why = _ended_since(proof, facts)
    return wrong(ENDED[why], group=group.name) if why else NO_NEWS


def _ordered(facts: Facts) -> frozenset[OrderAct]:
    """Return what the endpoint asked of this desk for an incident, while it holds."""
    known = facts.get(Contained)
    return known.acts if known is not None else frozenset()


def _turned_away(group: str, facts: Facts) -> Verdict | None:
    """Let nobody in by any proof while the desk is turned away."""
    if OrderAct.TURN_AWAY not in _ordered(facts):
        return None
    return replace(wrong("reauth.turned-away", group=group), subject=group)


def _anew(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Judge the application in front again, as what is asked of this desk has changed."""
    front = facts.get(AppFocused)
    group = _group(front, settings) if front is not None else None
    if front is None or group is None:
        return None
    verdict = _focused(replace(front, at=event.at), facts, settings)
    return replace(verdict, subject=group.name) if verdict is not None else None


def _stayed(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Ask as well for an application that has been in front all along."""
    session = facts.get(SessionState)
    if session is None or session.locked is not False or session.active is False:
        return None
    front = facts.get(AppFocused)
    group = _group(front, settings) if front is not None else None
    proof = facts.get(ProofGiven, group.name) if group is not None else None
    if group is None or proof is None:
        return None
    why = _ended_since(proof, facts)
    if why:
        return replace(wrong(ENDED[why], group=group.name), subject=group.name)
    if event.at.since(proof.at) > settings.limit_hours * HOUR:
        told = wrong("reauth.limit", group=group.name, hours=settings.limit_hours)
        return replace(told, subject=group.name)
    return None


def _ended_since(proof: ProofGiven, facts: Facts) -> str:
    """Return what ended the proof; empty when it holds."""
    locked = facts.get(SessionState, "locked")
    if locked is not None and locked.at.boot > proof.at.boot:
        return "locked"
    for why in Ended:
        ended = facts.get(ProofsEnded, why.value)
        if ended is None or ended.at.boot <= proof.at.boot:
            continue
        if why is not Ended.KEY_GONE or proof.factor == BY_KEY:
            return why.value
    return ""


def _gate_itself(event: Event) -> Verdict | None:
    tell = Response(kinds=(ActionKind.NOTIFY,))
    match event:
        case ProverBroken(factor=factor):
            broken = wrong("reauth.broken", factor=factor)
            return replace(broken, subject=PROVER, severity=Severity.CRITICAL, response=tell)
        case ProverWorks():
            return replace(NO_NEWS, subject=PROVER)
        case GateUnseen():
            unseen = wrong("reauth.unseen")
            return replace(unseen, subject=DIALOG, severity=Severity.CRITICAL, response=tell)
        case GateSeen(seen=True):
            return replace(NO_NEWS, subject=DIALOG)
        case _:
            return None


def _at_all(facts: Facts, settings: Settings) -> Verdict | None:
    sensor = facts.get(SensorState, SENSOR)
    return by_sensor(sensor, SENSOR, _watched(facts, settings)) if sensor else None


def _watched(facts: Facts, settings: Settings) -> Verdict:
    """Say that applications are watched; a proof that no lock can end is not all of it."""
    if not settings.groups:
        return not_applicable("reauth.no-groups")
    watched = passed(
        "reauth.watched",
        count=len(settings.groups),
        minutes=settings.grace_minutes,
        keys=len(settings.keys),
    )
    session = facts.get(SessionState)
    untold = session is not None and session.locked is None
    return with_gaps(watched, gap("reauth.no-lock-source")) if untold else watched


def _group(event: AppFocused, settings: Settings) -> AppGroup | None:
    return next((g for g in settings.groups if _fits(event, g)), None)


def _fits(event: AppFocused, group: AppGroup) -> bool:
    titled = not group.titles or group.name in event.titled
    return (
        titled
        and named(event.image, group.images)
        and named(event.window_class, group.window_classes)
    )


def subject(event: Event, settings: Settings) -> str:
    """Tell application groups apart."""
    match event:
        case AppFocused():
            group = _group(event, settings)
            return group.name if group is not None else ""
        case ProofGiven():
            return event.group
        case _:
            return ""


CHECK = Check(
    id="reauth",
    measure=2,
    severity=Severity.HIGH,
    on=(
        AppFocused,
        ProofGiven,
        Contained,
        SessionState,
        ProofsEnded,
        ProverBroken,
        ProverWorks,
        GateUnseen,
        GateSeen,
        SensorState,
        PolicyInForce,
    ),
    settings=Settings,
    judge=judge,
    subject=subject,
    lessons=("sign-in-codes",),
    owners={
        **belong(
            Owner.PERSON,
            "reauth.needed",
            "reauth.old",
            "reauth.locked-since",
            "reauth.switched-since",
            "reauth.resumed-since",
            "reauth.key-gone-since",
            "reauth.limit",
        ),
        **belong(Owner.SUPERVISOR, "reauth.turned-away"),
        **belong(Owner.TEAM, "reauth.broken", "reauth.unseen"),
    },
)
