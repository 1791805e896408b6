"""agentguard doctor: tells of every capability whether it works here, and why it does not."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from agentguard.base import paths, settings, translations
from agentguard.base.errors import AgentGuardError, UsageError
from agentguard.base.translations import Texts
from agentguard.checks.reauth import rules
from agentguard.commands import _letters
from agentguard.commands._capabilities import Capability, Standing, capabilities
from agentguard.commands._code import Factors
from agentguard.commands._words import of_one_look, spoken
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.model.messages import Message, say
from agentguard.model.policy import Policy
from agentguard.platforms import (
    keeper_service,
    load,
    machine_layers,
    network,
    secret_places,
    system_clock,
    user_name,
)
from agentguard.policy.last_good import Keeper
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Backend
from agentguard.ports.network import Network
from agentguard.runtime.catalogue_service import packs
from agentguard.runtime.known_checks import shapes
from agentguard.store.ballast import ROOM

TRUST, CATALOGUE, LETTERS = "endpoint-trust", "software-catalogue", "letters"
TROUBLE = frozenset({Standing.DENIED, Standing.FAILED})
"""What an administrator can mend; what is absent is as it is on this system."""
DISK = "data-disk"
_MIB = 1 << 20


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("--json", action="store_true", help=words.say("cli.doctor.json"))
    parser.add_argument("--record", type=Path, metavar="FILE", help=words.say("cli.record.file"))
    parser.add_argument("--walk", action="store_true", help=words.say("cli.record.walk"))


def run(chosen: argparse.Namespace) -> int:
    """Try everything, print it, and tell by the exit code whether something can be mended."""
    if chosen.record or chosen.walk:
        return _record(chosen)
    words, clock = spoken(), system_clock()
    backend = load()
    found = every(backend, words, clock)
    rows = [row(one, words) for one in found]
    if chosen.json:
        shown = {"system": backend.name, "capabilities": rows}
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
    else:
        sys.stdout.write("".join(table(rows, words)))
    return FINDINGS if any(one.standing in TROUBLE for one in found) else FINE


def every(backend: Backend, words: Texts, clock: Clock) -> tuple[Capability, ...]:
    """Try everything, and return how it stands."""
    policy = Keeper(paths.data_folder(), shapes(), clock).start().policy
    return (
        *capabilities(backend, policy, clock),
        *_factors(backend, policy, clock),
        *_keys(),
        *_endpoint(clock, words),
        _catalogue(clock),
        *_machine(clock),
        disk(paths.data_folder()),
        *_language(),
    )


def _record(chosen: argparse.Namespace) -> int:
    """Record what this computer answers.

    Raises:
        UsageError: no file was named.
        PlatformError: this computer cannot be recorded.
        CannotError: the file is there, or cannot be made.

    """
    from agentguard.platforms.recorder import door  # noqa: PLC0415 - of no use to the others

    words = translations.load()
    if chosen.record is None:
        raise UsageError(words.say("cli.record.no-file"), words.say("cli.record.no-file-advice"))
    system = door.system()
    from agentguard.commands import _record  # noqa: PLC0415 - of Windows alone

    return _record.record(chosen.record, words, system, walk=chosen.walk)


def _factors(backend: Backend, policy: Policy, clock: Clock) -> Iterator[Capability]:
    from agentguard.commands._factors import Person, factors  # noqa: PLC0415 - as the keys

    folder = paths.data_folder()
    asks = Factors(folder, clock)
    app = (lambda: asks.app("").problem) if asks.enrolled() else None
    who = Person(user=user_name(), said=rules(policy), folder=folder, app=app)
    return factors(backend.authenticator, who, clock)


def _endpoint(clock: Clock, words: Texts) -> Iterator[Capability]:
    """Yield the way to the endpoint, and by whose word it is believed."""
    from agentguard.commands._way import of_keeper, way  # noqa: PLC0415 - TLS costs the other commands time
    from agentguard.service import keeper_status  # noqa: PLC0415 - as above
    from agentguard.uplink import enrolment  # noqa: PLC0415 - as above

    folder = paths.data_folder()
    ways = network(folder)
    try:
        known = enrolment.load(folder)
    except AgentGuardError:  # told below
        known = None
    url = known.url if known else settings.at_start(folder, machine_layers()).settings.endpoint
    yield way(ways, url, words)
    with suppress(OSError):
        yield from of_keeper(keeper_status.read(paths.machine_folder()), words)
    yield _trust(folder, clock, ways)


def _trust(folder: Path, clock: Clock, ways: Network) -> Capability:
    """Tell by whose word the endpoint is believed."""
    from agentguard.uplink.endpoint_trust import looked  # noqa: PLC0415 - as above

    try:
        found = looked(folder, clock, network=ways)
    except AgentGuardError as error:
        return Capability(name=TRUST, standing=Standing.FAILED, reason=str(error))
    if found is None:
        return Capability(name=TRUST, standing=Standing.ABSENT, reason=say("cli.doctor.alone"))
    reason = say(f"cli.doctor.trust-{found.store}", issuer=found.issuer)
    return Capability(name=TRUST, standing=Standing.WORKS, reason=reason)


def _catalogue(clock: Clock) -> Capability:
    """Return which catalogue of software is in force, and why it is not the last one."""
    try:
        now = packs(paths.data_folder(), clock).start()
    except AgentGuardError as error:
        return Capability(name=CATALOGUE, standing=Standing.FAILED, reason=str(error))
    wrong = now.message or (now.refused.message if now.refused else None)
    if wrong is not None:
        return Capability(name=CATALOGUE, standing=Standing.PARTLY, reason=wrong)
    compiled = str(now.contents.compiled)
    reason = say("cli.doctor.catalogue", seq=now.seq, compiled=compiled)
    return Capability(name=CATALOGUE, standing=Standing.WORKS, reason=reason)


def _language() -> Iterator[Capability]:
    """Yield that letters are missing for the language that was chosen; nothing where none are."""
    lacking = _letters.missing()
    if lacking:
        yield Capability(name=LETTERS, standing=Standing.FAILED, reason=lacking)


def _keys() -> Iterator[Capability]:
    from agentguard.commands._machine import keys  # noqa: PLC0415 - signatures cost the others time

    return keys(paths.data_folder(), secret_places())


def _machine(clock: Clock) -> Iterator[Capability]:
    from agentguard.commands._machine import machine  # noqa: PLC0415 - the keeper's room as well

    return machine(
        paths.machine_folder(), machine_layers(), clock, paths.data_folder(), keeper_service()
    )


def row(one: Capability, words: Texts) -> dict[str, str]:
    """Return a capability as scripts read it."""
    why = one.reason
    reason = words.render(of_one_look(words, why)) if isinstance(why, Message) else words.mask(why)
    return {"name": one.name, "standing": one.standing.value, "reason": reason}


def table(rows: Iterable[dict[str, str]], words: Texts) -> Iterator[str]:
    """Yield the lines of the table."""
    for one in rows:
        standing = words.say(f"cli.doctor.standing.{one['standing']}")
        yield f"{one['name']:<18} {standing:<12} {one['reason']}".rstrip() + "\n"


COMMAND = Command(arguments=arguments, run=run)


def disk(folder: Path) -> Capability:
    """Return how the disk of the data folder stands; the folder may not be there yet."""
    standing, reason = _seen(folder)
    return Capability(name=DISK, standing=standing, reason=reason)


def _seen(folder: Path) -> tuple[Standing, Message]:
    try:
        free = shutil.disk_usage(folder).free
    except FileNotFoundError:
        return Standing.ABSENT, say("cli.doctor.disk-none")
    except OSError as error:
        return Standing.FAILED, say("cli.doctor.disk-unread", why=error.strerror or "-")
    if not os.access(folder, os.W_OK):
        return Standing.DENIED, say("cli.doctor.disk-shut")
    if free < ROOM:
        low = say("cli.doctor.disk-low", free=free // _MIB, least=ROOM // _MIB)
        return Standing.FAILED, low
    return Standing.WORKS, say("cli.doctor.disk", free=free // _MIB)
