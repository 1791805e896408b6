"""The audit log becomes one chain; what stands in it already is chained as it is found.

The mark `audit.chained` says how many entries that were: what was changed in them before does not
show. The chain's own header follows when the endpoint starts, since it names the endpoint's key.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.trust.chain import links

revision = "0018"
down_revision = "0017"

COLUMNS = (
    ("seq", sa.BigInteger()),
    ("salt", sa.LargeBinary()),
    ("commitment", sa.LargeBinary()),
    ("previous", sa.LargeBinary()),
    ("hash", sa.LargeBinary()),
    ("body", sa.Text()),
)
BATCH = 5000
_LOG = sa.table(
    "audit_log",
    *(sa.column(name) for name in ("id", "at", "actor", "act", "subject")),
    *(sa.column(name, kind) for name, kind in COLUMNS),
)


def upgrade() -> None:
    """Add the columns and tables, and chain what there is."""
    for name, kind in COLUMNS:
        op.add_column("audit_log", sa.Column(name, kind, nullable=True))
    op.create_index("ix_audit_log_seq", "audit_log", ["seq"], unique=True)
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("header", sa.Text(), server_default="", nullable=False),
        sa.Column("header_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_checkpoint")),
    )
    op.create_index("ix_audit_checkpoint_day", "audit_checkpoint", ["day"])
    connection = op.get_bind()
    seq, digest = _chain(connection, 0, links.GENESIS)
    if seq:
        newest = connection.scalar(sa.select(sa.func.max(_LOG.c.at)))
        values = {"at": newest, "actor": "endpoint", "act": "audit.chained", "subject": str(seq)}
        connection.execute(sa.insert(_LOG).values(**values))
        seq, digest = _chain(connection, seq, digest)
        connection.execute(sa.insert(head).values(id=1, seq=seq, hash=digest))


def _chain(connection: sa.Connection, seq: int, digest: bytes) -> tuple[int, bytes]:
    """Chain what is not, in the order in which it was written; give where that ends."""
    asked = sa.select(_LOG).where(_LOG.c.seq.is_(None)).order_by(_LOG.c.id).limit(BATCH)
    while rows := connection.execute(asked).all():
        for row in rows:
            seq += 1
            payload = {"actor": row.actor, "subject": row.subject}
            said = Record(kind=row.act, at=Moment(boot=0.0, wall=row.at), payload=payload)
            made = links.append(said, epoch=1, seq=seq, previous=digest)
            digest = made.hash
            connection.execute(
                sa.update(_LOG)
                .where(_LOG.c.id == row.id)
                .values(
                    seq=seq,
                    salt=made.salt,
                    commitment=made.commitment,
                    previous=made.previous,
                    hash=made.hash,
                )
            )
    return seq, digest


def downgrade() -> None:
    """Let go of the chain."""
    op.drop_table("audit_checkpoint")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_log_seq", table_name="audit_log")
    for name, _ in reversed(COLUMNS):
        op.drop_column("audit_log", name)
