"""`agentguard server enrol-code | doctor | metrics-token | audit`: desks in, looks and figures."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable
from pathlib import Path

from agentguard.base import atomic_files, named_files
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.platforms import system_clock
from agentguard.server.admin import doctor, overview
from agentguard.server.admin.accounts import Admin
from agentguard.server.admin.doctor import Health
from agentguard.server.feeds import metrics
from agentguard.server.settings import ServerSettings
from agentguard.server.store.desks.batch_codes import MOST, Wish
from agentguard.server.store.desks.devices import AGENT, KEEPER

LONGEST_HOURS = 720
TOKEN_BYTES = 32


def arguments(act: Callable[[str], argparse.ArgumentParser], said: Texts) -> None:
    """Add the acts."""
    code = act("enrol-code")
    code.add_argument("--team", required=True, help=said.say("cli.server.team"))
    code.add_argument("--hours", type=float, default=24, help=said.say("cli.server.hours"))
    code.add_argument("--count", type=int, default=1, help=said.say("cli.server.count"))
    code.add_argument("--confirm", action="store_true", help=said.say("cli.server.confirm"))
    code.add_argument("--keeper", action="store_true", help=said.say("cli.server.keeper"))
    code.add_argument("--asset-file", type=Path, help=said.say("cli.server.asset-file"))
    well = act("doctor")
    well.add_argument("--cert", type=Path, help=said.say("cli.serve.cert"))
    well.add_argument("--json", action="store_true", help=said.say("cli.server-lists.json"))
    act("metrics-token")
    audit = act("audit")
    audit.add_argument("--key", action="store_true", help=said.say("cli.server.audit-key"))
    audit.add_argument("--export", type=Path, help=said.say("cli.server.audit-export"))


def audit(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    """Return the endpoint's public key, or write the audit log to a file.

    Raises:
        UsageError: neither was asked for.
        StoreError: the file is there already, or could not be written.

    """
    if given.key:
        return admin.receipt_key
    if given.export is None:
        raise UsageError(said.say("cli.server.audit-neither"))
    count = admin.export_audit(given.export)
    return said.say("cli.server.audit-exported", count=count, file=str(given.export))


def enrol_code(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    """Make a code, for one computer or for many.

    Raises:
        UsageError: what is asked for cannot be.

    """
    if not given.team.strip() or not given.team.isprintable():
        raise UsageError(said.say("cli.server.no-name"))
    if not 1 <= given.hours <= LONGEST_HOURS:
        raise UsageError(said.say("cli.server.hours-wrong"))
    if not 1 <= given.count <= MOST:
        raise UsageError(said.say("cli.server.count-wrong"))
    assets = _assets(given.asset_file, said) if given.asset_file else ()
    wish = Wish(
        team=0,
        most=given.count,
        hours=given.hours,
        confirm=given.confirm,
        assets=assets,
        role=KEEPER if given.keeper else AGENT,
    )
    code = admin.batch_code(given.team, wish)
    params = {"code": code, "team": given.team, "hours": f"{given.hours:g}"}
    if given.count == 1:
        return said.say("cli.server.code", **params)
    return said.say("cli.server.batch-code", **params, count=given.count)


def _assets(file: Path, said: Texts) -> tuple[str, ...]:
    named_files.must_end(file)
    try:
        return tuple(file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeError) as error:
        raise UsageError(said.say("cli.server.no-asset-file", file=str(file))) from error


def look(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> tuple[str, bool]:
    """Look whether the endpoint is well: give what is said of it, and whether nothing is bad."""
    if given.cert is not None:
        named_files.must_end(given.cert)
    clock = system_clock()
    found = doctor.examine(settings, lambda: clock.now().wall, given.cert)
    well = all(one.health is not Health.BAD for one in found)
    if given.json:
        return overview.as_json(
            [{"name": o.name, "health": o.health, "what": said.render(o.what)} for o in found]
        ), well
    lines = [
        f"{said.say(f'server.doctor.health.{one.health}'):<6} {one.name:<12} "
        f"{said.render(one.what)}"
        for one in found
    ]
    return "\n".join(lines), well


def token(_given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    """Make a new token for /metrics; the one before counts no more.

    Raises:
        CannotError: it could not be written, or the folder is no endpoint's.

    """
    if not settings.key_file.exists() and not overview.is_there(settings):
        raise overview.none_there(settings)
    file = settings.data / metrics.FILE
    try:
        atomic_files.write(file, f"{secrets.token_urlsafe(TOKEN_BYTES)}\n".encode())
    except OSError as error:
        raise CannotError(
            said.say("cli.server.no-token", file=str(file)), said.say("cli.server.no-token-advice")
        ) from error
    return said.say("cli.server.token", file=str(file))
