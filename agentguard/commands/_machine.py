"""Tells how the computer's own part stands: settings that are managed, and the keeper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from agentguard.base import settings
from agentguard.base.settings import Layers
from agentguard.commands._capabilities import Capability, Standing
from agentguard.model.messages import say
from agentguard.ports.clock import Clock
from agentguard.ports.session_host import Recovery, ServiceSeen
from agentguard.service import keeper_status

SETTINGS, KEEPER = "settings", "keeper"
STALE = 180.0
"""Seconds after which a keeper that wrote nothing does not run: it writes each minute."""


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
