"""Fetches what the endpoint hands on: policies and catalogues, given on unread, and openings.

Those are what opens this desk by phone when no network is there; it is asked for while there still
is one.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec

from agentguard.base.errors import UplinkError
from agentguard.ports.factors import PhoneBook, PhoneSet, Spent
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import Sign, signed_by
from agentguard.wire import openings, v1

LOG = logging.getLogger(__name__)

REFUSED = "http_4xx"
LONGEST = 40


class PolicyDoor(Protocol):
    """Who judges policies; nothing of it raises."""

    def root(self) -> int:
        """Return the version of the pinned root, 0 for none."""
        ...

    def told(self, time: float) -> None:
        """Take a time that the endpoint has signed, in seconds since 1970."""
        ...

    def belong(self, team: str) -> None:
        """Take the team that this computer is in, as the endpoint has signed it."""
        ...

    def take_roots(self, chain: bytes) -> None:
        """Judge roots."""
        ...

    def take(self, data: bytes) -> None:
        """Judge a policy."""
        ...


class CatalogueDoor(Protocol):
    """Who judges catalogues of software; nothing of it raises."""

    def seq(self) -> int:
        """Return the number of the newest catalogue that is here."""
        ...

    def take(self, data: bytes) -> bool:
        """Judge a catalogue; tell whether that is settled: what could not be kept is not."""
        ...


class Deliveries:
    """Fetches each policy, root and catalogue once, as the answers to reports name them.

    `team` keeps the team that this computer is in, and tells whether it was another one before.
    """

    def __init__(
        self,
        client: Client,
        sign: Sign,
        door: PolicyDoor,
        catalogue: CatalogueDoor | None = None,
        team: Callable[[str], bool] = bool,
    ) -> None:
        self._client = client
        self._sign = sign
        self._door = door
        self._catalogue = catalogue
        self._team = team
        self._policy = ""
        self._root = 0
        self._seq = 0

    def follow(self, present: str, received: v1.Received) -> None:
        """Fetch what a receipted answer names and is not here; `present` is the digest in force.

        Raises:
            UplinkError: it could not be fetched; it is fetched after the next report.

        """
        receipt = msgspec.json.decode(received.receipt, type=v1.Receipt)
        with suppress(ValueError):  # a time that cannot be read tells none; the rest is as good
            self._door.told(datetime.fromisoformat(receipt.at).timestamp())
        if receipt.team:
            self._belong(receipt.team)
        if received.policy_root > max(self._root, self._door.root()):
            chain = self._client.get(v1.ROOTS, self._sign)
            self._root, self._policy = received.policy_root, ""
            self._door.take_roots(chain)
        if received.policy_digest not in {"", present, self._policy}:
            raw = self._client.get(v1.POLICY, self._sign)
            self._policy = received.policy_digest
            self._door.take(raw)
        self._follow_catalogue(received.catalogue)

    def _belong(self, team: str) -> None:
        """Take the team; what was refused for another one is fetched again."""
        if self._team(team):
            self._policy = ""
        self._door.belong(team)

    def _follow_catalogue(self, seq: int) -> None:
        """Fetch a catalogue that is newer than what is here; one that is refused once."""
        if self._catalogue is None or seq <= self._seq or seq <= self._catalogue.seq():
            return
        if self._catalogue.take(self._client.get(v1.CATALOGUE, self._sign)):
            self._seq = seq


@dataclass(slots=True, kw_only=True)
class Refill:
    """Keeps the desk's set of challenges fresh; an endpoint that knows none is asked once."""

    client: Client
    sign: Sign
    enrolment: Enrolment
    book: PhoneBook
    _refused: bool = field(default=False)

    def follow(self) -> None:
        """Ask after a report that arrived, where that is wanted; what fails is asked again."""
        if self._refused or not self.book.wanted():
            return
        told = self.book.spent()
        try:
            self.book.take(self._asked(told), told)
        except UplinkError as error:
            self._refused = error.kind == REFUSED
            LOG.warning("nothing was given to open this desk by phone: %s", error.title)
        except OSError as error:
            LOG.warning("what opens this desk by phone could not be kept: %s", type(error).__name__)

    def _asked(self, told: Spent) -> PhoneSet:
        asked = openings.OpeningsAsked(
            device=self.enrolment.device,
            nonce=secrets.token_urlsafe(18),
            holds=told.holds,
            shown=told.shown,
            used=told.used,
        )
        body = msgspec.json.encode(asked)
        given = self.client.post(openings.OPENINGS, body, openings.OpeningsGiven, self.sign)
        signed = given.openings.encode()
        if not signed_by(self.enrolment.receipt_key, signed, given.signature):
            raise problem("portal", self.client.host)
        try:
            fresh = msgspec.json.decode(signed, type=openings.Openings)
        except msgspec.DecodeError as error:
            raise problem("portal", self.client.host) from error
        if (fresh.device, fresh.nonce) != (asked.device, asked.nonce) or not _usable(fresh):
            raise problem("portal", self.client.host)
        return PhoneSet(name=fresh.name, digests={one.challenge: one.digest for one in fresh.items})


def _usable(fresh: openings.Openings) -> bool:
    """Check whether names of files can be made of it."""
    words = [fresh.name, *(one.challenge for one in fresh.items)]
    plain = all(word.isascii() and word.isalnum() and len(word) <= LONGEST for word in words)
    return plain and len(fresh.items) == openings.COUNT
