"""Reads `feeds.toml` of the endpoint's data folder: who is told what happens, and how.

A secret never stands in the file itself: the file names another file that holds it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from agentguard.base.errors import UsageError
from agentguard.base.translations import load

FILE = "feeds.toml"
LONGEST_NAME = 40
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class _Feed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    what: tuple[str, ...] = ()  # what to tell; empty for everything

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            raise ValueError("name")


class Webhook(_Feed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """CloudEvents over HTTPS, signed as Standard Webhooks (https://www.standardwebhooks.com)."""

    url: str
    secret_file: str
    allow_private: bool = False
    ca_file: str = ""
    proxy: str = ""  # host:port of an HTTP proxy on the way, which then looks up the name


class Collector(_Feed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """OCSF as JSON lines over HTTPS; `token_file` holds what goes into Authorization."""

    url: str
    token_file: str = ""
    allow_private: bool = False
    ca_file: str = ""
    proxy: str = ""  # as a webhook's


class Syslog(_Feed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """OCSF in RFC 5424 messages over TLS (RFC 5425), with a certificate of ours if asked for."""

    host: str
    port: int = 6514
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""


class Nats(_Feed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """CloudEvents to a JetStream stream; `credentials_file` as NATS makes it."""

    url: str
    subject: str = "agentguard"
    credentials_file: str = ""
    ca_file: str = ""


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where notices to people go out: `tls` is `starttls`, `tls`, or `none` on this machine alone.

    `console` is the console's address, which a notice leads to.
    """

    host: str
    sender: str
    console: str
    port: int = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str = ""
    ca_file: str = ""

    def __post_init__(self) -> None:
        if self.tls == "none" and self.host not in LOOPBACK:
            raise ValueError("tls")
        if any(ord(one) < 32 for one in f"{self.sender}{self.console}{self.user}"):  # noqa: PLR2004 - control characters
            raise ValueError("sender")


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All feeds that are set."""

    webhook: tuple[Webhook, ...] = ()
    collector: tuple[Collector, ...] = ()
    syslog: tuple[Syslog, ...] = ()
    nats: tuple[Nats, ...] = ()
    mail: Mail | None = None

    @property
    def every(self) -> dict[str, _Feed]:
        """All feeds by their name for ever, such as `webhook:siem`."""
        kinds: Mapping[str, tuple[_Feed, ...]] = {
            "webhook": self.webhook,
            "collector": self.collector,
            "syslog": self.syslog,
            "nats": self.nats,
        }
        return {f"{kind}:{one.name}": one for kind, many in kinds.items() for one in many}


def read(folder: Path) -> Wanted:
    """Read the feeds of an endpoint; none without a file.

    Raises:
        UsageError: the file cannot be read, or something in it is wrong.

    """
    file = folder / FILE
    try:
        table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return msgspec.convert(table, Wanted)
    except FileNotFoundError:
        return Wanted()
    except (OSError, ValueError) as error:  # so are the errors of TOML and of msgspec
        words = load()
        raise UsageError(
            words.say("feeds.file.wrong", file=str(file), what=str(error)),
            words.say("feeds.file.wrong-advice"),
        ) from error


def secret(file: str) -> bytes:
    """Return what a secret's file holds, without the spaces around it.

    Raises:
        UsageError: it cannot be read, or is empty.

    """
    try:
        found = Path(file).read_bytes().strip()
    except OSError:
        found = b""
    if not found:
        words = load()
        raise UsageError(
            words.say("feeds.file.no-secret", file=file),
            words.say("feeds.file.no-secret-advice"),
        )
    return found
