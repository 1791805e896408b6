"""Sites, shifts, where teams belong, how each desk stands, and the steps of incidents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("closed_at IS NULL")
_RANKS = ("act", "attention", "blind", "good")
_SEVERITIES = ("critical", "high", "medium", "low")
_AT_ONCE = 1000


def upgrade() -> None:
    """Make the tables, and stand the desks that have reported."""
    op.create_table(
        "site",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("name", name=op.f("uq_site_name")),
    )
    op.create_table(
        "shift",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("begins", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("name", name=op.f("uq_shift_name")),
    )
    op.create_table(
        "team_place",
        sa.Column("team", _SERIAL, nullable=False, autoincrement=False),
        sa.Column("site", _SERIAL, nullable=True),
        sa.Column("shift", _SERIAL, nullable=True),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("fk_team_place_team")),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_team_place_site")),
        sa.ForeignKeyConstraint(["shift"], ["shift.id"], name=op.f("fk_team_place_shift")),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_team_place")),
    )
    op.create_index(op.f("ix_team_place_site"), "team_place", ["site"])
    op.create_index(op.f("ix_team_place_shift"), "team_place", ["shift"])
    _standing()
    _steps()


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index("ix_event_lesson", "event")
    op.drop_index("ix_finding_open_check", "finding")
    for name in ("incident_step", "device_standing", "team_place", "shift", "site"):
        op.drop_table(name)


def _standing() -> None:
    made = op.create_table(
        "device_standing",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_device_standing_device")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_standing")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_device_standing_order", "device_standing", ["rank", "severity", "since", "device"]
    )
    op.create_index(
        "ix_finding_open_check",
        "finding",
        ["check", "device"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    held = sa.text("SELECT device, overall, controls, changed_at FROM posture_current")
    rows = [_stands(row) for row in op.get_bind().execute(held)]
    for first in range(0, len(rows), _AT_ONCE):
        op.bulk_insert(made, rows[first : first + _AT_ONCE])


def _steps() -> None:
    op.create_table(
        "incident_step",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("incident", _SERIAL, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_incident_step_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_step")),
    )
    op.create_index(op.f("ix_incident_step_incident"), "incident_step", ["incident"])
    answered = sa.text("kind = 'lesson.answered'")
    op.create_index(
        "ix_event_lesson",
        "event",
        ["received_at"],
        sqlite_where=answered,
        postgresql_where=answered,
    )


def _stands(row: Any) -> dict[str, object]:
    bad = [c for c in json.loads(row.controls) if c["state"] in {"fail", "unknown"}]
    keys = [(c["state"] != "fail", _place(_SEVERITIES, c["severity"]), c["since"]) for c in bad]
    _, severity, since = min(keys, default=(True, len(_SEVERITIES), ""))
    return {
        "device": row.device,
        "rank": _RANKS.index(row.overall) if row.overall in _RANKS else 1,
        "severity": severity,
        "since": _seconds(since, row.changed_at),
    }


def _place(order: tuple[str, ...], one: str) -> int:
    return order.index(one) if one in order else len(order)


def _seconds(iso: str, otherwise: float) -> float:
    try:
        moment = datetime.fromisoformat(iso)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return otherwise
