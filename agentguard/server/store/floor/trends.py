"""How teams stand, and how they stood: summaries and sums that pages read instead of the desks.

`sweep` counts every desk, `refresh` only teams of which a posture changed since; both are called by
the one process that leads. A sweep adds what it counted to the current hour, and `roll_days` adds
hours up to days. A desk that is silent and said goodbye before is counted nowhere. A point of a
trend is the mean of what was counted in its span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, bindparam, func, select, text

from agentguard.server.store.accounts.people import Scope
from agentguard.server.store.desks import goodbyes
from agentguard.server.store.schema.history_tables import (
    TIERS,
    org_day,
    org_hour,
    team_day,
    team_hour,
)
from agentguard.server.store.schema.tables import device, posture_change

HOUR, DAY = 3600.0, 86400.0
BY_HOUR = 3  # days up to which a trend shows hours
_LATE = 60.0  # seconds for which a change may be committed after its time

_COUNT = """
INSERT INTO team_summary (team, ok, attention, failing, silent, findings, incidents, as_of)
SELECT desk.team,
  sum(CASE WHEN heard AND overall = 'good' THEN 1 ELSE 0 END),
  sum(CASE WHEN heard AND overall NOT IN ('good', 'act') THEN 1 ELSE 0 END),
  sum(CASE WHEN heard AND overall = 'act' THEN 1 ELSE 0 END),
  sum(CASE WHEN heard OR away THEN 0 ELSE 1 END),
  coalesce(sum(findings), 0), coalesce(sum(incidents), 0), :now
FROM (
  SELECT device.team AS team, coalesce(posture_current.overall, '') AS overall,
    coalesce(device_seen.last_seen, 0) >= :silent AS heard,
    (SELECT count(*) FROM finding
      WHERE finding.device = device.id AND finding.closed_at IS NULL) AS findings,
    waiting.incidents AS incidents,
    coalesce((SELECT device_run.goodbye <> '' AND device_run.goodbye_at >= :gone
      FROM device_run WHERE device_run.device = device.id
      ORDER BY device_run.begun_at DESC LIMIT 1), false) AS away
  FROM device
  LEFT JOIN device_seen ON device_seen.device = device.id
  LEFT JOIN posture_current ON posture_current.device = device.id
  LEFT JOIN (SELECT incident.device AS device, count(*) AS incidents FROM incident
    WHERE incident.state <> 'closed' AND NOT incident.restricted GROUP BY incident.device
  ) AS waiting ON waiting.device = device.id
  WHERE device.status IN ('active', 'conflict') AND {which}
) AS desk
WHERE true
GROUP BY desk.team
ON CONFLICT (team) DO UPDATE SET ok = excluded.ok, attention = excluded.attention,
  failing = excluded.failing, silent = excluded.silent, findings = excluded.findings,
  incidents = excluded.incidents, as_of = excluded.as_of
"""
_SWEEP = text(_COUNT.format(which="true"))
_REFRESH = text(_COUNT.format(which="device.team IN :teams")).bindparams(
    bindparam("teams", expanding=True)
)
_GONE = text("DELETE FROM team_summary WHERE as_of < :now")
_TO_TEAM_HOUR = text("""
INSERT INTO team_hour (team, at, ok, attention, failing, silent, samples)
SELECT team, :hour, ok, attention, failing, silent, 1 FROM team_summary WHERE true
ON CONFLICT (team, at) DO UPDATE SET ok = team_hour.ok + excluded.ok,
  attention = team_hour.attention + excluded.attention,
  failing = team_hour.failing + excluded.failing,
  silent = team_hour.silent + excluded.silent, samples = team_hour.samples + 1
""")
_TO_ORG_HOUR = text("""
INSERT INTO org_hour (at, ok, attention, failing, silent, samples)
SELECT :hour, coalesce(sum(ok), 0), coalesce(sum(attention), 0), coalesce(sum(failing), 0),
  coalesce(sum(silent), 0), 1 FROM team_summary WHERE true
ON CONFLICT (at) DO UPDATE SET ok = org_hour.ok + excluded.ok,
  attention = org_hour.attention + excluded.attention,
  failing = org_hour.failing + excluded.failing,
  silent = org_hour.silent + excluded.silent, samples = org_hour.samples + 1
""")
_DROP_DAY = (
    text("DELETE FROM team_day WHERE at = :day"),
    text("DELETE FROM org_day WHERE at = :day"),
)
_TEAM_DAY = text("""
INSERT INTO team_day
  (team, at, ok, attention, failing, silent, samples, opened, closed, incidents)
