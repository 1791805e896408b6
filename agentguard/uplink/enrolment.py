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
from agentguard.uplink import identity
from agentguard.uplink.client import Client
from agentguard.uplink.identity import DeviceKey, KeyFile
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import RequestSigner
from agentguard.wire import v1

FILE = "enrolment.json"
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


def device_key(folder: Path) -> DeviceKey | None:
    """Give the device's key, None when there is none.

    Raises:
        EnrolmentError: the key is damaged or could not be read.

    """
    return identity.load(KeyFile(folder / identity.FILE))


def enrol(
    folder: Path, url: str, code: str, *, clock: Clock, ca_file: str = "", label: str = ""
) -> Enrolment:
    """Enrol with a single-use code; the key is on the disk before the code is sent.

    Raises:
        UsageError: the URL or the CA file cannot be used.
        UplinkError: the endpoint was not reached.
        EnrolmentError: the endpoint refused the code, or something could not be written.

    """
    client = Client(url, clock, ca_file=ca_file)
    key = identity.load_or_make(KeyFile(folder / identity.FILE))
    request = _request(code.strip(), key, label)
    try:
        answer = client.post(v1.ENROL, msgspec.json.encode(request), v1.Enrolled)
    except UplinkError as error:
        if error.kind not in _REFUSALS:
            advice = texts.load().say("uplink-advice.enrolment")
            raise UplinkError(error.kind, error.title, advice) from error
        raise _refused("code-wrong", folder) from error
    if not _is_key(answer.receipt_key) or not answer.device:
        raise problem("portal", client.host)
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
