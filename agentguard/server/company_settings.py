"""Everything that can be set of a company's own sign-in (OpenID Connect), read from one file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from agentguard.base import named_files
from agentguard.base.errors import UsageError
from agentguard.base.translations import load
from agentguard.server.roles import ROLES

VARIABLE = "AGENTGUARD_OIDC_SECRET"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company's identity provider, and what its claims mean here.

    `roles` and `teams` say which values of the claims `role_claim` and `team_claim` stand for
    which role and team; the first role that fits counts. With `amr` the provider must say that one
    of these methods was used (RFC 8176, such as `mfa`).
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    label: str
    name_claim: str = "email"
    role_claim: str = "groups"
    team_claim: str = "groups"
    roles: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    amr: tuple[str, ...] = ()
    scope: str = "openid email profile"
    ca: str = ""

    def role(self, claims: Mapping[str, Any]) -> str:
        """Return the role that the claims stand for; empty for none."""
        held = _values(claims.get(self.role_claim))
        return next((role for value, role in self.roles.items() if value in held), "")

    def team_names(self, claims: Mapping[str, Any]) -> list[str]:
        """Return the teams that the claims stand for."""
        held = _values(claims.get(self.team_claim))
        return [team for value, team in self.teams.items() if value in held]


def read(file: Path, environment: Mapping[str, str]) -> Company:
    """Read the file; the secret comes from a file of its own, or from the environment.

    Raises:
        UsageError: it cannot be read, or does not hold what is needed.

    """
    named_files.must_end(file)
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
        secret_file = given.pop("secret_file", "")
        secret = environment.get(VARIABLE, "")
        if secret_file:
            secret = (file.parent / str(secret_file)).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise _wrong("unread", file=str(file)) from error
    return _made(given, secret)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    issuer: str
    client: str
    label: str
    roles: dict[str, str]
    teams: dict[str, str] = {}
    name_claim: str = "email"
    role_claim: str = "groups"
    team_claim: str = "groups"
    amr: tuple[str, ...] = ()
    scope: str = "openid email profile"
    ca: str = ""


def _made(given: dict[str, Any], secret: str) -> Company:
    try:
        told = msgspec.structs.asdict(msgspec.convert(given, _File))
    except msgspec.ValidationError as error:
        raise _wrong("invalid", what=str(error)) from error
    if not secret:
        raise _wrong("secret", variable=VARIABLE)
    if not safe(told["issuer"]):
        raise _wrong("issuer")
    if not told["roles"] or not set(told["roles"].values()) <= set(ROLES):
        raise _wrong("roles", roles=", ".join(ROLES))
    return Company(**told, secret=secret)


def safe(url: str) -> bool:
    """Check whether an address is under TLS, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _values(claim: object) -> set[str]:
    if isinstance(claim, str):
        return {claim}
    return {one for one in claim if isinstance(one, str)} if isinstance(claim, list) else set()


def _wrong(kind: str, **params: str) -> UsageError:
    words = load()
    return UsageError(
        words.say(f"server.company.{kind}", **params), words.say("server.company.advice")
    )