SELECT team, :day, sum(ok), sum(attention), sum(failing), sum(silent), sum(samples),
  (SELECT count(*) FROM finding JOIN device ON device.id = finding.device
    WHERE device.team = team_hour.team AND opened_at >= :day AND opened_at < :next),
  (SELECT count(*) FROM finding JOIN device ON device.id = finding.device
    WHERE device.team = team_hour.team AND closed_at >= :day AND closed_at < :next),
  (SELECT count(*) FROM incident JOIN device ON device.id = incident.device
    WHERE device.team = team_hour.team AND reported_at >= :day AND reported_at < :next
    AND NOT incident.restricted)
FROM team_hour WHERE at >= :day AND at < :next GROUP BY team
""")
_ORG_DAY = text("""
INSERT INTO org_day (at, ok, attention, failing, silent, samples, opened, closed, incidents)
SELECT :day, sum(ok), sum(attention), sum(failing), sum(silent), sum(samples),
  (SELECT coalesce(sum(opened), 0) FROM team_day WHERE at = :day),
  (SELECT coalesce(sum(closed), 0) FROM team_day WHERE at = :day),
  (SELECT coalesce(sum(incidents), 0) FROM team_day WHERE at = :day)
FROM org_hour WHERE at >= :day AND at < :next HAVING count(*) > 0
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A span of a trend that begins at `at`: the mean number of desks in each tier.

    `opened` and `closed` findings and `incidents` are counted by day; by hour they are 0.
    """

    at: float
    ok: float
    attention: float
    failing: float
    silent: float
    opened: int = 0
    closed: int = 0
    incidents: int = 0


def trend(connection: Connection, scope: Scope, days: int, now: float) -> list[Point]:
    """Return the trend of the last `days` days, the oldest first: by hour up to three, else by day.

    `scope` names the teams that are added up, such as those of a site; None is everybody.
    """
    hourly = days <= BY_HOUR
    since = _floor(now, HOUR if hourly else DAY) - (days * DAY - (HOUR if hourly else DAY))
    whole, parts = (org_hour, team_hour) if hourly else (org_day, team_day)
    table = whole if scope is None else parts
    more = [] if hourly else ["opened", "closed", "incidents"]
    sums = [func.sum(table.c[name]).label(name) for name in (*TIERS, *more)]
    asked = select(table.c.at, func.max(table.c.samples).label("samples"), *sums)
    if scope is not None:
        asked = asked.where(table.c.team.in_(scope))
    rows = connection.execute(
        asked.where(table.c.at >= since).group_by(table.c.at).order_by(table.c.at)
    )
    return [
        Point(
            at=row.at,
            **{tier: float(getattr(row, tier)) / max(1, row.samples) for tier in TIERS},
            **{name: int(getattr(row, name)) for name in more},
        )
        for row in rows
    ]


def sweep(connection: Connection, now: float, silent_after: float) -> None:
    """Count every desk, and add what was counted to the current hour."""
    connection.execute(_SWEEP, _times(now, silent_after))
    connection.execute(_GONE, {"now": now})
    for words in (_TO_TEAM_HOUR, _TO_ORG_HOUR):
        connection.execute(words, {"hour": _floor(now, HOUR)})


def refresh(connection: Connection, since: float, now: float, silent_after: float) -> int:
    """Count the teams again of which a posture changed after `since`; tell how many."""
    changed: Sequence[int] = connection.scalars(
        select(device.c.team)
        .join(posture_change, posture_change.c.device == device.c.id)
        .where(posture_change.c.at > since - _LATE)
        .distinct()
    ).all()
    if changed:
        teams = {"teams": sorted(changed)}
        connection.execute(_REFRESH, {**_times(now, silent_after), **teams})
    return len(changed)


def roll_days(connection: Connection, now: float) -> None:
    """Add the hours of yesterday and today up to days; repeated, it gives the same."""
    today = _floor(now, DAY)
    for day in (today - DAY, today):
        span = {"day": day, "next": day + DAY}
        for words in _DROP_DAY:
            connection.execute(words, {"day": day})
        for words in (_TEAM_DAY, _ORG_DAY):
            connection.execute(words, span)


def _times(now: float, silent_after: float) -> dict[str, float]:
    silent = now - silent_after
    return {"now": now, "silent": silent, "gone": silent - goodbyes.HOLDS}


def _floor(at: float, span: float) -> float:
    return at // span * span


HISTORY: tuple[Table, ...] = (team_hour, org_hour, team_day, org_day)
"""Where the past is kept; retention deletes by `at`."""
