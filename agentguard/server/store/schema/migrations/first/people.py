"""Makes the tables of who works at the console or at a desk, and how they prove it."""

from __future__ import annotations

from agentguard.server.store.schema.migrations.first.building import (
    NO,
    big,
    binary,
    boolean,
    index,
    integer,
    real,
    serial,
    string,
    table,
)


def _challenge() -> None:
    table(
        "challenge",
        binary("value"),
        string("owner", 250),
        real("until"),
        key=["value"],
    )


def _factor_reset() -> None:
    table(
        "factor_reset",
        serial("id"),
        string("realm", 20),
        string("owner", 200),
        string("reason", 250),
        string("asked_by", 100),
        real("asked_at"),
        string("ruled_by", 100, nullable=True),
        real("ruled_at", nullable=True),
        boolean("done", default=NO),
        key=["id"],
    )


def _lockout() -> None:
    table(
        "lockout",
        string("key", 250),
        integer("failures"),
        real("last_at"),
        real("until"),
        key=["key"],
    )


def _passkey() -> None:
    table(
        "passkey",
        binary("id"),
        string("realm", 20),
        string("owner", 200),
        string("label", 100),
        string("rp", 250),
        binary("data"),
        big("counter"),
        real("made_at"),
        real("used_at", nullable=True),
        key=["id"],
    )
    index("ix_passkey_owner", "passkey", ["owner"])


def _person() -> None:
    table(
        "person",
        string("id", 40),
        binary("sealed"),
        real("first_at"),
        real("last_at"),
        key=["id"],
    )
    index("ix_person_last_at", "person", ["last_at"])


def _person_opening() -> None:
    table(
        "person_opening",
        serial("id"),
        string("person", 40),
        string("by", 100),
        string("reason", 250),
        real("at"),
        real("until"),
        key=["id"],
    )
    index("ix_person_opening_person", "person_opening", ["person"])


def _setup_code() -> None:
    table(
        "setup_code",
        binary("hash"),
        string("user", 200),
        real("until"),
        real("used_at", nullable=True),
        key=["hash"],
    )


def _sso_flow() -> None:
    table(
        "sso_flow",
        binary("hash"),
        string("state", 100),
        string("nonce", 100),
        string("verifier", 200),
        string("path", 500),
        real("begun_at"),
        boolean("again"),
        real("until"),
        key=["hash"],
    )


def _totp() -> None:
    table(
        "totp",
        string("realm", 20),
        string("owner", 200),
        binary("secret"),
        boolean("confirmed"),
        big("last_step", default="0"),
        integer("drift", default="0"),
        key=["realm", "owner"],
    )


def _user_account() -> None:
    table(
        "user_account",
        string("name", 100),
        string("password", 200),
        string("role", 20),
        real("made_at"),
        boolean("disabled", default=NO),
        key=["name"],
    )


def _recovery_code() -> None:
    table(
        "recovery_code",
        string("owner", 100),
        binary("hash"),
        binary("salt"),
        real("used_at", nullable=True),
        key=["owner", "hash"],
        refers={"owner": "user_account.name"},
    )


def _session() -> None:
    table(
        "session",
        binary("hash"),
        string("user", 100),
        real("begun_at"),
        real("seen_at"),
        real("proved_at", default="0"),
        string("how", 20, default=""),
        string("browser", 100, default=""),
        key=["hash"],
        refers={"user": "user_account.name"},
    )
    index("ix_session_user", "session", ["user"])


def _sign_in_step() -> None:
    table(
        "sign_in_step",
        binary("hash"),
        string("user", 100),
        real("until"),
        key=["hash"],
        refers={"user": "user_account.name"},
    )


def _sso_user() -> None:
    table(
        "sso_user",
        string("issuer", 250),
        string("subject", 250),
        string("user", 100),
        key=["issuer", "subject"],
        refers={"user": "user_account.name"},
        unique="user",
    )


def _user_team() -> None:
    table(
        "user_team",
        string("user", 100),
        serial("team", counts=False),
        key=["user", "team"],
        refers={"user": "user_account.name", "team": "team.id"},
    )


def _break_glass() -> None:
    table(
        "break_glass",
        serial("id"),
        string("device", 64),
        binary("hash"),
        string("reason", 250),
        string("made_by", 100),
        real("made_at"),
        real("until"),
        real("used_at", nullable=True),
        string("used_by", 200, nullable=True),
        key=["id"],
        refers={"device": "device.id"},
    )
    index("ix_break_glass_device", "break_glass", ["device"])


def _desk_person() -> None:
    table(
        "desk_person",
        string("user", 200),
        string("device", 64),
        real("at"),
        key=["user", "device"],
        refers={"device": "device.id"},
    )


def _desk_use() -> None:
    table(
        "desk_use",
        serial("id"),
        string("device", 64),
        string("person", 40),
        real("begun_at"),
        real("last_at"),
        key=["id"],
        refers={"device": "device.id"},
    )
    index("ix_desk_use_device_last", "desk_use", ["device", "last_at"])
    index("ix_desk_use_person_last", "desk_use", ["person", "last_at"])


def _factor_invite() -> None:
    table(
        "factor_invite",
        serial("id"),
        string("device", 64),
        string("owner", 200),
        string("hash", 64),
        string("made_by", 100),
        real("made_at"),
        real("until"),
        real("used_at", nullable=True),
        key=["id"],
        refers={"device": "device.id"},
    )
    index("ix_factor_invite_device", "factor_invite", ["device"])


def _phone_answer() -> None:
    table(
        "phone_answer",
        serial("id"),
        string("device", 64),
        string("challenge", 20),
        string("reason", 250),
        string("given_by", 100),
        real("given_at"),
        real("used_at", nullable=True),
        key=["id"],
        refers={"device": "device.id"},
    )
    index("ix_phone_answer_device", "phone_answer", ["device"])


def _phone_set() -> None:
    table(
        "phone_set",
        string("device", 64),
        string("name", 40),
        real("made_at"),
        key=["device", "name"],
        refers={"device": "device.id"},
    )


TABLES = (
    _challenge,
    _factor_reset,
    _lockout,
    _passkey,
    _person,
    _person_opening,
    _setup_code,
    _sso_flow,
    _totp,
    _user_account,
    _recovery_code,
    _session,
    _sign_in_step,
    _sso_user,
    _user_team,
    _break_glass,
    _desk_person,
    _desk_use,
    _factor_invite,
    _phone_answer,
    _phone_set,
)
