"""The open findings of desks that are shown, narrow and in their order, and how many of each.

Triggers keep both, whichever program opens, changes or closes a finding, or decides about a desk.
Sums are changes that are only added, as those of desks (`r0043_counts.py`).
"""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    index,
    integer,
    real,
    serial,
    small,
    string,
    table,
    trigger,
    untrigger,
)

revision = "0044"
down_revision = "0043"
LEAST = "0019"

_DESKS = -1
"""In the place of a danger: how many desks have the control among their open findings."""
_SHOWN = "{}.status NOT IN ('retired', 'pending')"
_DANGER = """
CASE {0}.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3
ELSE 4 END + CASE WHEN {0}.severity IN ('critical', 'high') AND {0}."check" IN
('forbidden-held', 'remote-tools', 'remote-session', 'pii-files', 'clear-text') THEN 0 ELSE 10 END
"""
_INTO = 'INSERT INTO open_finding (finding, device, team, "check", danger, opened_at) '
_ROW = f'{{0}}.id, {{0}}.device, {{1}}.team, {{0}}."check", {_DANGER}, {{0}}.opened_at'
_FILL = f"""
{_INTO} SELECT {_ROW.format("finding", "device")}
FROM finding JOIN device ON device.id = finding.device
WHERE finding.closed_at IS NULL AND {_SHOWN.format("device")}
"""  # noqa: S608 - no values
_COUNTED = """
INSERT INTO finding_count ("check", danger, many)
SELECT "check", danger, COUNT(*) FROM open_finding GROUP BY 1, 2
UNION ALL SELECT "check", {}, COUNT(DISTINCT device) FROM open_finding GROUP BY 1
"""
_OPENED = f"""
{_INTO} SELECT {_ROW.format("NEW", "device")} FROM device
WHERE NEW.closed_at IS NULL AND device.id = NEW.device AND {_SHOWN.format("device")};
"""  # noqa: S608 - no values
_CLOSED = "DELETE FROM open_finding WHERE finding = OLD.id;"
_LEFT = "DELETE FROM open_finding WHERE device = OLD.id;"
_SEEN = f"""
{_INTO} SELECT {_ROW.format("finding", "NEW")} FROM finding
WHERE finding.device = NEW.id AND finding.closed_at IS NULL AND {_SHOWN.format("NEW")};
"""  # noqa: S608 - no values
_MOVED = "UPDATE open_finding SET team = NEW.team WHERE device = NEW.id;"
_CHANGED = """
(OLD.closed_at IS NULL) <> (NEW.closed_at IS NULL) OR NEW.closed_at IS NULL AND
(OLD.device <> NEW.device OR OLD."check" <> NEW."check" OR OLD.severity <> NEW.severity
OR OLD.opened_at <> NEW.opened_at)
"""
_TRIGGERS = (
    ("opened", "finding", "INSERT", "NEW.closed_at IS NULL", _OPENED),
    ("changed", "finding", 'UPDATE OF device, "check", severity, opened_at, closed_at',
     _CHANGED, _CLOSED + _OPENED),
    ("closed", "finding", "DELETE", "OLD.closed_at IS NULL", _CLOSED),
    ("decided", "device", "UPDATE OF status",
     f"({_SHOWN.format('OLD')}) <> ({_SHOWN.format('NEW')})", _LEFT + _SEEN),
    ("moved", "device", "UPDATE OF team", "OLD.team <> NEW.team", _MOVED),
)  # fmt: skip
"""The end of its name, of which table, after what, on which condition, and what is done."""
_ADD = """
INSERT INTO finding_count_change ("check", danger, many) VALUES ({0}."check", {0}.danger, {1});
INSERT INTO finding_count_change ("check", danger, many) SELECT {0}."check", {2}, {1}
WHERE NOT EXISTS (SELECT 1 FROM open_finding AS other WHERE other.device = {0}.device
AND other."check" = {0}."check" AND other.finding <> {0}.finding);
"""
_COUNTS = (
    ("more", "BEFORE INSERT", "NEW", _ADD.format("NEW", "1", _DESKS)),
    ("less", "BEFORE DELETE", "OLD", _ADD.format("OLD", "-1", _DESKS)),
)
"""Before, so that of several in one statement each sees those that came before it alone."""


def upgrade() -> None:
    """Let triggers follow from now on, then take over what is open and count it."""
    _tables()
    for name, of, when, condition, does in _TRIGGERS:
        trigger(f"open_finding_{name}", f"AFTER {when} ON {of} FOR EACH ROW", does, condition)
    op.execute(_FILL)
    op.execute(_COUNTED.format(_DESKS))
    for name, when, gives, does in _COUNTS:
        words = f"{when} ON open_finding FOR EACH ROW"
        trigger(f"finding_count_{name}", words, does, gives=gives)
    left = "state NOT IN ('open', 'proved')"
    index("ix_finding_care_stands", "finding_care", ["finding"], where=left)
    index("ix_exception_desk_until", "exception_desk", ["until"], where="ended_at IS NULL")


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_exception_desk_until"), "exception_desk")
    op.drop_index(op.f("ix_finding_care_stands"), "finding_care")
    for name, *_ in _TRIGGERS:
        untrigger(f"open_finding_{name}")
    for name, *_ in _COUNTS:
        untrigger(f"finding_count_{name}")
    for name in ("finding_count_change", "finding_count", "open_finding"):
        op.drop_table(name)


def _tables() -> None:
    narrow = (serial("team", counts=False), string("check", 100), small("danger"))
    table("open_finding", serial("finding", counts=False), string("device", 64), *narrow,
          real("opened_at"), key=["finding"], sqlite_with_rowid=False)  # fmt: skip
    order = ["danger", "opened_at", "finding", "team"]
    index("ix_open_finding_danger", "open_finding", order)
    index("ix_open_finding_check", "open_finding", ["check", "opened_at"])
    index("ix_open_finding_device", "open_finding", ["device", "check"])
    each = ["team", "check", "device", "danger", "opened_at"]
    index("ix_open_finding_team", "open_finding", each)
    counted = (string("check", 100), small("danger"), integer("many"))
    table("finding_count", *counted, key=["check", "danger"], sqlite_with_rowid=False)
    op.create_table("finding_count_change", string("check", 100), small("danger"), integer("many"))
