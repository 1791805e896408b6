"""Fetches the newest catalogue of software from the endpoint, when it is asked for at the desk."""

from __future__ import annotations

from pathlib import Path

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.ports.clock import Clock
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.ports.secrets import SecretPlace
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.signing import RequestSigner
from agentguard.wire import v1


def catalogue(
    folder: Path,
    clock: Clock,
    places: tuple[SecretPlace, ...] = (),
    network: Network = NO_PROXIES,
) -> bytes:
    """Return the endpoint's signed catalogue, unjudged.

    Raises:
        UsageError: this computer is not enrolled, or the CA file cannot be used.
        EnrolmentError: the enrolment or the key is damaged or lost, or the key's place is closed.
        UplinkError: the endpoint was not reached, or has none.

    """
    known = enrolment.load(folder)
    if known is None:
        said = translations.load()
        raise UsageError(said.say("uplink.not-enrolled"), said.say("uplink-advice.not-enrolled"))
    key = enrolment.request_key(folder, known, places)
    client = Client(known.url, clock, ca_file=known.ca_file, network=network)
    return client.get(v1.CATALOGUE, RequestSigner(key=key, device=known.device))
