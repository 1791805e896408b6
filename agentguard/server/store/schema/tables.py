"""The tables, the same on SQLite and PostgreSQL; times are wall seconds since 1970."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.columns import SERIAL

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _device() -> Column[str]:
    return Column("device", String(64), ForeignKey("device.id"), nullable=False)


team = Table(
    "team",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
)

WAITS = text("status = 'pending'")
"""Which desks wait to be confirmed; an index has just these."""
device = Table(
    "device",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("team", SERIAL, ForeignKey("team.id"), nullable=False, index=True),
    Column("label", String(200), nullable=False),
    Column("system", String(200), nullable=False),
    Column("public_key", LargeBinary, nullable=False, unique=True),
    Column("enrolled_at", Float, nullable=False),
    Column("status", String(20), nullable=False, server_default="active"),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Index("ix_device_pending", "team", sqlite_where=WAITS, postgresql_where=WAITS),
)

# The one row that a report with nothing new writes; no index, so that updates stay cheap. `run` is
# the run that needs no second look: the newest, that has not said goodbye. `linked` is the entry
# from which on the chain is verified up to `hash`, which is that of entry `seq`.
device_seen = Table(
    "device_seen",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("last_seen", Float, nullable=False),
    Column("skew", Float, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("in_call", Boolean, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("agent", String(50), nullable=False),
    Column("policy", String(200), nullable=False),
    Column("policy_digest", String(128), nullable=False),
    Column("run", String(64), nullable=False, server_default=""),
    Column("stored_until", Float, nullable=False, server_default="0"),
    Column("linked", BigInteger),
    Column("quiet", Boolean, nullable=False, server_default=false()),
)

posture_current = Table(
    "posture_current",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("overall", String(20), nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("controls", Text, nullable=False),
    Column("digest", LargeBinary),
    Column("interruptions", Text, nullable=False, server_default=""),
)

posture_change = Table(
    "posture_change",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    _device(),
    Column("at", Float, nullable=False),
    Column("check", String(100), nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Index("ix_posture_change_device_at", "device", "at"),
)

event = Table(
    "event",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("kind", String(100), nullable=False),
    Column("at", Float, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_event_device_received", "device", "received_at"),
)

finding = Table(
    "finding",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    _device(),
    Column("check", String(100), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("message", String(200), nullable=False),
    Column("params", Text, nullable=False),
    Column("hits", Text, nullable=False),
    Column("place", String(200), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("closed_at", Float),
    Column("owner", String(20), nullable=False, server_default=""),
    Index(
        "ix_finding_owner",
        "owner",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ux_finding_open",
        "device",
        "check",
        "subject",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

# One that is about no desk has no `device`. `source` is how it began, `about` what it began from;
# `plan` is the digest of its playbook as it was then, empty where it began before there were any.
_ABOUT = text("about <> '' AND state <> 'closed'")
incident = Table(
    "incident",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("device", String(64), ForeignKey("device.id")),
    Column("category", String(100), nullable=False),
    Column("note", Text, nullable=False),
    Column("reported_at", Float, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("taken_by", String(100)),
    Column("taken_at", Float),
    Column("closed_by", String(100)),
    Column("closed_at", Float),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("number", String(20), nullable=False, server_default=""),
    Column("place", String(20), nullable=False, server_default=""),
    Column("ongoing", String(10), nullable=False, server_default=""),
    Column("attached", Text, nullable=False, server_default=""),
    Column("assigned_to", String(100)),
    Column("assigned_at", Float),
    columns.text("playbook", 60),
    columns.text("severity", 10),
    columns.text("source", 20),
    columns.text("about", 250),
    columns.text("title", 200),
    columns.text("opened_by", 100),
    Column("restricted", Boolean, nullable=False, server_default=false()),
    columns.text("plan", 64),
    Column("take_due", Float),
    Column("contain_due", Float),
    Column("close_due", Float),
    Column("contained_at", Float),
    Column("lessons", Text, nullable=False, server_default=""),
    columns.text("verdict", 20),
    Column("reopened_at", Float),
    Index(
        "ux_incident_number",
        "device",
        "number",
        unique=True,
        sqlite_where=text("number <> ''"),
        postgresql_where=text("number <> ''"),
    ),
    Index(
        "ix_incident_number",
        "number",
        sqlite_where=text("number <> ''"),
        postgresql_where=text("number <> ''"),
    ),
    Index(
        "ux_incident_about",
        "source",
        "about",
        unique=True,
        sqlite_where=_ABOUT,
        postgresql_where=_ABOUT,
    ),
)

enrol_code = Table(
    "enrol_code",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("team", SERIAL, ForeignKey("team.id"), nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("used_at", Float),
    Column("used_by", String(64)),
    Column("role", String(10)),  # of the device that it takes in; of an old one, either
)

user = Table(
    "user_account",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("password", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("language", String(16), nullable=False, server_default=""),
    Column("zone", String(64), nullable=False, server_default=""),
)

# The teams that a supervisor sees; without any, none.
user_team = Table(
    "user_team",
    METADATA,
    Column("user", String(100), ForeignKey("user_account.name"), primary_key=True),
    Column("team", SERIAL, ForeignKey("team.id"), primary_key=True),
)

session = Table(
    "session",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("user", String(100), ForeignKey("user_account.name"), nullable=False, index=True),
    Column("begun_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("proved_at", Float, nullable=False, server_default="0"),
    Column("how", String(20), nullable=False, server_default=""),
    Column("browser", String(100), nullable=False, server_default=""),
)

# `realm` is `desk` for agents and `console` for supervisors.
totp = Table(
    "totp",
    METADATA,
    Column("realm", String(20), primary_key=True),
    Column("owner", String(200), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
    Column("drift", Integer, nullable=False, server_default="0"),
)

# Wrong tries by key (`user:`, `device:`, `sign-in:`, `address:`).
lockout = Table(
    "lockout",
    METADATA,
    Column("key", String(250), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Float, nullable=False),
    Column("until", Float, nullable=False),
)

# A row is chained right before the COMMIT that brings it (`audit_chain`); `body` is what an entry
# of the chain itself says, JSON. Without a `salt` it says nothing any more.
audit_log = Table(
    "audit_log",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("at", Float, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("act", String(100), nullable=False),
    Column("subject", String(250), nullable=False),
    Column("seq", BigInteger, index=True, unique=True),
    Column("salt", LargeBinary),
    Column("commitment", LargeBinary),
    Column("previous", LargeBinary),
    Column("hash", LargeBinary),
    Column("body", Text),
)

# The roots that signed policies are checked by; the bodies are handed on as they are.
policy_root = Table(
    "policy_root",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("published_at", Float, nullable=False),
)

# `digest` is the SHA-256 of the policy's text; `team` is empty for all; `percent` is its ring.
policy_bundle = Table(
    "policy_bundle",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("team", String(100), nullable=False),
    Column("percent", Integer, nullable=False),
    Column("published_at", Float, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
