"""Asks for what opens this desk by phone when no network is there, while there still is one."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field

import msgspec

from agentguard.base.errors import UplinkError
from agentguard.ports.factors import PhoneBook, PhoneSet, Spent
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import Sign, signed_by
from agentguard.wire import openings

LOG = logging.getLogger(__name__)

REFUSED = "http_4xx"
LONGEST = 40


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
