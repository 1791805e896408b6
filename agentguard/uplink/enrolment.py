"""Makes this computer known to the endpoint, and remembers what the endpoint answered."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import msgspec

from agentguard import __version__
from agentguard.base import translations
from agentguard.base.errors import EnrolmentError, UplinkError
from agentguard.ports.clock import Clock
from agentguard.ports.factors import AppRuling
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.ports.people import Ruling
from agentguard.ports.secrets import SecretPlace
from agentguard.uplink import identity
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment_record import (
    FILE,
    LOST,
    Enrolment,
    device_key,
    key_place,
    load,
    needed,
    needed_key,
    refused,
    request_key,
    save,
)
from agentguard.uplink.identity import DeviceKey, KeySafe
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import RequestSigner
from agentguard.wire import apps, v1
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked

__all__ = [
    "FILE",
    "LOST",
    "Enrolment",
    "EnrolmentError",
    "Prover",
    "device_key",
    "enrol",
    "key_place",
    "load",
    "needed",
    "needed_key",
    "request_key",
    "save",
]

_REFUSALS = frozenset({"http_4xx", "revoked", "conflict"})
_TOLD = ("code-", "key-given-up")
"""Why a code was refused, as far as there are words of its own for it."""


def enrol(
    folder: Path,
    url: str,
    code: str,
    *,
    clock: Clock,
    ca_file: str = "",
    label: str = "",
    asset: str = "",
    places: tuple[SecretPlace, ...] = (),
    new_key: bool = False,
    network: Network = NO_PROXIES,
) -> Enrolment:
    """Enrol with a code; the key is kept before the code is sent.

    `new_key` makes another key where the old one cannot be read; `asset` is the asset tag.

    Raises:
        UsageError: the URL or the CA file cannot be used.
        UplinkError: the endpoint was not reached.
        EnrolmentError: the endpoint refused the code, or something could not be written.

    """
    client = Client(url, clock, ca_file=ca_file, network=network)
    key = _kept_key(folder, places, anew=new_key)
    answer = _answered(client, _request(code.strip(), key, label, asset), folder)
    enrolment = Enrolment(
        url=url,
        device=answer.device,
        team=answer.team,
        receipt_key=answer.receipt_key,
        ca_file=str(Path(ca_file).absolute()) if ca_file else "",
        label=label,
        next_in=answer.next_in,
        policy_root=answer.policy_root,
        public_key=key.public,
        pending=answer.pending,
    )
    save(folder, enrolment)
    return enrolment


def _answered(client: Client, request: v1.Enrol, folder: Path) -> v1.Enrolled:
    """Post the request, and judge whether the endpoint has answered it."""
    try:
        answer = client.post(v1.ENROL, msgspec.json.encode(request), v1.Enrolled)
    except UplinkError as error:
        if error.kind not in _REFUSALS:
            advice = translations.load().say("uplink-advice.enrolment")
            raise UplinkError(error.kind, error.title, advice) from error
        kind = error.why.rpartition(" ")[2]
        told = translations.load().has(f"uplink.{kind}") and kind.startswith(_TOLD)
        raise refused(kind if told else "code-wrong", folder) from error
    if not _is_key(answer.receipt_key) or not answer.device:
        raise problem("portal", client.host)
    return answer


def _kept_key(folder: Path, places: tuple[SecretPlace, ...], *, anew: bool) -> DeviceKey:
    """Return the key to enrol with; made where there is none, where it is lost, and `anew`."""
    safe = KeySafe(folder / identity.FILE, places)
    if not anew:
        try:
            first, known = safe.load_or_make(), _readable(folder)
            return first if known is None else request_key(folder, known, places)
        except EnrolmentError as error:
            if error.kind != LOST:
                raise
    for name in (identity.ROTATED, identity.NEXT):
        KeySafe(folder / name, places).forget()
    return safe.make()


def _readable(folder: Path) -> Enrolment | None:
    try:
        return load(folder)
    except EnrolmentError:
        return None


def _request(code: str, key: DeviceKey, label: str, asset: str) -> v1.Enrol:
    import platform  # noqa: PLC0415 - a desk is enrolled once

    if not code:
        raise refused("code-empty", Path())
    nonce = secrets.token_urlsafe(18)
    return v1.Enrol(
        code=code,
        public_key=key.public,
        nonce=nonce,
        proof=base64.b64encode(key.sign(f"{code}\n{nonce}".encode())).decode(),
        label=label,
        system=platform.platform(terse=True),
        agent=__version__,
        asset=asset,
        key_place=key.place,
    )


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == identity.SEED_BYTES
    except ValueError:
        return False


class Prover:
    """Asks the endpoint about one-time codes of `user`; `prove` is a ports.people.Ask."""

    def __init__(self, client: Client, enrolment: Enrolment, key: DeviceKey, user: str) -> None:
        self._client = client
        self._device = enrolment.device
        self._sign = RequestSigner(key=key, device=enrolment.device)
        self._user = user

    def prove(self, factor: str, group: str, answer: str) -> Ruling:
        """Ask the endpoint.

        Raises:
            UplinkError: it was not reached.

        """
        asked = ProofAsked(
            device=self._device, user=self._user, group=group, factor=factor, answer=answer
        )
        said = self._client.post(v1.PROOFS, msgspec.json.encode(asked), ProofAnswer, self._sign)
        return Ruling(accepted=said.accepted, problem=said.problem, wait=said.wait)

    def app(self, code: str) -> AppRuling:
        """Ask for the secret of a new authenticator app, by a supervisor's code.

        Raises:
            UplinkError: the endpoint was not reached, or answered what cannot be opened.

        """
        key, public = apps.new_key()
        asked = apps.AppAsked(device=self._device, user=self._user, code=code, public_key=public)
        said = self._client.post(apps.APPS, msgspec.json.encode(asked), apps.AppGiven, self._sign)
        if said.problem:
            return AppRuling(problem=said.problem, wait=said.wait)
        try:
            return AppRuling(address=apps.unseal(key, said.sealed))
        except ValueError as error:
            raise problem("portal", self._client.host) from error
