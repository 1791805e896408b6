"""Everything that can be set of the endpoint, with units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agentguard.server.company_settings import Company
from agentguard.server.policy_reader import Reading

FILE = "server.db"
"""The database's name, where it is SQLite in the data folder."""
HEAD_FILE = "audit-head.json"
"""Where the audit log's last whole head is kept, beside the database and out of its reach."""
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
    burst: int = 600  # requests of one device at once, a week's backlog; below a third of a queue
    pace: float = 1.0  # seconds for each further request of it; a report is due in 60
    events_of_one: int = 64  # events that count as much as a request
    stored_day: int = 64 * 1024**2  # bytes that one device may have stored in a day
    token_burst: int = 1200  # requests of one read token at once
    token_pace: float = 0.05  # seconds for each further one
    nonces: int = 1_500_000  # signatures remembered against replay; a minute's for five or more
    request_wait: float = 20  # from a request's first byte to its last
    greeting_wait: float = 5  # from a connection to the end of its TLS handshake
    head: int = 16 * 1024  # of a request's address and headers
    connections: int = 20_000  # open at once
    connections_of_one: int = 5_000  # of one address; a site may stand behind one
    streams: int = 2_000  # pages that are told of news, of all people together
    streams_of_one: int = 4  # of one session or screen: a browser opens six connections to a host
    stream_look: float = 1.0  # between two looks whether there is news
    stream_beat: float = 15.0  # a page hears something at least so often; who looks is seen anew
    keys: int = 150_000  # devices kept at hand: more than one process serves, or each look is new
    key_fresh: int = 15  # a device retired elsewhere is turned away by then, at reports at once
    key_kept: int = 600  # a key that is looked at again where the report is written
    code_hours: int = 24
    confirm_all: bool = False  # every new device waits until a person has compared its words
    key_days: int = 365  # after so long a device is asked to rotate its key
    copies: int = 16  # identities that may be split off from one device
    missing_after: int = 600  # silence without a goodbye, until a device counts as missing
    held_every: int = 60  # a desk may ask for all that is held on it so often
    clock_wrong: int = 120  # difference of the clocks from which on it is an item to look at
    enrol_tries: int = 30  # wrong enrolment codes of one address in ten minutes
    proof_tries: int = 8  # wrong one-time codes of one user, or on one device
    proof_lock: int = 30 * 60
    session_idle: int = 15 * 60
    session_total: int = 12 * 3600
    proof_fresh: int = 5 * 60  # a dangerous act wants a proof no older than this
    sign_in_tries: int = 5  # wrong passwords before a wait
    sign_in_wait: int = 30  # the first wait; it doubles with every further wrong one
    sign_in_wait_most: int = 15 * 60
    sign_in_slow: float = 1.0  # between two tries of a place that has tried too often


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the endpoint keeps things; `data` is its folder, `secure` says that it speaks TLS.

    `origin` is the console's address in browsers, such as `https://guard.example.org`; without it
    the one that a browser asks for. `company` is the company's own sign-in, when it has one.
    `proxies` are addresses or networks of proxies that end TLS, believed about who asks.
    `reading` reads policies; without it the console shows what is published and publishes nothing.
    """

    data: Path
    database: str = ""
    secure: bool = True
    origin: str = ""
    company: Company | None = None
    proxies: tuple[str, ...] = ()
    language: str = "en"
    jobs: bool = True
    reading: Reading | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def database_url(self) -> str:
        """The database: what was given, or SQLite in the data folder."""
        return self.database or f"sqlite:///{(self.data / FILE).as_posix()}"

    @property
    def key_file(self) -> Path:
        """The seed of the receipt key and of the key that seals secrets in the database."""
        return self.data / "server.key"
