"""Controls that a desk does not tell: nothing is known of them, so they are never fine.

An agent tells each control of its catalogue in each posture, as paused where its policy asks
nothing of it. So one that was told before by the same release of the agent is kept, as unknown,
until it is told again; and so is any of which a finding is open. What is put in here is stored as
if it had been told, so that floor, counts, trends, the desk's page and evidence say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection

from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.schema.tables import device_seen, finding, posture_current
from agentguard.wire import v1

NOT_TOLD = "coverage.not-told"
"""What the detail of a control says that its desk leaves out."""
STILL_OPEN = "coverage.still-open"
"""The same of one that may be left out, but for a finding that is open."""

_UNKNOWN = "unknown"
_NAME = 100
_CONTROLS = Stored(tuple[v1.Control, ...])
_POSTURES = arrays.look(
    "SELECT device, controls FROM posture_current WHERE device {}",
    posture_current.c.device,
)
_OPEN = arrays.look(
    'SELECT device, "check", severity FROM finding WHERE device {} AND closed_at IS NULL',
    finding.c.device,
)
_AGENTS = arrays.look("SELECT device, agent FROM device_seen WHERE device {}", device_seen.c.device)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A posture with what its desk left out; `stored` is what is held until now, if any is."""

    controls: tuple[v1.Control, ...]
    stored: str | None


def is_put_in(one: v1.Control) -> bool:
    """Check whether a control stands here because its desk does not tell it."""
    return one.state == _UNKNOWN and one.detail in {NOT_TOLD, STILL_OPEN}


def whole(connection: Connection, given: Sequence[tuple[v1.Report, float]]) -> dict[str, Whole]:
    """Return the whole postures of desks by reports and when these came, where there is one.

    Their findings are folded already, and what is known of the release of their agents is still
    that of the reports before. A new release tells its whole posture first, so that a report
    without one takes nothing back of what was left out.
    """
    if not given:
        return {}
    ids = [report.device for report, _ in given]
    postures, findings_ = arrays.find_each(connection, (_POSTURES, ids), (_OPEN, ids))
    stored: dict[str, str] = dict(postures)
    were = {id_: _CONTROLS.decode(text) for id_, text in stored.items()}
    told = {
        report.device: _told(report, were)
        for report, _ in given
        if report.controls is not None or report.device in stored
    }
    open_ = _open(findings_)
    gone = {id_: _gone(told[id_], were.get(id_, ())) for id_ in told}
    agents = dict(arrays.find(connection, _AGENTS, [id_ for id_, some in gone.items() if some]))
    found = {}
    for report, now in given:
        id_ = report.device
        if id_ in told:
            same = report.controls is None or agents.get(id_) == report.agent[:50]
            findings = open_.get(id_, {})
            lacking = _lacking(told[id_], gone[id_] if same else {}, findings)
            kept = _put_in(lacking, gone[id_], findings, now)
            found[id_] = Whole(controls=(*told[id_], *kept), stored=stored.get(id_))
    return found


def _told(report: v1.Report, were: Mapping[str, tuple[v1.Control, ...]]) -> tuple[v1.Control, ...]:
    """Return what the desk itself tells, now or, where nothing is new, last."""
    told = were[report.device] if report.controls is None else report.controls
    return tuple(one for one in told if not is_put_in(one))


def _gone(told: Iterable[v1.Control], before: Iterable[v1.Control]) -> dict[str, v1.Control]:
    names = {one.check[:_NAME] for one in told}
    return {one.check[:_NAME]: one for one in before if one.check[:_NAME] not in names}


def _lacking(
    told: Iterable[v1.Control], gone: Mapping[str, v1.Control], open_: Collection[str]
) -> dict[str, str]:
    """Return what is to be put in, with why."""
    names = {one.check[:_NAME] for one in told}
    lacking = {check: STILL_OPEN for check in open_ if check and check not in names}
    for check, one in gone.items():
        if not (is_put_in(one) and one.detail == STILL_OPEN):
            lacking[check] = NOT_TOLD
    return lacking


def _put_in(
    lacking: Mapping[str, str],
    gone: Mapping[str, v1.Control],
    open_: Mapping[str, str],
    now: float,
) -> list[v1.Control]:
    since = datetime.fromtimestamp(now, UTC).isoformat()
    made = []
    for check, why in sorted(lacking.items()):
        was = gone.get(check)
        if was is not None and is_put_in(was):
            made.append(msgspec.structs.replace(was, detail=why))
            continue
        made.append(
            v1.Control(
                check=check,
                measure=0 if was is None else was.measure,
                state=_UNKNOWN,
                since=since,
                severity=open_.get(check, "") if was is None else was.severity,
                detail=why,
            )
        )
    return made


def _open(rows: Iterable[Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return the controls of which a finding is open at each desk, with a severity."""
    found: dict[str, dict[str, str]] = {}
    for device, check, severity in rows:
        found.setdefault(device, {})[check] = severity
    return found
