"""A fresh second factor before a sensitive application is used."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from agentguard.checks.base import MINUTE, NO_NEWS, Check, by_sensor, named
from agentguard.model.events import (
    AppFocused,
    Event,
    Facts,
    PolicyInForce,
    ProofGiven,
    SensorState,
    SessionState,
)
from agentguard.model.verdicts import Severity, Verdict, not_applicable, passed, wrong

SENSOR = "foreground"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppGroup:
    """Applications that share one proof."""

    name: str = field(metadata={"doc": "The group's name, as people know it.", "pattern": ".+"})
    images: tuple[str, ...] = field(
        metadata={
            "doc": "Program names without .exe (* and ? as in a shell).",
            "min": 1,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which applications ask for a proof, and how long one holds."""

    groups: tuple[AppGroup, ...] = field(
        default=(), metadata={"doc": "The sensitive applications, in groups."}
    )
    grace_minutes: int = field(
        default=15,
        metadata={"doc": "Minutes for which a proof holds for its group.", "min": 1, "max": 720},
    )


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Ask for a proof that is fresh and younger than the last lock."""
    match event:
        case AppFocused():
            return _focused(event, facts, settings)
        case ProofGiven():
            return NO_NEWS
        case SessionState():
            return _unlocked(event, facts, settings)
        case SensorState():
            return by_sensor(event, SENSOR, _watched(settings))
        case _:  # a new policy may name other groups
            sensor = facts.get(SensorState, SENSOR)
            return by_sensor(sensor, SENSOR, _watched(settings)) if sensor else None


def _focused(event: AppFocused, facts: Facts, settings: Settings) -> Verdict | None:
    group = _group(event.image, settings)
    if not group:
        return None
    proof = facts.get(ProofGiven, group)
    if proof is None:
        return wrong("reauth.needed", group=group)
    if event.at.since(proof.at) > settings.grace_minutes * MINUTE:
        return wrong("reauth.old", group=group, minutes=settings.grace_minutes)
    if _locked_since(proof, facts):
        return wrong("reauth.locked-since", group=group)
    return NO_NEWS


def _unlocked(event: SessionState, facts: Facts, settings: Settings) -> Verdict | None:
    """Ask as well when the screen is unlocked and the application has been in front all along."""
    front = facts.get(AppFocused)
    group = _group(front.image, settings) if front is not None else ""
    proof = facts.get(ProofGiven, group) if group else None
    if event.locked is not False or proof is None or not _locked_since(proof, facts):
        return None
    return replace(wrong("reauth.locked-since", group=group), subject=group)


def _locked_since(proof: ProofGiven, facts: Facts) -> bool:
    locked = facts.get(SessionState, "locked")
    return locked is not None and locked.at.boot > proof.at.boot


def _watched(settings: Settings) -> Verdict:
    if not settings.groups:
        return not_applicable("reauth.no-groups")
    return passed("reauth.watched", count=len(settings.groups), minutes=settings.grace_minutes)


def _group(image: str, settings: Settings) -> str:
    return next((g.name for g in settings.groups if named(image, g.images)), "")


def subject(event: Event, settings: Settings) -> str:
    """Tell application groups apart."""
    match event:
        case AppFocused():
            return _group(event.image, settings)
        case ProofGiven():
            return event.group
        case _:
            return ""


CHECK = Check(
    id="reauth",
    measure=2,
    severity=Severity.HIGH,
    on=(AppFocused, ProofGiven, SessionState, SensorState, PolicyInForce),
    settings=Settings,
    judge=judge,
    subject=subject,
    proves=("PCI DSS 8.4.2", "PCI DSS 8.3.1", "ISO 27001 A.8.5", "NIST CSF PR.AA-03", "CIS 6.5"),
)
