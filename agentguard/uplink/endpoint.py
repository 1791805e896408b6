"""The endpoint as an enrolled computer asks it, when a person at the desk wants something of it.

So is asked for all that it holds on this computer, for whoever works here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from agentguard.model.held_data import HeldClass, HeldThere
from agentguard.ports.clock import Clock
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.ports.secrets import SecretPlace
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import RequestSigner, signed_by
from agentguard.wire import data_request, v1


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The endpoint that this computer is enrolled at; requests are signed with its key."""

    known: Enrolment
    client: Client
    signer: RequestSigner

    def get(self, path: str) -> bytes:
        """Return what stands at a path.

        Raises:
            UplinkError: the endpoint was not reached, or refused.

        """
        return self.client.get(path, self.signer)

    def catalogue(self) -> bytes:
        """Return the newest signed catalogue of software, unjudged.

        Raises:
            UplinkError: the endpoint was not reached, or has none.

        """
        return self.get(v1.CATALOGUE)


def of_this_computer(
    folder: Path,
    clock: Clock,
    places: tuple[SecretPlace, ...] = (),
    network: Network = NO_PROXIES,
) -> Endpoint:
    """Return the endpoint that the computer with this data folder is enrolled at.

    Raises:
        UsageError: this computer is not enrolled, or the CA file cannot be used.
        EnrolmentError: the enrolment or the key is damaged or lost, or the key's place is closed.

    """
    known = enrolment.needed(folder)
    key = enrolment.request_key(folder, known, places)
    return Endpoint(
        known=known,
        client=Client(known.url, clock, ca_file=known.ca_file, network=network),
        signer=RequestSigner(key=key, device=known.device),
    )


def held(
    folder: Path,
    clock: Clock,
    places: tuple[SecretPlace, ...] = (),
    network: Network = NO_PROXIES,
) -> HeldThere:
    """Ask, and believe only what is signed by the endpoint's key and about this computer.

    Raises:
        UsageError: this computer is not enrolled, or the CA file cannot be used.
        EnrolmentError: the enrolment or the key is damaged or lost, or the key's place is closed.
        UplinkError: the endpoint was not reached, refused, or did not answer as it must.

    """
    there = of_this_computer(folder, clock, places, network)
    known, client = there.known, there.client
    body = there.get(data_request.HELD)
    try:
        given = msgspec.json.decode(body, type=data_request.HeldGiven)
        told = msgspec.json.decode(given.held, type=data_request.Held)
    except msgspec.DecodeError as error:
        raise problem("portal", client.host) from error
    whole = given.held.encode()
    ours = told.device == known.device
    if not ours or not signed_by(known.receipt_key, whole, given.signature):
        raise problem("portal", client.host)
    return HeldThere(
        host=client.host,
        at=told.at,
        classes=tuple(
            HeldClass(name=one.name, many=one.many, oldest=one.oldest, newest=one.newest)
            for one in told.classes
        ),
        each=told.each,
        whole=msgspec.json.format(whole, indent=2).decode(),
    )
