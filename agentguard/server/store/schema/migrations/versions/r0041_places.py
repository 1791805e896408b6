"""Where each desk belongs and how it stands, in one narrow table that its own triggers keep.

Programs of before write as they did: the triggers are the database's, so that nobody need know.
"""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    boolean,
    index,
    real,
    serial,
    small,
    string,
    table,
    trigger,
    untrigger,
)

revision = "0041"
down_revision = "0040"
LEAST = "0019"

_NONE = 9
_THERE = "{}status NOT IN ('retired', 'pending')"
_WELL = "EXISTS (SELECT 1 FROM keeper WHERE keeper.device = {} AND keeper.well)"
_GOODBYE = (
    "(SELECT CASE WHEN goodbye <> '' THEN COALESCE(goodbye_at, 0) END FROM device_run "
    "WHERE device_run.device = {} ORDER BY begun_at DESC LIMIT 1)"
)
_FILL = f"""
INSERT INTO desk_place (device, team, label, shown, rank, gone_at)
SELECT device.id, device.team, device.label,
  {_THERE.format("device.")} AND NOT {_WELL.format("device.id")},
  COALESCE(device_standing.rank, {_NONE}), {_GOODBYE.format("device.id")}
FROM device LEFT JOIN device_standing ON device_standing.device = device.id
"""  # noqa: S608 - no values
_ENROLLED = f"""
INSERT INTO desk_place (device, team, label, shown, rank)
VALUES (NEW.id, NEW.team, NEW.label, {_THERE.format("NEW.")}, {_NONE});
"""  # noqa: S608 - no values
_MOVED = f"""
UPDATE desk_place SET team = NEW.team, label = NEW.label,
  shown = {_THERE.format("NEW.")} AND NOT {_WELL.format("NEW.id")}
WHERE device = NEW.id;
"""  # noqa: S608 - no values
_GONE = "DELETE FROM desk_place WHERE device = OLD.id;"
_STANDS = "UPDATE desk_place SET rank = NEW.rank WHERE device = NEW.device;"
_UNKNOWN = f"UPDATE desk_place SET rank = {_NONE} WHERE device = OLD.device;"  # noqa: S608 - no values
_SAID = f"UPDATE desk_place SET gone_at = {_GOODBYE} WHERE device = {{}};"  # noqa: S608 - no values
_RAN, _FORGOTTEN = _SAID.replace("{}", "NEW.device"), _SAID.replace("{}", "OLD.device")
_OF_KEEPER = """
UPDATE desk_place SET shown = {}(SELECT {} FROM device WHERE device.id = desk_place.device)
WHERE device = {};
"""
_KEPT = _OF_KEEPER.format("NOT NEW.well AND ", _THERE.format(""), "NEW.device")
_LEFT = _OF_KEEPER.format("", _THERE.format(""), "OLD.device")
_TRIGGERS = (
    ("device", "INSERT", "INSERT", _ENROLLED),
    ("device", "UPDATE", "UPDATE OF team, label, status", _MOVED),
    ("device", "DELETE", "DELETE", _GONE),
    ("device_standing", "INSERT", "INSERT", _STANDS),
    ("device_standing", "UPDATE", "UPDATE OF rank", _STANDS),
    ("device_standing", "DELETE", "DELETE", _UNKNOWN),
    ("device_run", "INSERT", "INSERT", _RAN),
    ("device_run", "UPDATE", "UPDATE OF begun_at, goodbye, goodbye_at", _RAN),
    ("device_run", "DELETE", "DELETE", _FORGOTTEN),
    ("keeper", "INSERT", "INSERT", _KEPT),
    ("keeper", "UPDATE", "UPDATE OF well", _KEPT),
    ("keeper", "DELETE", "DELETE", _LEFT),
)
"""Of which table, after what, which columns of it, and what is done."""


def upgrade() -> None:
    """Make the table with its triggers, and fill it from what is there."""
    table(
        "desk_place",
        string("device", 64),
        serial("team", counts=False),
        string("label", 200),
        boolean("shown"),
        small("rank"),
        real("gone_at", nullable=True),
        key=["device"],
        sqlite_with_rowid=False,
    )
    op.execute(_FILL)
    index("ix_desk_place_team", "desk_place", ["shown", "team", "rank"])
    index("ix_desk_place_label", "desk_place", ["shown", "rank", "label", "device"])
    index("ix_device_pending", "device", ["team"], where="status = 'pending'")
    for of, act, when, does in _TRIGGERS:
        trigger(f"desk_place_{of}_{act.lower()}", f"AFTER {when} ON {of} FOR EACH ROW", does)


def downgrade() -> None:
    """Take them away."""
    for of, act, _, _ in _TRIGGERS:
        untrigger(f"desk_place_{of}_{act.lower()}")
    op.drop_index(op.f("ix_device_pending"), "device")
    op.drop_table("desk_place")
