"""Incidents follow playbooks, may be about no desk, and are contained; who waits is told.

Those of before keep all that was said of them, and get the playbook of their kind.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    NO,
    boolean,
    index,
    integer,
    real,
    serial,
    string,
    table,
    text,
)

revision = "0032"
down_revision = "0031"
LEAST = "0019"

_ABOUT = "about <> '' AND state <> 'closed'"
_NUMBER = "number <> ''"
MINUTE, HOUR, DAY = 60, 3600, 86400
BEFORE = {
    "card-data": ("card-data-found", "high", 30 * MINUTE, 4 * HOUR, 5 * DAY),
    "data-sent": ("wrong-recipient", "high", 30 * MINUTE, 4 * HOUR, 3 * DAY),
    "suspicious-message": ("phishing", "high", 30 * MINUTE, 2 * HOUR, 3 * DAY),
    "lost-device": ("lost-device", "high", 15 * MINUTE, HOUR, 3 * DAY),
}
"""The playbook, the severity and the times (seconds) of a kind of report."""
OTHERS = ("general", "medium", 60 * MINUTE, 8 * HOUR, 5 * DAY)
_TIMES = ("take_due", "contain_due", "close_due")


def _added() -> tuple[sa.Column[object], ...]:
    return (
        string("playbook", 60, default=""),
        string("severity", 10, default=""),
        string("source", 20, default=""),
        string("about", 250, default=""),
        string("title", 200, default=""),
        string("opened_by", 100, default=""),
        boolean("restricted", default=NO),
        string("plan", 64, default=""),
        real("take_due", nullable=True),
        real("contain_due", nullable=True),
        real("close_due", nullable=True),
        real("contained_at", nullable=True),
        text("lessons", default=""),
        string("verdict", 20, default=""),
        real("reopened_at", nullable=True),
    )


def upgrade() -> None:
    """Widen the incidents, give those of before a playbook, and make the tables."""
    for column in _added():
        op.add_column("incident", column)
    _may_lack_a_desk(lacking=True)
    index("ux_incident_about", "incident", ["source", "about"], unique=True, where=_ABOUT)
    _give_playbooks()
    _make_tables()


def downgrade() -> None:
    """Take them away; what is about no desk goes, as there was no place for it."""
    for name in ("notice_wish", "incident_look", "containment", "incident_task", "playbook_text"):
        op.drop_table(name)
    op.drop_index(op.f("ux_incident_about"), "incident")
    homeless = "SELECT id FROM incident WHERE device IS NULL"
    op.execute(f"DELETE FROM incident_step WHERE incident IN ({homeless})")  # noqa: S608 - no values
    op.execute("DELETE FROM incident WHERE device IS NULL")
    for column in _added():
        op.drop_column("incident", column.name)
    _may_lack_a_desk(lacking=False)


def _may_lack_a_desk(*, lacking: bool) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.alter_column("incident", "device", existing_type=sa.String(64), nullable=lacking)
        return
    before, after = "device VARCHAR(64) NOT NULL", "device VARCHAR(64)"
    swap = (before, after) if lacking else (after, before)
    indexes = _indexes()
    _copied("incident", "incident_made", *swap)
    _copied("incident_step", "incident_step_made", "incident (id)", "incident_made (id)")
    op.execute("DROP TABLE incident_step")
    op.execute("DROP TABLE incident")
    op.execute("ALTER TABLE incident_made RENAME TO incident")
    op.execute("ALTER TABLE incident_step_made RENAME TO incident_step")
    for one in indexes:
        op.execute(one)


def _indexes() -> list[str]:
    asked = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name IN ('incident', 'incident_step') ORDER BY name"
    )
    return [str(row[0]) for row in op.get_bind().exec_driver_sql(asked)]


def _copied(name: str, made: str, before: str, after: str) -> None:
    """Copy a table with one part of its definition changed; SQLite changes no column in place."""
    connection = op.get_bind()
    asked = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
    words = str(connection.exec_driver_sql(asked, (name,)).scalar_one())
    body = re.sub(r'"(incident|incident_step)"', r"\1", words).split("(", 1)[1]
    op.execute(f"CREATE TABLE {made} ({body.replace(before, after, 1)}")
    op.execute(f"INSERT INTO {made} SELECT * FROM {name}")  # noqa: S608 - no values


def _give_playbooks() -> None:
    """Write down the playbook of each; what is closed has no day any more."""
    here = sa.table(
        "incident",
        *(sa.column(c) for c in ("category", "state", "playbook", "severity", "source")),
        *(sa.column(c, sa.Float) for c in ("reported_at", *_TIMES)),
    )
    for category, values in ((None, OTHERS), *BEFORE.items()):
        name, severity, *times = values
        given = {"playbook": name, "severity": severity, "source": "person"}
        if category == "card-data":
            given["source"] = "guided"
        which = sa.true() if category is None else here.c.category == category
        op.execute(sa.update(here).where(which).values(**given))
        due = {key: here.c.reported_at + far for key, far in zip(_TIMES, times, strict=True)}
        op.execute(sa.update(here).where(which, here.c.state != "closed").values(**due))


def _make_tables() -> None:
    _keep_playbooks()
    _keep_containment()
    table(
        "notice_wish",
        string("user", 100),
        string("mail", 250, default=""),
        integer("minutes", default="60"),
        real("sent_at", nullable=True),
        string("told", 64, default=""),
        key=["user"],
    )


def _keep_playbooks() -> None:
    table(
        "playbook_text",
        string("digest", 64),
        string("id", 60, default=""),
        text("body"),
        boolean("own", default=NO),
        key=["digest"],
    )
    table(
        "incident_task",
        serial("incident", counts=False),
        string("task", 40),
        real("done_at"),
        string("done_by", 100, default=""),
        string("answer", 20, default=""),
        text("note", default=""),
        text("skipped", default=""),
        key=["incident", "task"],
        refers={"incident": "incident.id"},
    )


def _keep_containment() -> None:
    table(
        "containment",
        serial("id"),
        serial("incident"),
        string("device", 64),
        string("act", 20, default=""),
        string("state", 10, default=""),
        integer("seconds"),
        text("reason", default=""),
        string("asked_by", 100, default=""),
        real("asked_at"),
        string("ruled_by", 100, default=""),
        real("ruled_at", nullable=True),
        real("until", nullable=True),
        real("told_at", nullable=True),
        string("told", 20, default=""),
        string("ended_by", 100, default=""),
        real("ended_at", nullable=True),
        key=["id"],
        refers={"incident": "incident.id", "device": "device.id"},
    )
    index("ix_containment_incident", "containment", ["incident"])
    index("ix_containment_device", "containment", ["device", "state"])
    table(
        "incident_look",
        serial("id"),
        serial("incident"),
        string("state", 10, default=""),
        text("reason", default=""),
        string("asked_by", 100, default=""),
        real("asked_at"),
        string("ruled_by", 100, default=""),
        real("ruled_at", nullable=True),
        real("until", nullable=True),
        key=["id"],
        refers={"incident": "incident.id"},
    )
    index("ix_incident_look_incident", "incident_look", ["incident"])
