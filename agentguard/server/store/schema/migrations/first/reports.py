"""Makes the tables of what desks report, how they stand by it, and what people did about it."""

from __future__ import annotations

from agentguard.server.store.schema.migrations.first.building import (
    big,
    binary,
    boolean,
    by_month,
    index,
    integer,
    real,
    serial,
    small,
    string,
    table,
    text,
)


def _endpoint_sign() -> None:
    table(
        "endpoint_sign",
        serial("id"),
        string("kind", 40),
        big("times"),
        real("opened_at"),
        real("last_at"),
        string("signed_by", 100, nullable=True),
        real("signed_at", nullable=True),
        text("note", default=""),
        key=["id"],
    )
    index("ix_endpoint_sign_signed", "endpoint_sign", ["signed_at"])
    index(
        "ux_endpoint_sign_open", "endpoint_sign", ["kind"], unique=True, where="signed_at IS NULL"
    )


def _device_run() -> None:
    table(
        "device_run",
        string("device", 64),
        string("run", 64),
        real("begun_at"),
        string("goodbye", 20, default=""),
        real("goodbye_at", nullable=True),
        string("claimed", 20, default=""),
        real("claimed_at", nullable=True),
        key=["device", "run"],
        refers={"device": "device.id"},
    )


def _device_seen() -> None:
    table(
        "device_seen",
        string("device", 64),
        big("seq"),
        string("hash", 64),
        real("last_seen"),
        real("skew"),
        boolean("locked"),
        boolean("in_call"),
        integer("waiting"),
        string("agent", 50),
        string("policy", 200),
        string("policy_digest", 128),
        string("run", 64, default=""),
        real("stored_until", default="0"),
        big("linked", nullable=True),
        key=["device"],
        refers={"device": "device.id"},
    )


def _device_standing() -> None:
    table(
        "device_standing",
        string("device", 64),
        small("rank"),
        small("severity"),
        real("since"),
        key=["device"],
        refers={"device": "device.id"},
        sqlite_with_rowid=False,
    )
    index("ix_device_standing_order", "device_standing", ["rank", "severity", "since", "device"])


def _event() -> None:
    table(
        "event",
        string("device", 64),
        big("epoch"),
        big("seq"),
        string("kind", 100),
        real("at"),
        real("received_at"),
        binary("digest"),
        text("body"),
        key=["device", "epoch", "seq", *(["received_at"] if by_month() else [])],
        refers={"device": "device.id"},
        postgresql_partition_by="RANGE (received_at)",
    )
    index("ix_event_device_received", "event", ["device", "received_at"])
    index("ix_event_lesson", "event", ["received_at"], where="kind = 'lesson.answered'")
    index("ix_event_received_at", "event", ["received_at"], using="brin")


def _finding() -> None:
    table(
        "finding",
        serial("id"),
        string("device", 64),
        string("check", 100),
        string("subject", 128),
        string("severity", 20),
        string("message", 200),
        text("params"),
        text("hits"),
        string("place", 200),
        real("opened_at"),
        real("closed_at", nullable=True),
        key=["id"],
        refers={"device": "device.id"},
    )
    index("ix_finding_closed_at", "finding", ["closed_at"])
    index("ix_finding_open_check", "finding", ["check", "device"], where="closed_at IS NULL")
    index("ix_finding_opened_at", "finding", ["opened_at"])
    index(
        "ux_finding_open",
        "finding",
        ["device", "check", "subject"],
        unique=True,
        where="closed_at IS NULL",
    )


def _incident() -> None:
    table(
        "incident",
        serial("id"),
        string("device", 64),
        string("category", 100),
        text("note"),
        real("reported_at"),
        string("state", 20),
        string("taken_by", 100, nullable=True),
        real("taken_at", nullable=True),
        string("closed_by", 100, nullable=True),
        real("closed_at", nullable=True),
        text("outcome", default=""),
        key=["id"],
        refers={"device": "device.id"},
    )
    index("ix_incident_state", "incident", ["state"])


def _keeper() -> None:
    table(
        "keeper",
        string("device", 64),
        boolean("well"),
        integer("seats", default="-1"),
        integer("guarding", default="0"),
        key=["device"],
        refers={"device": "device.id"},
    )


def _keeper_agent() -> None:
    table(
        "keeper_agent",
        string("device", 64),
        string("keeper", 64),
        key=["device"],
        refers={"device": "device.id"},
    )
    index("ix_keeper_agent_keeper", "keeper_agent", ["keeper"])


def _posture_change() -> None:
    table(
        "posture_change",
        serial("id"),
        string("device", 64),
        real("at"),
        string("check", 100),
        string("before", 20),
        string("after", 20),
        key=["id"],
        refers={"device": "device.id"},
    )
    index("ix_posture_change_at", "posture_change", ["at"], using="brin")
    index("ix_posture_change_device_at", "posture_change", ["device", "at"])


def _posture_current() -> None:
    table(
        "posture_current",
        string("device", 64),
        string("overall", 20),
        real("changed_at"),
        text("controls"),
        binary("digest", nullable=True),
        key=["device"],
        refers={"device": "device.id"},
    )


def _tamper_item() -> None:
    table(
        "tamper_item",
        serial("id"),
        string("device", 64),
        string("kind", 40),
        text("params"),
        integer("times", default="1"),
        real("since"),
        real("opened_at"),
        real("closed_at", nullable=True),
        string("signed_by", 100, nullable=True),
        real("signed_at", nullable=True),
        text("note", default=""),
        key=["id"],
        refers={"device": "device.id"},
    )
    index("ix_tamper_item_signed", "tamper_item", ["signed_at", "opened_at"])
    index(
        "ux_tamper_open", "tamper_item", ["device", "kind"], unique=True, where="closed_at IS NULL"
    )


def _incident_step() -> None:
    table(
        "incident_step",
        serial("id"),
        serial("incident"),
        real("at"),
        string("by", 100),
        string("kind", 20),
        text("text"),
        key=["id"],
        refers={"incident": "incident.id"},
    )
    index("ix_incident_step_incident", "incident_step", ["incident"])


TABLES = (
    _endpoint_sign,
    _device_run,
    _device_seen,
    _device_standing,
    _event,
    _finding,
    _incident,
    _keeper,
    _keeper_agent,
    _posture_change,
    _posture_current,
    _tamper_item,
    _incident_step,
)
