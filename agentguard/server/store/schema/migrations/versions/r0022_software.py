"""The tables of the fleet's programs.

Beside what was first planned: `program` tells since when a version is in its state, when any desk
first had it, and the page that says so; `device_inventory` counts programs by state, so that a
version that is judged anew changes a desk's row without a look at its other programs;
`product_count` counts a desk once for a product, at the worst rank of its versions; `program_day`
keeps what came and went by day. Programs of before may write on: they know nothing of these.
"""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    big,
    binary,
    index,
    real,
    serial,
    small,
    string,
    table,
    text,
)

revision = "0022"
down_revision = "0021"
LEAST = "0019"

_WORDS = (
    ("name", 300), ("version", 100), ("publisher", 200), ("source", 50), ("kind", 20),
    ("edition", 100), ("arch", 20), ("channel", 50), ("scope", 20), ("signer", 200),
    ("ident", 300), ("host", 50),
)  # fmt: skip
_STATES = ("exploited", "ended", "ending", "unknown", "allowed", "supported")
_OF = {"device": "device.id", "program": "program.id"}


def upgrade() -> None:
    """Make the tables."""
    _make_program()
    _make_of_desks()
    _make_inventory()
    _make_counts()
    table(
        "product_plan",
        string("product", 100),
        string("owner", 200, default=""),
        string("target", 10, default=""),
        text("reason", default=""),
        string("set_by", 100, default=""),
        real("set_at"),
        string("review_by", 10, default=""),
        key=["product"],
    )


def _make_program() -> None:
    table(
        "program",
        serial("id"),
        binary("digest"),
        *(string(name, length, default="") for name, length in _WORDS),
        text("permissions", default="[]"),
        real("first_seen"),
        string("product", 100, default=""),
        string("title", 300, default=""),
        string("line", 100, default=""),
        string("state", 20, default=""),
        small("rank"),
        real("since"),
        string("ends", 10, default=""),
        text("why", default=""),
        text("page", default=""),
        string("judged_with", 100, default=""),
        key=["id"],
        unique="digest",
    )
    index("ix_program_product", "program", ["product", "rank"])
    index("ix_program_rank", "program", ["rank"])
    index("ix_program_judged", "program", ["judged_with"])


def _make_of_desks() -> None:
    table(
        "device_program",
        string("device", 64),
        serial("program", counts=False),
        real("first_seen"),
        key=["device", "program"],
        refers=_OF,
        sqlite_with_rowid=False,
    )
    index("ix_device_program_of", "device_program", ["program", "device"])
    table(
        "device_program_past",
        string("device", 64),
        serial("program", counts=False),
        real("gone_at"),
        real("first_seen"),
        key=["device", "program", "gone_at"],
        refers=_OF,
        sqlite_with_rowid=False,
    )
    index("ix_device_program_past_gone", "device_program_past", ["gone_at"])
    index("ix_device_program_past_of", "device_program_past", ["program"])


def _make_inventory() -> None:
    table(
        "device_inventory",
        string("device", 64),
        string("digest", 64, default=""),
        real("seen_at"),
        real("changed_at"),
        big("programs", default="0"),
        small("rank"),
        real("since"),
        *(big(name, default="0") for name in _STATES),
        string("unread", 50, default=""),
        key=["device"],
        refers={"device": "device.id"},
    )
    index("ix_device_inventory_rank", "device_inventory", ["rank", "device"])


def _make_counts() -> None:
    table(
        "program_count",
        serial("program", counts=False),
        big("desks", default="0"),
        key=["program"],
        refers={"program": "program.id"},
    )
    table(
        "product_count",
        string("product", 100),
        small("rank", counts=False),
        big("desks", default="0"),
        key=["product", "rank"],
    )
    table(
        "program_day",
        real("at"),
        serial("program", counts=False),
        big("came", default="0"),
        big("went", default="0"),
        key=["at", "program"],
        refers={"program": "program.id"},
    )


def downgrade() -> None:
    """Take the tables away."""
    for name in (
        "product_plan", "program_day", "product_count", "program_count", "device_inventory",
        "device_program_past", "device_program", "program",
    ):  # fmt: skip
        op.drop_table(name)
