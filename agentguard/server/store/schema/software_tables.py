"""The programs of the fleet: each version once, which desk has it, and how many desks have it.

Times are wall seconds since 1970. `rank` is a state's place in `software.ranks.WORST`, the worst
first; counts are kept where inventories are taken in and where programs are judged anew.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    false,
)

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.tables import METADATA


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _device() -> Column[str]:
    return Column("device", String(64), ForeignKey("device.id"), primary_key=True)


def _program() -> Column[int]:
    of = ForeignKey("program.id")
    return Column("program", columns.SERIAL, of, primary_key=True, autoincrement=False)


# A version of a program as desks tell of it, known by the `digest` (SHA-256) of what they tell,
# with what the endpoint says of it: `product` is empty where no rule knows it and `-` for a part of
# another program; `ends` is a day (2027-01-31) or empty, `why` the JSON of a sentence's id and
# params, `page` where it is said. It is in this state `since` then. `judged_with` names the
# catalogue, the policy and the day that it was judged with; `first_seen` is by any desk.
program = Table(
    "program",
    METADATA,
    Column("id", columns.SERIAL, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    columns.text("name", 300),
    columns.text("version", 100),
    columns.text("publisher", 200),
    columns.text("source", 50),
    columns.text("kind", 20),
    columns.text("edition", 100),
    columns.text("arch", 20),
    columns.text("channel", 50),
    columns.text("scope", 20),
    columns.text("signer", 200),
    columns.text("ident", 300),
    columns.text("host", 50),
    Column("permissions", Text, nullable=False, server_default="[]"),
    Column("first_seen", Float, nullable=False),
    columns.text("product", 100),
    columns.text("title", 300),
    columns.text("line", 100),
    columns.text("state", 20),
    Column("rank", SmallInteger, nullable=False),
    Column("since", Float, nullable=False),
    columns.text("ends", 10),
    Column("why", Text, nullable=False, server_default=""),
    Column("page", Text, nullable=False, server_default=""),
    columns.text("judged_with", 100),
    Index("ix_program_product", "product", "rank"),
    Index("ix_program_rank", "rank"),
    Index("ix_program_judged", "judged_with"),
)

device_program = Table(
    "device_program",
    METADATA,
    _device(),
    _program(),
    Column("first_seen", Float, nullable=False),
    Index("ix_device_program_of", "program", "device"),
    sqlite_with_rowid=False,
)

# What a desk once had. It was seen until `gone_at`, when a list without it came.
device_program_past = Table(
    "device_program_past",
    METADATA,
    _device(),
    _program(),
    Column("gone_at", Float, primary_key=True),
    Column("first_seen", Float, nullable=False),
    Index("ix_device_program_past_gone", "gone_at"),
    Index("ix_device_program_past_of", "program"),
    sqlite_with_rowid=False,
)

# A desk's newest list, told `seen_at`, the same since `changed_at`: how many programs, of them how
# many in each state (parts of others and what a desk leaves out in none), and the worst `rank`, in
# which it is `since` then. `unread` says why the list is not whole, an id under `unread`.
device_inventory = Table(
    "device_inventory",
    METADATA,
    _device(),
    columns.text("digest", 64),
    Column("seen_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    _count("programs"),
    Column("rank", SmallInteger, nullable=False),
    Column("since", Float, nullable=False),
    *(_count(name) for name in ("exploited", "ended", "ending", "unknown", "allowed", "supported")),
    columns.text("unread", 50),
    Index("ix_device_inventory_rank", "rank", "device"),
)

program_count = Table("program_count", METADATA, _program(), _count("desks"))

# A desk counts once for a product, with the worst rank of the versions that it has: the sum over
# the ranks of a product is how many desks have it. What no rule knows is the product without name.
product_count = Table(
    "product_count",
    METADATA,
    Column("product", String(100), primary_key=True),
    Column("rank", SmallInteger, primary_key=True, autoincrement=False),
    _count("desks"),
)

# On how many desks a version came and went on a day, which begins `at` (UTC).
program_day = Table(
    "program_day",
    METADATA,
    Column("at", Float, primary_key=True),
    _program(),
    _count("came"),
    _count("went"),
)

# Who sees to a product, and until when; `target` and `review_by` are days (2027-01-31) or empty.
# `title` names the product when no desk has it any more; `reminded` is the mark, in days before the
# target, of which everybody was told last. What was decided before is in `plan_decision`.
product_plan = Table(
    "product_plan",
    METADATA,
    Column("product", String(100), primary_key=True),
    columns.text("owner", 200),
    columns.text("target", 10),
    Column("reason", Text, nullable=False, server_default=""),
    columns.text("set_by", 100),
    Column("set_at", Float, nullable=False),
    columns.text("review_by", 10),
    columns.text("title", 300),
    Column("covers_attacked", Boolean, nullable=False, server_default=false()),
    Column("reminded", SmallInteger),
)
