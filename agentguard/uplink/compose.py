"""Builds the uplink of an enrolled computer from its data folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from agentguard.model.snapshot import Snapshot
from agentguard.ports.clock import Clock
from agentguard.ports.factors import PhoneBook
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.ports.secrets import SecretPlace
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Outbox
from agentguard.trust.chain.headers import Origin
from agentguard.uplink import enrolment, enrolment_record
from agentguard.uplink.client import Client
from agentguard.uplink.delivery import CatalogueDoor, PolicyDoor, Refill
from agentguard.uplink.enrolment import Prover
from agentguard.uplink.exceptions import LateBook
from agentguard.uplink.identity import DeviceKey
from agentguard.uplink.inventory import Listing, Look, nothing_installed
from agentguard.uplink.key_rotation import Rekeying
from agentguard.uplink.lessons import Agreement, LessonBook, no_lessons
from agentguard.uplink.reports import Chain, Reports
from agentguard.uplink.sender import Sender
from agentguard.uplink.signing import RequestSigner

GOODBYE_SECONDS = 1.5
"""What the last report may take; the agent's end does not wait for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """The actor that reports, who is asked about one-time codes, and the key that signs.

    `origin` is whose journal it is that is reported.
    """

    key: DeviceKey
    origin: Origin
    sender: Sender
    prover: Prover


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an uplink asks of its computer: the device of its keeper, and whether the session ends.

    `keeper` gives an empty text where there is none; `network` knows the way to the endpoint.
    `catalogue` judges the catalogues that it hands on, `programs` gives the list of what is
    installed, `lessons` what is known of the person's lessons. `drill` has a drill run by its id,
    `exceptions` keeps what is excepted.
    """

    keeper: Callable[[], str] = str
    session_ends: Callable[[], bool] = bool
    network: Network = NO_PROXIES
    catalogue: CatalogueDoor | None = None
    programs: Look = nothing_installed
    lessons: Callable[[], LessonBook | None] = no_lessons
    drill: Callable[[str], object] = bool
    exceptions: LateBook = field(default_factory=LateBook)


ALONE = Desk()


def connect(
    folder: Path,
    *,
    journal: Chain,
    outbox: Outbox,
    snapshot: Callable[[], Snapshot],
    submit: Submit,
    clock: Clock,
    user: str = "",
    policies: PolicyDoor | None = None,
    places: tuple[SecretPlace, ...] = (),
    phone: PhoneBook | None = None,
    desk: Desk = ALONE,
) -> Uplink | None:
    """Return the uplink; None when this computer is not enrolled.

    Raises:
        EnrolmentError: the enrolment or the key is damaged or lost, or the key's place is closed.
        UsageError: the CA file cannot be used.

    """
    known = enrolment.load(folder)
    if known is None:
        return None
    key = enrolment.needed_key(folder, places)
    signs = enrolment.request_key(folder, known, places)
    client = _client(known, clock, desk.network)
    made = Reports(
        enrolment=known, key=key, signs=signs, user=user, journal=journal, outbox=outbox,
        keeper=desk.keeper, book=desk.exceptions,
    )  # fmt: skip
    sender = Sender(
        client, made,
        snapshot=snapshot, submit=submit, clock=clock, policies=policies,
        session_ends=desk.session_ends, drill=desk.drill, catalogue=desk.catalogue,
        team=partial(enrolment_record.belong, folder), rekeying=Rekeying(folder, client, places),
        farewell=_farewell(known, clock, desk.network), lessons=_agreement(client, made, desk),
        openings=_refill(client, signs, known, phone), listing=_listing(folder, client, made, desk),
    )  # fmt: skip
    return _made(known, key, sender, Prover(client, known, signs, user))


def _made(known: enrolment.Enrolment, key: DeviceKey, sender: Sender, prover: Prover) -> Uplink:
    origin = Origin(device=known.device, device_key=key.public, receipt_key=known.receipt_key)
    return Uplink(key=key, origin=origin, sender=sender, prover=prover)


def _client(known: enrolment.Enrolment, clock: Clock, network: Network) -> Client:
    return Client(known.url, clock, ca_file=known.ca_file, network=network)


def _farewell(known: enrolment.Enrolment, clock: Clock, network: Network) -> Client:
    ca, seconds = known.ca_file, GOODBYE_SECONDS
    return Client(known.url, clock, ca_file=ca, total_seconds=seconds, network=network)


def _listing(folder: Path, client: Client, reports: Reports, desk: Desk) -> Listing:
    known = reports.enrolment
    return Listing(
        client=client, sign=RequestSigner(key=reports.signer, device=known.device),
        enrolment=known, folder=folder, look=desk.programs, user=reports.user,
    )  # fmt: skip


def _agreement(client: Client, reports: Reports, desk: Desk) -> Agreement:
    known = reports.enrolment
    sign = RequestSigner(key=reports.signer, device=known.device)
    return Agreement(
        client=client, sign=sign, enrolment=known, user=reports.user, found=desk.lessons
    )


def _refill(
    client: Client, signs: DeviceKey, known: enrolment.Enrolment, book: PhoneBook | None
) -> Refill | None:
    if book is None:
        return None
    sign = RequestSigner(key=signs, device=known.device)
    return Refill(client=client, sign=sign, enrolment=known, book=book)
