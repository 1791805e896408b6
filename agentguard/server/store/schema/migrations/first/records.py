"""Makes the tables of what is kept of the past, what goes out, and the endpoint's own work."""

from __future__ import annotations

from agentguard.server.store.schema.migrations.first.building import (
    big,
    binary,
    boolean,
    index,
    integer,
    real,
    serial,
    string,
    table,
    text,
)


def _audit_checkpoint() -> None:
    table(
        "audit_checkpoint",
        big("seq", counts=False),
        integer("day"),
        text("receipt"),
        string("signature", 128),
        key=["seq"],
    )
    index("ix_audit_checkpoint_day", "audit_checkpoint", ["day"])


def _audit_head() -> None:
    table(
        "audit_head",
        integer("id", counts=False),
        big("seq"),
        binary("hash"),
        text("header", default=""),
        big("header_seq", default="0"),
        key=["id"],
    )


def _audit_log() -> None:
    table(
        "audit_log",
        serial("id"),
        real("at"),
        string("actor", 100),
        string("act", 100),
        string("subject", 250),
        big("seq", nullable=True),
        binary("salt", nullable=True),
        binary("commitment", nullable=True),
        binary("previous", nullable=True),
        binary("hash", nullable=True),
        text("body", nullable=True),
        key=["id"],
    )
    index("ix_audit_log_seq", "audit_log", ["seq"], unique=True)


def _feed_outbox() -> None:
    table(
        "feed_outbox",
        serial("id"),
        string("source", 200),
        real("at"),
        real("kept_at"),
        text("body"),
        key=["id"],
        unique="source",
    )
    index("ix_feed_outbox_kept_at", "feed_outbox", ["kept_at"])


def _feed_state() -> None:
    table(
        "feed_state",
        string("feed", 60),
        big("sent"),
        integer("tries", default="0"),
        real("next_at", default="0"),
        real("failing_since", nullable=True),
        string("problem", 200, default=""),
        big("dropped", default="0"),
        key=["feed"],
    )


def _job() -> None:
    table(
        "job",
        string("name", 50),
        real("ran_at"),
        key=["name"],
    )


def _job_failure() -> None:
    table(
        "job_failure",
        string("name", 50),
        real("since"),
        big("count"),
        string("why", 20),
        key=["name"],
    )


def _legal_hold() -> None:
    table(
        "legal_hold",
        serial("id"),
        string("kind", 20),
        string("subject", 200),
        string("reason", 500),
        string("placed_by", 100),
        real("placed_at"),
        string("ended_by", 100, nullable=True),
        real("ended_at", nullable=True),
        key=["id"],
    )


def _org_day() -> None:
    table(
        "org_day",
        real("at"),
        big("ok"),
        big("attention"),
        big("failing"),
        big("silent"),
        big("samples"),
        big("opened"),
        big("closed"),
        big("incidents"),
        key=["at"],
    )


def _org_hour() -> None:
    table(
        "org_hour",
        real("at"),
        big("ok"),
        big("attention"),
        big("failing"),
        big("silent"),
        big("samples"),
        key=["at"],
    )


def _policy_bundle() -> None:
    table(
        "policy_bundle",
        string("digest", 64),
        string("name", 100),
        integer("epoch"),
        integer("version"),
        string("team", 100),
        integer("percent"),
        real("published_at"),
        binary("body"),
        key=["digest"],
    )


def _policy_root() -> None:
    table(
        "policy_root",
        integer("version", counts=False),
        binary("body"),
        real("published_at"),
        key=["version"],
    )


def _retention_age() -> None:
    table(
        "retention_age",
        string("record", 50),
        integer("days"),
        string("set_by", 100),
        real("set_at"),
        key=["record"],
    )


def _retention_run() -> None:
    table(
        "retention_run",
        serial("id"),
        real("at"),
        string("record", 50),
        real("cutoff"),
        big("deleted"),
        big("held"),
        boolean("dry"),
        key=["id"],
    )
    index("ix_retention_run_at", "retention_run", ["at"])


def _schema_least() -> None:
    table(
        "schema_least",
        string("revision", 32),
        key=["revision"],
    )


def _team_day() -> None:
    table(
        "team_day",
        serial("team", counts=False),
        real("at"),
        big("ok"),
        big("attention"),
        big("failing"),
        big("silent"),
        big("samples"),
        big("opened"),
        big("closed"),
        big("incidents"),
        key=["team", "at"],
        refers={"team": "team.id"},
    )


def _team_hour() -> None:
    table(
        "team_hour",
        serial("team", counts=False),
        real("at"),
        big("ok"),
        big("attention"),
        big("failing"),
        big("silent"),
        big("samples"),
        key=["team", "at"],
        refers={"team": "team.id"},
    )


def _team_summary() -> None:
    table(
        "team_summary",
        serial("team", counts=False),
        big("ok"),
        big("attention"),
        big("failing"),
        big("silent"),
        big("findings"),
        big("incidents"),
        real("as_of"),
        key=["team"],
        refers={"team": "team.id"},
    )


TABLES = (
    _audit_checkpoint,
    _audit_head,
    _audit_log,
    _feed_outbox,
    _feed_state,
    _job,
    _job_failure,
    _legal_hold,
    _org_day,
    _org_hour,
    _policy_bundle,
    _policy_root,
    _retention_age,
    _retention_run,
    _schema_least,
    _team_day,
    _team_hour,
    _team_summary,
)
