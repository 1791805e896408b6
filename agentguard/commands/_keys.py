"""Tries the places where keys may be kept, and tells where those of this computer lie.

Nothing moves here: a throw-away secret is put in and taken out again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from agentguard.base.errors import SecretError
from agentguard.commands._capabilities import Capability, Standing
from agentguard.model.messages import Message, say
from agentguard.ports.secrets import Places, SecretPlace, Slot
from agentguard.trust.secret_store import Safe
from agentguard.uplink import identity
from agentguard.vault.keys import KEY

_STANDINGS = {
    "absent": Standing.ABSENT,
    "denied": Standing.DENIED,
    "former": Standing.ABSENT,
    "locked": Standing.DENIED,
    "silent": Standing.FAILED,
}
TRIAL = "doctor.key"


def keys(folder: Path, places: Places) -> Iterator[Capability]:
    """Try every place once, then read the keys from where they lie."""
    for place in dict.fromkeys((*places.device, *places.vault)):
        yield _tried(place, folder)
    yield _read("device", folder / identity.FILE, places.device)
    yield _read("vault", folder / "vault" / KEY, places.vault)


def _tried(place: SecretPlace, folder: Path) -> Capability:
    slot, secret = Slot(id=secrets.token_hex(16), file=folder / TRIAL), secrets.token_bytes(32)
    try:
        place.save(slot, secret)
        whole = place.load(slot) == secret
        place.forget(slot)
    except SecretError as error:
        return _refused(place.name, error.reason)
    if not whole:
        return _refused(place.name, "unwritten")
    return Capability(name=place.name, standing=Standing.WORKS)


def _read(key: str, file: Path, places: tuple[SecretPlace, ...]) -> Capability:
    """Read a key with its own place alone, so that it stays there."""
    name = f"{key}-key"
    try:
        place = Safe(file).where()
        if not place:
            return Capability(name=name, standing=Standing.ABSENT, reason=say("cli.doctor.no-key"))
        Safe(file, tuple(one for one in places if one.name == place)).load()
    except SecretError as error:
        return _refused(name, error.reason)
    return Capability(name=name, standing=Standing.WORKS, reason=say(f"secret.{key}.{place}"))


def _refused(name: str, why: str) -> Capability:
    reason: Message = say(f"secret.reason.{why}")
    standing = _STANDINGS.get(why, Standing.FAILED)
    return Capability(name=name, standing=standing, reason=reason)
