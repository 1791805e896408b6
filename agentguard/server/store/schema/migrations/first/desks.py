"""Makes the tables of teams, their sites and shifts, the desks in them, and the codes for desks."""

from __future__ import annotations

from agentguard.server.store.schema.migrations.first.building import (
    big,
    binary,
    boolean,
    index,
    integer,
    real,
    serial,
    small,
    string,
    table,
)


def _shift() -> None:
    table(
        "shift",
        serial("id"),
        string("name", 100),
        small("begins"),
        small("ends"),
        key=["id"],
        unique="name",
    )


def _site() -> None:
    table(
        "site",
        serial("id"),
        string("name", 100),
        string("zone", 64, default=""),
        key=["id"],
        unique="name",
    )


def _team() -> None:
    table(
        "team",
        serial("id"),
        string("name", 100),
        key=["id"],
        unique="name",
    )


def _batch_code() -> None:
    table(
        "batch_code",
        serial("id"),
        binary("hash"),
        serial("team"),
        string("made_by", 100),
        real("made_at"),
        real("expires_at"),
        integer("most"),
        integer("used", default="0"),
        boolean("confirm"),
        string("revoked_by", 100, nullable=True),
        real("revoked_at", nullable=True),
        string("role", 10, nullable=True),
        key=["id"],
        refers={"team": "team.id"},
        unique="hash",
    )


def _device() -> None:
    table(
        "device",
        string("id", 64),
        serial("team"),
        string("label", 200),
        string("system", 200),
        binary("public_key"),
        real("enrolled_at"),
        string("status", 20, default="active"),
        big("epoch", default="0"),
        key=["id"],
        refers={"team": "team.id"},
        unique="public_key",
    )
    index("ix_device_team", "device", ["team"])


def _enrol_code() -> None:
    table(
        "enrol_code",
        binary("hash"),
        serial("team"),
        string("made_by", 100),
        real("made_at"),
        real("expires_at"),
        real("used_at", nullable=True),
        string("used_by", 64, nullable=True),
        string("role", 10, nullable=True),
        key=["hash"],
        refers={"team": "team.id"},
    )


def _team_place() -> None:
    table(
        "team_place",
        serial("team", counts=False),
        serial("site", nullable=True),
        serial("shift", nullable=True),
        key=["team"],
        refers={"team": "team.id", "site": "site.id", "shift": "shift.id"},
    )
    index("ix_team_place_shift", "team_place", ["shift"])
    index("ix_team_place_site", "team_place", ["site"])


def _batch_asset() -> None:
    table(
        "batch_asset",
        serial("code", counts=False),
        string("asset", 100),
        key=["code", "asset"],
        refers={"code": "batch_code.id"},
    )


def _batch_use() -> None:
    table(
        "batch_use",
        serial("code", counts=False),
        string("device", 64),
        real("at"),
        string("asset", 100, nullable=True),
        key=["code", "device"],
        refers={"code": "batch_code.id"},
    )
    index("ux_batch_use_asset", "batch_use", ["code", "asset"], unique=True)


def _device_identity() -> None:
    table(
        "device_identity",
        string("device", 64),
        real("key_since"),
        string("key_place", 40),
        string("asset", 100),
        real("asked_at"),
        string("replaces", 64, nullable=True),
        string("decided_by", 100, nullable=True),
        real("decided_at", nullable=True),
        string("role", 10, nullable=True),
        key=["device"],
        refers={"device": "device.id"},
    )


def _device_key() -> None:
    table(
        "device_key",
        binary("public_key"),
        string("device", 64),
        real("until"),
        real("followed_at", nullable=True),
        key=["public_key"],
        refers={"device": "device.id"},
    )
    index("ix_device_key_device", "device_key", ["device"])


TABLES = (
    _shift,
    _site,
    _team,
    _batch_code,
    _device,
    _enrol_code,
    _team_place,
    _batch_asset,
    _batch_use,
    _device_identity,
    _device_key,
)
