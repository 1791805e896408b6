"""History of postures and events: partitions, roll-ups and retention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIERS = ("ok", "attention", "failing", "silent")
_DAY = ("samples", "opened", "closed", "incidents")
_MADE = (
    "retention_run", "retention_age", "legal_hold", "job",
    "org_day", "team_day", "org_hour", "team_hour", "team_summary",
)  # fmt: skip
_INDEXES = (
    ("ix_event_received_at", "event", "received_at"),
    ("ix_posture_change_at", "posture_change", "at"),
    ("ix_finding_opened_at", "finding", "opened_at"),
    ("ix_finding_closed_at", "finding", "closed_at"),
)
_BY_MONTH = (
    "ALTER TABLE event RENAME TO event_before",
    "ALTER INDEX pk_event RENAME TO pk_event_before",
    "ALTER INDEX ix_event_device_received RENAME TO ix_event_device_received_before",
    "CREATE TABLE event (LIKE event_before) PARTITION BY RANGE (received_at)",
    (
        "ALTER TABLE event ADD CONSTRAINT pk_event PRIMARY KEY (device, epoch, seq, received_at),"
        " ADD CONSTRAINT fk_event_device FOREIGN KEY (device) REFERENCES device (id)"
    ),
    "CREATE INDEX ix_event_device_received ON event (device, received_at)",
)
_WHOLE = (
    "CREATE TABLE event_whole (LIKE event)",
    "INSERT INTO event_whole SELECT * FROM event",
    "DROP TABLE event",
    "ALTER TABLE event_whole RENAME TO event",
    (
        "ALTER TABLE event ADD CONSTRAINT pk_event PRIMARY KEY (device, epoch, seq),"
        " ADD CONSTRAINT fk_event_device FOREIGN KEY (device) REFERENCES device (id)"
    ),
    "CREATE INDEX ix_event_device_received ON event (device, received_at)",
)


def upgrade() -> None:
    """Cut events by month where the database can do that, and make the tables."""
    if op.get_bind().dialect.name == "postgresql":
        _cut()
    _tables()
    for name, table, column in _INDEXES:
        brin = column in {"received_at", "at"}
        op.create_index(name, table, [column], postgresql_using="brin" if brin else "btree")


def downgrade() -> None:
    """Take the tables away, and put events into one."""
    for name, table, _ in _INDEXES:
        op.drop_index(name, table)
    for name in _MADE:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for words in _WHOLE:
            op.execute(words)


def _cut() -> None:
    for words in _BY_MONTH:
        op.execute(words)
    span = op.get_bind().execute(
        sa.text("SELECT min(received_at), max(received_at) FROM event_before")
    )
    first, last = span.one()
    for name, begin, end in _months(first, last) if first is not None else ():
        op.execute(f"CREATE TABLE {name} PARTITION OF event FOR VALUES FROM ({begin}) TO ({end})")
    op.execute("INSERT INTO event SELECT * FROM event_before")
    op.execute("DROP TABLE event_before")


def _months(first: float, last: float) -> Iterator[tuple[str, float, float]]:
    day = datetime.fromtimestamp(first, UTC)
    month = day.year * 12 + day.month - 1
    while (begin := _begin(month)) <= last:
        year, number = divmod(month, 12)
        yield f"event_{year:04}{number + 1:02}", begin, _begin(month + 1)
        month += 1


def _begin(month: int) -> float:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()


def _tables() -> None:
    _rolled("team_summary", ("findings", "incidents"), _team(), more=(_float("as_of"),))
    _rolled("team_hour", ("samples",), _team(), _at())
    _rolled("org_hour", ("samples",), _at())
    _rolled("team_day", _DAY, _team(), _at())
    _rolled("org_day", _DAY, _at())
    op.create_table("job", _text("name", 50, primary_key=True), _float("ran_at"))
    op.create_table(
        "legal_hold",
        sa.Column("id", _SERIAL, primary_key=True),
        _text("kind", 20),
        _text("subject", 200),
        _text("reason", 500),
        _text("placed_by", 100),
        _float("placed_at"),
        sa.Column("ended_by", sa.String(100)),
        sa.Column("ended_at", sa.Float()),
    )
    op.create_table(
        "retention_age",
        _text("record", 50, primary_key=True),
        sa.Column("days", sa.Integer(), nullable=False),
        _text("set_by", 100),
        _float("set_at"),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", _SERIAL, primary_key=True),
        _float("at"),
        _text("record", 50),
        _float("cutoff"),
        sa.Column("deleted", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("dry", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_retention_run_at", "retention_run", ["at"])


def _rolled(
    name: str,
    counts: tuple[str, ...],
    *key: sa.Column[float],
    more: tuple[sa.Column[float], ...] = (),
) -> None:
    columns = [sa.Column(c, sa.BigInteger(), nullable=False) for c in (*_TIERS, *counts)]
    op.create_table(name, *key, *columns, *more)


def _team() -> sa.Column[float]:
    reference = sa.ForeignKey("team.id", name=None)
    return sa.Column("team", _SERIAL, reference, primary_key=True, autoincrement=False)


def _at() -> sa.Column[float]:
    return sa.Column("at", sa.Float(), primary_key=True)


def _float(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float(), nullable=False)


def _text(name: str, length: int, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, primary_key=primary_key)
