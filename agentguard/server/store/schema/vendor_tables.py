"""The vendor register of the centre, and which of the fleet's programs are whose.

Days are days (2027-01-31) or empty; other times are wall seconds since 1970.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
)

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA

# An entry of the register as JSON, known by the `key` of its name (SHA-256, whatever the name's
# case); `desks` is on how many desks its programs stood when they were counted last, `due` the
# first of its days, empty where it has none or is not approved.
vendor = Table(
    "vendor",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("entry", Text, nullable=False),
    Column("desks", BigInteger, nullable=False, server_default="0"),
    Column("due", String(10), nullable=False, server_default=""),
    Column("set_by", String(100), nullable=False),
    Column("set_at", Float, nullable=False),
)

# Whose a version of a program is, 0 for nobody in the register, and what it is for (`classes`,
# separated by spaces); `register` is the digest of the register that it was matched with. A row
# whose program is gone is swept away.
program_vendor = Table(
    "program_vendor",
    METADATA,
    Column("program", BigInteger, primary_key=True, autoincrement=False),
    Column("vendor", BigInteger, nullable=False),
    Column("classes", String(100), nullable=False, server_default=""),
    Column("register", String(16), nullable=False),
    Index("ix_program_vendor_vendor", "vendor"),
)

# Of which day of a vendor was told, and how many days before it: each once.
vendor_reminder = Table(
    "vendor_reminder",
    METADATA,
    Column("vendor", SERIAL, ForeignKey("vendor.id"), primary_key=True, autoincrement=False),
    Column("what", String(20), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("mark", SmallInteger, primary_key=True, autoincrement=False),
)
