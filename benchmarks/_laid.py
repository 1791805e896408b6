"""Lays a fleet without a month of history straight into PostgreSQL: a million desks in a minute."""

from __future__ import annotations

from datetime import UTC, datetime

import _fleet  # the benchmarks are no package: their folder is on the path by now
import msgspec
from sqlalchemy import Connection, text

from agentguard.server.store.floor import kept_counts
from agentguard.wire import v1

_BAD = _fleet.FAILING + _fleet.ATTENTION
_MADE = (
    "CREATE TEMP TABLE variant (bad int, name text, severity text, said text)",
    """CREATE TEMP TABLE laid (n bigint, id text, draw float8, away bool, silent bool, bad int,
    since float8, heard float8)""",
    """CREATE FUNCTION pg_temp.share(name text, n bigint) RETURNS float8 LANGUAGE sql AS
    $$ SELECT (hashtextextended(name || n, 0) & 2147483647)::float8 / 2147483648 $$""",
)
"""What is thrown for each desk stands in `laid`, what a posture says in `variant`."""
_STATEMENTS = (
    "INSERT INTO site (id, name) SELECT n, 'Site ' || n FROM generate_series(1, :sites) n",
    """INSERT INTO shift (id, name, begins, ends)
    VALUES (1, 'early', 360, 840), (2, 'late', 840, 1320), (3, 'night', 1320, 360)""",
    """INSERT INTO team (id, name)
    SELECT n, 'Team ' || lpad(n::text, 5, '0') FROM generate_series(1, :teams) n""",
    """INSERT INTO team_place (team, site, shift)
    SELECT id, (id - 1) / :per_site + 1, id % 3 + 1 FROM team""",
    """INSERT INTO laid SELECT n, lpad(to_hex(n * 2654435761 % 281474976710656), 24, '0'),
    pg_temp.share('rank', n), pg_temp.share('away', n) < :away,
    pg_temp.share('silent', n) < :silent, (hashint8(n) & 1023) % 14,
    :now - 60 - pg_temp.share('since', n) * 259200, pg_temp.share('heard', n)
    FROM generate_series(0::bigint, :desks - 1) n""",
    """INSERT INTO device (id, team, label, system, public_key, enrolled_at, status, epoch)
    SELECT id, n / :per_team + 1, 'desk-' || lpad(n::text, 6, '0'), 'Windows 11 24H2',
    decode(lpad(to_hex(n), 64, '0'), 'hex'), :now - 5184000, 'active', 1 FROM laid""",
    """INSERT INTO device_seen (device, seq, hash, last_seen, skew, locked, in_call, waiting, agent,
    policy, policy_digest) SELECT id, 30, repeat('ab', 32),
    :now - CASE WHEN away OR silent THEN 300 + heard * 431700 ELSE heard * 60 END,
    0.1, false, n % 3 = 0, 0, '0.1.0', 'baseline 1', '' FROM laid""",
    """INSERT INTO posture_current (device, overall, changed_at, controls, interruptions) SELECT id,
    CASE WHEN draw < :failing THEN 'act' WHEN draw < :bad THEN 'attention' ELSE 'good' END,
    since, said, '{"shown":' || n % 9 || ',"later": 1,"held_by":{"call": 2,"typing": 1},"checks":['
    || '{"check":"wireless","shown":' || n % 7 || ',"dismissed":' || n % 3 || '},'
    || '{"check":"pii-files","shown":' || n % 5 || '}]}' FROM laid
    JOIN variant ON variant.bad = CASE WHEN draw < :bad THEN laid.bad ELSE -1 END""",
    """INSERT INTO device_standing (device, rank, severity, since)
    SELECT id, CASE WHEN draw < :failing THEN 0 WHEN draw < :bad THEN 1 ELSE 3 END,
    CASE WHEN draw < :bad THEN laid.bad % 4 ELSE 4 END, since FROM laid""",
    """INSERT INTO device_run (device, run, begun_at, goodbye, goodbye_at)
    SELECT id, lpad(to_hex(n), 32, '0'), :now - 21600,
    CASE WHEN away THEN 'stopped' ELSE '' END, CASE WHEN away THEN :now - 10800 END FROM laid""",
    """INSERT INTO desk_place (device, team, label, shown, rank, gone_at)
    SELECT device.id, team, label, true, rank, goodbye_at FROM device
    JOIN device_standing ON device_standing.device = device.id
    JOIN device_run ON device_run.device = device.id""",
    """INSERT INTO finding (device, "check", subject, severity, message, params, hits, place,
    opened_at) SELECT id, name, name, severity, name || '.found', '{"count": 2}', '[]', '', since
    FROM laid JOIN variant ON variant.bad = laid.bad WHERE draw < :bad""",
    """INSERT INTO open_finding (finding, device, team, "check", danger, opened_at)
    SELECT finding.id, device, team, "check", array_position(
    '{critical,high,medium,low}'::text[], severity::text) - 1 + CASE WHEN severity IN
    ('critical', 'high') AND "check" = 'pii-files' THEN 0 ELSE 10 END, opened_at
    FROM finding JOIN device ON device.id = finding.device""",
)


_KEPT = (
    *("device", "device_seen", "device_standing", "device_run", "desk_place"),
    *("finding", "open_finding"),
)
"""Tables whose triggers rest meanwhile: what they keep is laid as well."""


def lay(connection: Connection, desks: int, away: float) -> None:
    """Fill an empty PostgreSQL whose schema is made."""
    for one in _MADE:
        connection.exec_driver_sql(one)
    into = text("INSERT INTO variant VALUES (:bad, :name, :severity, :said)")
    connection.execute(into, [_variant(bad) for bad in range(-1, len(_fleet.CHECKS))])
    teams = -(-desks // _fleet.TEAM)
    given = {
        "desks": desks,
        "teams": teams,
        "sites": -(-teams // _fleet.SITE),
        "per_team": _fleet.TEAM,
        "per_site": _fleet.SITE,
        "now": _fleet.NOW,
        "away": away,
        "silent": _fleet.SILENT,
        "failing": _fleet.FAILING,
        "bad": _BAD,
    }
    for one in _KEPT:
        connection.execute(text(f"ALTER TABLE {one} DISABLE TRIGGER USER"))
    for one in _STATEMENTS:
        words = text(one)
        connection.execute(words, {name: given[name] for name in words.compile().params})
    for one in _KEPT:
        connection.execute(text(f"ALTER TABLE {one} ENABLE TRIGGER USER"))
    kept_counts.repair(connection, _fleet.NOW)


def _variant(bad: int) -> dict[str, object]:
    """Give a posture in which one control fails, or none: -1."""
    since = datetime.fromtimestamp(_fleet.NOW - 3600, UTC).isoformat()
    said = tuple(
        v1.Control(
            check=check,
            measure=measure,
            state="fail" if place == bad else "pass",
            since=since,
            severity=severity,
        )
        for place, (check, measure, severity) in enumerate(_fleet.CHECKS)
    )
    name, _, severity = _fleet.CHECKS[bad] if bad >= 0 else ("", 0, "")
    text_ = msgspec.json.encode(said).decode()
    return {"bad": bad, "name": name, "severity": severity, "said": text_}
