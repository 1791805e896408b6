"""Fetches what the endpoint hands on, policies and catalogues, and gives it on unread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

import msgspec

from agentguard.uplink.client import Client
from agentguard.uplink.signing import Sign
from agentguard.wire import v1


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
