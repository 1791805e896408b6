"""Asks the endpoint for all that it holds on this computer, for whoever works here."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.model.held_data import HeldClass, HeldThere
from agentguard.ports.clock import Clock
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.ports.secrets import SecretPlace
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import RequestSigner, signed_by
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
    known = enrolment.load(folder)
    if known is None:
        said = translations.load()
        raise UsageError(said.say("uplink.not-enrolled"), said.say("uplink-advice.not-enrolled"))
    key = enrolment.request_key(folder, known, places)
    client = Client(known.url, clock, ca_file=known.ca_file, network=network)
    body = client.get(data_request.HELD, RequestSigner(key=key, device=known.device))
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
