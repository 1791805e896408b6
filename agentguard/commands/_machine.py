"""Tells how the computer's own part stands: settings that are managed, the keeper, and its keys.

The places where keys may be kept are tried. Nothing moves there: a throw-away secret is put in and
taken out again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from agentguard.base import settings
from agentguard.base.errors import SecretError
from agentguard.base.settings import Layers
from agentguard.commands._capabilities import Capability, Standing
from agentguard.model.messages import Message, say
from agentguard.ports.clock import Clock
from agentguard.ports.secrets import Places, SecretPlace, Slot
from agentguard.ports.session_host import Recovery, ServiceSeen
from agentguard.service import keeper_status
from agentguard.trust.secret_store import Safe
from agentguard.uplink import identity
from agentguard.vault.keys import KEY

SETTINGS, KEEPER = "settings", "keeper"
STALE = 180.0
"""Seconds after which a keeper that wrote nothing does not run: it writes each minute."""
_STANDINGS = {
    "absent": Standing.ABSENT,
    "denied": Standing.DENIED,
    "former": Standing.ABSENT,
    "locked": Standing.DENIED,
    "silent": Standing.FAILED,
}
TRIAL = "doctor.key"


def machine(
    folder: Path,
    layers: Layers,
    clock: Clock,
    home: Path,
    service: ServiceSeen | None = None,
) -> Iterator[Capability]:
    """Yield both; `folder` is the computer's, `home` the user's with a file of settings.

    `service` is what the system's service manager tells of the keeper.
    """
    yield _settings(home, layers)
    yield (service and _service(service)) or _keeper(folder, clock)


def _settings(home: Path, layers: Layers) -> Capability:
    for fault in settings.at_start(home, layers).faults:
        return Capability(name=SETTINGS, standing=Standing.FAILED, reason=fault)
    if wrong := settings.unusable(layers):
        reason = say("cli.doctor.setting-wrong", names=", ".join(wrong))
        return Capability(name=SETTINGS, standing=Standing.FAILED, reason=reason)
    if not (managed := settings.managed(layers)):
        return Capability(name=SETTINGS, standing=Standing.WORKS)
    reason = say("cli.doctor.managed", names=", ".join(managed))
    return Capability(name=SETTINGS, standing=Standing.WORKS, reason=reason)


def _service(seen: ServiceSeen) -> Capability | None:
    """Return what is wrong with the keeper's service; None when nothing is.

    That Windows is to start it again may not be known, as under Wine: that is no fault.
    """
    for wrong, why in (
        (not seen.running, "service-stopped"),
        (not seen.automatic, "service-start"),
        (not seen.quoted, "service-unquoted"),
        (seen.recovery is Recovery.REFUSED, "service-recovery"),
    ):
        if wrong:
            reason = say(f"cli.doctor.{why}", name=seen.name, state=seen.state, start=seen.start)
            return Capability(name=KEEPER, standing=Standing.FAILED, reason=reason)
    return None


def _keeper(folder: Path, clock: Clock) -> Capability:
    try:
        known = keeper_status.read(folder)
    except OSError:
        known = None
    if known is None:
        return Capability(name=KEEPER, standing=Standing.ABSENT, reason=say("cli.doctor.no-keeper"))
    if clock.now().wall - _wall(known.at) > STALE or known.problem == "stopped":
        reason = say("cli.doctor.keeper-stopped", at=known.at)
        return Capability(name=KEEPER, standing=Standing.FAILED, reason=reason)
    if known.problem or not known.well:
        reason = say("cli.doctor.keeper-tells", problem=known.problem or "-")
        return Capability(name=KEEPER, standing=Standing.PARTLY, reason=reason)
    return Capability(name=KEEPER, standing=Standing.WORKS)


def _wall(at: str) -> float:
    try:
        return datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


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
