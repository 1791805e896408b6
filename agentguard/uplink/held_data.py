"""Asks the endpoint for all that it holds on this computer, for whoever works here."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentguard.model.held_data import HeldClass, HeldThere
from agentguard.ports.clock import Clock
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.ports.secrets import SecretPlace
from agentguard.uplink import endpoint
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import signed_by
from agentguard.wire import data_request


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
    there = endpoint.of_this_computer(folder, clock, places, network)
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
