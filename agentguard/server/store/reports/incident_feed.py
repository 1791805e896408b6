"""Tells the outside that an incident began or was closed: of which desk, never what was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from agentguard.server.store.outbox import happenings
from agentguard.server.store.outbox.happenings import Happening

ENDPOINT = "endpoint"
"""Whose an incident is that is about no desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is told of an incident; `kind` is its playbook."""

    id: int
    device: str
    kind: str
    severity: str
    source: str
    verdict: str = ""


def tell(
    connection: Connection, one: About, state: Literal["opened", "closed"], now: float
) -> None:
    """Keep for the feeds that it began or was closed."""
    desk, team = ENDPOINT, ""
    if one.device:
        desk, team = happenings.names(connection, [one.device])[one.device]
    made = Happening(
        source=f"incident:{one.id}:{state}:{now:.3f}",
        uid=f"incident:{one.id}",
        what="incident",
        state=state,
        at=now,
        device=one.device or ENDPOINT,
        desk=desk,
        team=team,
        kind=one.kind,
        severity=one.severity,
        params={"source": one.source, "verdict": one.verdict},
    )
    happenings.keep(connection, [made], now)
