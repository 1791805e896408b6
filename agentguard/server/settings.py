"""Everything that can be set of the endpoint, with units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Now = Callable[[], float]
"""Gives the wall time in seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the endpoint allows; durations in seconds, sizes in bytes."""

    next_in: int = 60  # how often a device reports
    silent_after: int = 180  # a device that is not heard of for so long is "not reporting"
    waiting_writes: int = 2000  # writes in the queue before devices are told to come later
    batch: int = 256  # writes in one transaction
    retry_after: int = 5
    nonces: int = 200_000  # signatures remembered against replay in one window
    request_wait: float = 20  # from a request's first byte to its last
    head: int = 16 * 1024  # of a request's address and headers
    connections: int = 20_000  # open at once
    connections_of_one: int = 5_000  # of one address; a site may stand behind one
    keys: int = 50_000  # devices whose keys are kept at hand
    key_fresh: int = 15  # a device retired elsewhere is turned away after so long
    code_hours: int = 24
    enrol_tries: int = 30  # wrong enrolment codes of one address in ten minutes
    proof_tries: int = 8  # wrong one-time codes of one user, or on one device
    proof_lock: int = 30 * 60
    session_idle: int = 15 * 60
    session_total: int = 12 * 3600
    sign_in_tries: int = 5  # wrong passwords before a wait
    sign_in_wait: int = 30  # the first wait; it doubles with every further wrong one
    sign_in_wait_most: int = 15 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the endpoint keeps things; `data` is its folder, `secure` says that it speaks TLS."""

    data: Path
    database: str = ""
    secure: bool = True
    language: str = "en"
    limits: Limits = field(default_factory=Limits)

    @property
    def database_url(self) -> str:
        """The database: what was given, or SQLite in the data folder."""
        return self.database or f"sqlite:///{(self.data / 'server.db').as_posix()}"

    @property
    def key_file(self) -> Path:
        """The seed of the receipt key and of the key that seals secrets in the database."""
        return self.data / "server.key"
