"""Makes this computer known to the endpoint, and remembers what the endpoint answered."""

from __future__ import annotations

import base64
import platform
import secrets
from pathlib import Path

import msgspec

from agentguard import __version__, durable, texts
from agentguard.errors import EnrolmentError, UplinkError
from agentguard.ports.clock import Clock
from agentguard.ports.people import Ruling
from agentguard.ports.secrets import SecretPlace
from agentguard.uplink import identity
from agentguard.uplink.client import Client
from agentguard.uplink.identity import DeviceKey, KeySafe
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import RequestSigner
from agentguard.wire import v1

FILE = "enrolment.json"
LOST = "key-gone"
"""The kind of the error that says that the key's place has lost it."""

_REFUSALS = frozenset({"http_4xx", "revoked", "conflict"})


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an enrolment: where the endpoint is, who we are, whom we believe."""

    url: str
    device: str
    team: str
    receipt_key: str
    ca_file: str = ""
    label: str = ""
    next_in: int = 60
    policy_root: str = ""


def load(folder: Path) -> Enrolment | None:
    """Give the enrolment in `folder`, None when this computer is not enrolled.

    Raises:
        EnrolmentError: the file is damaged or could not be read.

    """
    file = folder / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Enrolment)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused("enrolment-unwritten", file) from error
    except msgspec.DecodeError as error:
        raise _refused("enrolment-damaged", file) from error


def device_key(folder: Path, places: tuple[SecretPlace, ...] = ()) -> DeviceKey | None:
    """Give the device's key, None when there is none.

    Raises:
        EnrolmentError: the key is damaged or lost, or its place is closed.

    """
    return KeySafe(folder / identity.FILE, places).load()


def needed_key(folder: Path, places: tuple[SecretPlace, ...] = ()) -> DeviceKey:
    """Give the key of a computer that is enrolled.

    Raises:
        EnrolmentError: the key is damaged or lost, or its place is closed.

    """
    key = device_key(folder, places)
    if key is None:
        said = texts.load()
        title = said.say("uplink.key-gone", place=said.say("secret.place.file"))
        raise EnrolmentError(title, said.say("uplink-advice.key-gone"), kind=LOST)
    return key


def key_place(folder: Path) -> str:
    """Give the id of the place where the device's key should lie, empty when there is none.

    Raises:
        EnrolmentError: what is known of it is damaged.

    """
    return KeySafe(folder / identity.FILE).where()


def enrol(
    folder: Path,
    url: str,
    code: str,
    *,
    clock: Clock,
    ca_file: str = "",
    label: str = "",
    places: tuple[SecretPlace, ...] = (),
    new_key: bool = False,
) -> Enrolment:
    """Enrol with a single-use code; the key is kept before the code is sent.

    `new_key` makes another key where the old one cannot be read.

    Raises:
        UsageError: the URL or the CA file cannot be used.
        UplinkError: the endpoint was not reached.
        EnrolmentError: the endpoint refused the code, or something could not be written.

    """
    client = Client(url, clock, ca_file=ca_file)
    key = _kept_key(folder, places, anew=new_key)
    answer = _answered(client, _request(code.strip(), key, label), folder)
    enrolment = Enrolment(
        url=url,
        device=answer.device,
        team=answer.team,
        receipt_key=answer.receipt_key,
        ca_file=str(Path(ca_file).absolute()) if ca_file else "",
        label=label,
        next_in=answer.next_in,
        policy_root=answer.policy_root,
    )
    try:
        durable.write(folder / FILE, msgspec.json.encode(enrolment))
    except OSError as error:
        raise _refused("enrolment-unwritten", folder / FILE) from error
    return enrolment


def _answered(client: Client, request: v1.Enrol, folder: Path) -> v1.Enrolled:
    """Post the request, and judge whether the endpoint has answered it."""
    try:
        answer = client.post(v1.ENROL, msgspec.json.encode(request), v1.Enrolled)
    except UplinkError as error:
        if error.kind not in _REFUSALS:
            advice = texts.load().say("uplink-advice.enrolment")
            raise UplinkError(error.kind, error.title, advice) from error
        raise _refused("code-wrong", folder) from error
    if not _is_key(answer.receipt_key) or not answer.device:
        raise problem("portal", client.host)
    return answer


def _kept_key(folder: Path, places: tuple[SecretPlace, ...], *, anew: bool) -> DeviceKey:
    """Give the key to enrol with; made where there is none, and `anew` where it is out of reach."""
    safe = KeySafe(folder / identity.FILE, places)
    try:
        return safe.load_or_make()
    except EnrolmentError as error:
        if anew or error.kind == LOST:
            return safe.make()
        raise


def _request(code: str, key: DeviceKey, label: str) -> v1.Enrol:
    if not code:
        raise _refused("code-empty", Path())
    nonce = secrets.token_urlsafe(18)
    return v1.Enrol(
        code=code,
        public_key=key.public,
        nonce=nonce,
        proof=base64.b64encode(key.sign(f"{code}\n{nonce}".encode())).decode(),
        label=label,
        system=platform.platform(terse=True),
        agent=__version__,
    )


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == identity.SEED_BYTES
    except ValueError:
        return False


def _refused(kind: str, file: Path) -> EnrolmentError:
    said = texts.load()
    advice = f"uplink-advice.{kind}"
    return EnrolmentError(
        said.say(f"uplink.{kind}", file=str(file)), said.say(advice) if said.has(advice) else ""
    )


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
        asked = v1.ProofAsked(
            device=self._device, user=self._user, group=group, factor=factor, answer=answer
        )
        said = self._client.post(v1.PROOFS, msgspec.json.encode(asked), v1.ProofAnswer, self._sign)
        return Ruling(accepted=said.accepted, problem=said.problem, wait=said.wait)
