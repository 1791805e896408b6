"""What this computer remembers of its enrolment, and the keys that belong to it."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from agentguard.base import atomic_files, translations
from agentguard.base.errors import EnrolmentError, UsageError
from agentguard.ports.secrets import SecretPlace
from agentguard.uplink import identity
from agentguard.uplink.identity import DeviceKey, KeySafe

LOG = logging.getLogger(__name__)

FILE = "enrolment.json"
LOST = "key-gone"
"""The kind of the error that says that the key's place has lost it."""


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an enrolment: where the endpoint is, who we are, whom we believe.

    `public_key` is the key (base64) that the endpoint knows us by, empty for the first one.
    """

    url: str
    device: str
    team: str
    receipt_key: str
    ca_file: str = ""
    label: str = ""
    next_in: int = 60
    policy_root: str = ""
    public_key: str = ""
    pending: bool = False


def load(folder: Path) -> Enrolment | None:
    """Return the enrolment in `folder`, None when this computer is not enrolled.

    Raises:
        EnrolmentError: the file is damaged or could not be read.

    """
    file = folder / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Enrolment)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused("enrolment-unwritten", file) from error
    except msgspec.DecodeError as error:
        raise refused("enrolment-damaged", file) from error


def needed(folder: Path) -> Enrolment:
    """Return the enrolment of a computer that somebody wants to use.

    Raises:
        UsageError: this computer is not enrolled.
        EnrolmentError: the file is damaged or could not be read.

    """
    known = load(folder)
    if known is None:
        said = translations.load()
        raise UsageError(said.say("uplink.not-enrolled"), said.say("uplink-advice.not-enrolled"))
    return known


def device_key(folder: Path, places: tuple[SecretPlace, ...] = ()) -> DeviceKey | None:
    """Return the device's key, None when there is none.

    Raises:
        EnrolmentError: the key is damaged or lost, or its place is closed.

    """
    return KeySafe(folder / identity.FILE, places).load()


def needed_key(folder: Path, places: tuple[SecretPlace, ...] = ()) -> DeviceKey:
    """Return the key of a computer that is enrolled.

    Raises:
        EnrolmentError: the key is damaged or lost, or its place is closed.

    """
    key = device_key(folder, places)
    if key is None:
        raise _lost()
    return key


def request_key(folder: Path, known: Enrolment, places: tuple[SecretPlace, ...] = ()) -> DeviceKey:
    """Return the key that signs requests: the first one, or the one that has replaced it.

    Raises:
        EnrolmentError: the key is damaged or lost, or its place is closed.

    """
    first = needed_key(folder, places)
    if known.public_key in {"", first.public}:
        return first
    for name in (identity.ROTATED, identity.NEXT):
        key = KeySafe(folder / name, places).load()
        if key is not None and key.public == known.public_key:
            return key
    raise _lost()


def _lost() -> EnrolmentError:
    said = translations.load()
    title = said.say("uplink.key-gone", place=said.say("secret.place.file"))
    return EnrolmentError(title, said.say("uplink-advice.key-gone"), kind=LOST)


def key_place(folder: Path) -> str:
    """Return the id of the place where the device's key should lie, empty when there is none.

    Raises:
        EnrolmentError: what is known of it is damaged.

    """
    return KeySafe(folder / identity.FILE).where()


def save(folder: Path, enrolment: Enrolment) -> None:
    """Remember an enrolment.

    Raises:
        EnrolmentError: it could not be written.

    """
    try:
        atomic_files.write(folder / FILE, msgspec.json.encode(enrolment))
    except OSError as error:
        raise refused("enrolment-unwritten", folder / FILE) from error


def belong(folder: Path, team: str) -> bool:
    """Remember the team that this computer is in by now; tell whether it was another one.

    What cannot be written is told again with the next policy.
    """
    try:
        known = load(folder)
        if known is None or known.team == team:
            return False
        save(folder, msgspec.structs.replace(known, team=team))
    except EnrolmentError as error:
        LOG.warning("the team of this computer could not be kept: %s", error.title)
    return True


def refused(kind: str, file: Path) -> EnrolmentError:
    """Return the error of a kind, with what to do."""
    said = translations.load()
    advice = f"uplink-advice.{kind}"
    return EnrolmentError(
        said.say(f"uplink.{kind}", file=str(file)), said.say(advice) if said.has(advice) else ""
    )
