"""How many desks of each team stand how, kept by the database, and up to when silence is marked.

Each change of a desk's place adds a row of what it changes, so that nobody waits for a team's row;
a job adds them up. A report that comes with an old time is marked at once, so that every desk
heard of last before the noted moment has its mark (`silence-known` in `job`).
"""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    by_month,
    index,
    integer,
    serial,
    small,
    table,
    trigger,
    untrigger,
)

revision = "0043"
down_revision = "0042"
LEAST = "0019"

_HIDDEN = 9
_TIER = f"""CASE WHEN NOT {{0}}.shown THEN {_HIDDEN}
WHEN {{0}}.quiet_since IS NOT NULL THEN CASE WHEN {{0}}.gone_at IS NULL THEN 2 ELSE 3 END
WHEN {{0}}.rank = 0 THEN 0 WHEN {{0}}.rank = 3 THEN 4 ELSE 1 END"""
_OLD, _NEW = _TIER.format("OLD"), _TIER.format("NEW")
_ADD = """
INSERT INTO team_count_change (team, tier, many) SELECT {0}.team, {1}, {2} WHERE {0}.shown;
"""
_CAME, _WENT = _ADD.format("NEW", _NEW, "1"), _ADD.format("OLD", _OLD, "-1")
_FILL = f"""
INSERT INTO team_count (team, tier, many)
SELECT team, {_TIER.format("desk_place")} AS tier, COUNT(*)
FROM desk_place WHERE shown GROUP BY 1, 2
"""  # noqa: S608 - no values
_COUNTS = (
    ("came", "INSERT", "", _CAME),
    ("went", "DELETE", "", _WENT),
    (
        "changed",
        "UPDATE OF team, shown, rank, gone_at, quiet_since",
        f"OLD.team <> NEW.team OR {_OLD} <> {_NEW}",
        _WENT + _CAME,
    ),
)
"""The end of its name, after what, on which condition, and what is done."""
_BACK = "UPDATE device_seen SET quiet = false WHERE device = NEW.device;"
_OLD_NEWS = """
UPDATE device_seen SET quiet = true WHERE device = NEW.device
AND NEW.last_seen < (SELECT ran_at FROM job WHERE name = 'silence-known');
"""
_MARKS = (
    ("back", "UPDATE OF last_seen", "OLD.quiet AND NEW.quiet", _BACK + _OLD_NEWS),
    (
        "astray",
        "UPDATE OF last_seen",
        "NEW.last_seen < OLD.last_seen AND NOT OLD.quiet AND NOT NEW.quiet",
        _OLD_NEWS,
    ),
    ("first", "INSERT", "NOT NEW.quiet", _OLD_NEWS),
)
_STANDS = "UPDATE desk_place SET rank = NEW.rank WHERE device = NEW.device;"
_RANK = "desk_place_device_standing_update"
_ON_RANK = "AFTER UPDATE OF rank ON device_standing FOR EACH ROW"
_SEARCHED = """
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX ix_device_label ON device USING gin (label gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN NULL;
END $$
"""
"""Where the extension cannot be had, a search reads all labels."""


def upgrade() -> None:
    """Count all once, and have what changes be counted from now on."""
    key = [serial("team", counts=False), small("tier"), integer("many")]
    table("team_count", *key, key=["team", "tier"], sqlite_with_rowid=False)
    op.create_table("team_count_change", serial("team", counts=False), small("tier"),
                    integer("many"))  # fmt: skip
    op.execute(_FILL)
    columns = ["shown", "gone_at", "quiet_since", "team"]
    where = "quiet_since IS NOT NULL AND gone_at IS NOT NULL"
    index("ix_desk_place_gone", "desk_place", columns, where=where)
    untrigger(_RANK)
    trigger(_RANK, _ON_RANK, _STANDS, "OLD.rank <> NEW.rank")
    untrigger("desk_quiet_back")
    _add(_COUNTS, "team_count", "desk_place")
    _add(_MARKS, "desk_quiet", "device_seen")
    if by_month():
        op.execute(_SEARCHED)


def downgrade() -> None:
    """Take them away; PostgreSQL keeps its extension."""
    if by_month():
        op.execute("DROP INDEX IF EXISTS ix_device_label")
    for name, *_ in _COUNTS:
        untrigger(f"team_count_{name}")
    for name, *_ in _MARKS:
        untrigger(f"desk_quiet_{name}")
    untrigger(_RANK)
    trigger(_RANK, _ON_RANK, _STANDS)
    _add((("back", "UPDATE OF last_seen", "OLD.quiet AND NEW.quiet", _BACK),),
         "desk_quiet", "device_seen")  # fmt: skip
    op.drop_index(op.f("ix_desk_place_gone"), "desk_place")
    op.drop_table("team_count_change")
    op.drop_table("team_count")


def _add(triggers: tuple[tuple[str, str, str, str], ...], name: str, of: str) -> None:
    for one, when, condition, does in triggers:
        trigger(f"{name}_{one}", f"AFTER {when} ON {of} FOR EACH ROW", does, condition)
