"""The records of the journal that the engine writes; their kinds never change meaning."""

from __future__ import annotations

from agentguard.model.actions import Action, Outcome
from agentguard.model.hits import Hit
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt
from agentguard.model.records import Json, Record
from agentguard.model.release import Standing
from agentguard.model.verdicts import OTHERS, Finding, Owner


def hits_json(hits: tuple[Hit, ...]) -> list[Json]:
    """Return hits as JSON."""
    return [{"kind": h.kind, "count": h.count, "masked": list(h.masked)} for h in hits]


def message_json(message: Message | None) -> dict[str, Json]:
    """Return a message as the two fields that payloads carry."""
    if message is None:
        return {"message": "", "params": {}}
    return {"message": message.id, "params": dict(message.params)}


def opened(finding: Finding, owner: Owner = Owner.PERSON) -> Record:
    """Write down that a finding was opened, and whose it is where it is not the person's."""
    return Record(
        kind="finding.opened",
        at=finding.since,
        payload={
            "check": finding.check,
            "subject": finding.subject,
            "severity": finding.severity.value,
            **message_json(finding.message),
            "hits": hits_json(finding.hits),
            **({"owner": owner.value} if owner in OTHERS else {}),
        },
    )


def closed(finding: Finding, at: Moment, why: str = "") -> Record:
    """Write down that a finding was closed; without a `why` it is seen to be gone."""
    return Record(
        kind="finding.closed",
        at=at,
        payload={
            "check": finding.check,
            "subject": finding.subject,
            **({"why": why} if why else {}),
        },
    )


def intended(action: Action, at: Moment) -> Record:
    """Write down what will be done, before it is done."""
    return _action("action.intended", action, at, {})


def finished(action: Action, at: Moment, outcome: Outcome, message: Message | None) -> Record:
    """Write down how it ended."""
    return _action(
        "action.finished", action, at, {"outcome": outcome.value, **message_json(message)}
    )


def _action(kind: str, action: Action, at: Moment, more: dict[str, Json]) -> Record:
    payload: dict[str, Json] = {
        "action": action.id,
        "kind": action.kind.value,
        "check": action.check,
        "subject": action.subject,
    }
    return Record(kind=kind, at=at, payload={**payload, **more})


def asked(prompt: Prompt) -> Record:
    """Write down that a person was asked or told."""
    return Record(
        kind="prompt.asked",
        at=prompt.asked,
        payload={"prompt": prompt.id, "kind": prompt.kind.value, "check": prompt.check},
    )


def answered(prompt: Prompt, answer: str, at: Moment, until: Moment | None = None) -> Record:
    """Write down the answer, or `silence`; `until` is when what was put off comes back."""
    back: dict[str, Json] = {"until": until.iso} if until is not None else {}
    return Record(
        kind="prompt.answered",
        at=at,
        payload={"prompt": prompt.id, "check": prompt.check, "answer": answer, **back},
    )


def coached(prompt: Prompt, person: str, at: Moment) -> Record:
    """Write down that somebody has seen what was told at the violation, and for how long."""
    return Record(
        kind="coaching.seen",
        at=at,
        payload={
            "check": prompt.coach,
            "sentence": prompt.body.id,
            "seconds": round(at.since(prompt.asked)),
            "person": person,
        },
    )


def plain(kind: str, at: Moment, **payload: Json) -> Record:
    """Write down anything else."""
    return Record(kind=kind, at=at, payload=payload)


def standing(now: Standing, at: Moment) -> Record:
    """Write down how far the policy in force can be relied on."""
    return plain(
        "policy.standing",
        at,
        signed=now.signed,
        trial=now.trial,
        expired=now.expired,
        expires=now.expires,
        root=now.root,
    )
