"""`agentguard server`: users, enrolment codes and one-time codes, at the endpoint's machine."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable

import segno

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import (
    _outcome,
    _server_backups,
    _server_catalogue,
    _server_data,
    _server_desks,
    _server_evidence,
    _server_lists,
    _server_place,
    _server_policy,
    _server_requirements,
    _server_setup,
)
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.platforms import system_clock
from agentguard.server.admin import overview
from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.people import ROLES
from agentguard.server.store.engine import causes, open_database

BESIDE = frozenset({"audit", "backup", "evidence", "hold", "recovery-codes", "retention"})
"""Acts on what an endpoint holds: where none was begun there is nothing to tell, keep or export."""
BEGINS = frozenset({"add", "root"})
"""Verbs of policies and catalogues that may come before an endpoint's first start."""


def _arguments(parser: argparse.ArgumentParser, said: Texts) -> None:
    _server_place.add(parser, said, first=True)
    every = parser.add_subparsers(dest="act", required=True, metavar=said.say("cli.command"))

    def act(name: str) -> argparse.ArgumentParser:
        help_ = said.say(f"cli.server.{name}")
        sub = every.add_parser(name, help=help_, description=help_)
        _server_place.add(sub, said)
        return sub

    user = act("add-user")
    user.add_argument("name", help=said.say("cli.server.name"))
    user.add_argument(
        "--role", choices=ROLES, default="supervisor", help=said.say("cli.server.role")
    )
    user.add_argument(
        "--password-stdin", action="store_true", help=said.say("cli.server.password-stdin")
    )
    user.add_argument("--team", action="append", default=[], help=said.say("cli.server.sees"))
    act("totp").add_argument("user", help=said.say("cli.server.user"))
    act("recovery-codes").add_argument("name", help=said.say("cli.server.name"))
    _server_policy.arguments(act("policy"), said)
    _server_catalogue.arguments(act("catalogue"), said)
    _server_evidence.arguments(act("evidence"), said)
    _server_desks.arguments(act, said)
    _server_backups.arguments(act("backups"), said)
    _server_setup.arguments(act("setup"), said)
    _server_data.arguments(act, said)
    _server_lists.arguments(act, said)
    _server_requirements.arguments(act, said)


def _run(given: argparse.Namespace) -> int:
    with causes.told():
        return _done(given)


def _done(given: argparse.Namespace) -> int:
    clock = system_clock()
    data = _server_place.folder(given.data, os.environ)
    acts: dict[str, Callable[[argparse.Namespace, Admin, Texts], str]] = {
        "add-user": _add_user,
        "audit": _server_desks.audit,
        "enrol-code": _server_desks.enrol_code,
        "totp": _totp,
        "recovery-codes": _recovery_codes,
        "policy": _server_policy.run,
        "catalogue": _server_catalogue.run,
        "evidence": _server_evidence.run,
        **_server_data.ACTS,
    }
    said = translations.load()
    database = open_database.chosen(given.database, os.environ, said)
    settings = ServerSettings(data=data, database=database)
    if given.act == "setup":
        return _server_setup.run(given, settings, said)
    if given.act == "doctor":
        lines, well = _server_desks.look(given, settings, said)
        sys.stdout.write(f"{lines}\n")
        return FINE if well else FINDINGS
    alone = {
        **_server_data.ALONE,
        **_server_lists.ALONE,
        "metrics-token": _server_desks.token,
        "requirements": _server_requirements.run,
        "backups": _server_backups.run,
    }
    if given.act in alone:
        told = alone[given.act](given, settings, said)
        sys.stdout.write(f"{told}\n" if told else "")
        return FINE
    begins = _begins(given, settings)
    with Admin(settings, lambda: clock.now().wall) as admin:
        if begins:
            sys.stderr.write(f"{said.say('cli.server.begun', folder=str(data))}\n")
        sys.stdout.write(f"{acts[given.act](given, admin, said)}\n")
    return FINE


def _begins(given: argparse.Namespace, settings: ServerSettings) -> bool:
    """Check whether this begins an endpoint.

    Raises:
        CannotError: it would, and what is asked for may not come first.

    """
    if overview.is_there(settings):
        return False
    if given.act in BESIDE or getattr(given, "verb", "add") not in BEGINS:
        raise overview.none_there(settings)
    return True


def _add_user(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    for one in (given.name, *given.team):
        _must_name(one, said)
    line = sys.stdin.readline() if given.password_stdin else ""
    password = line.rstrip("\r\n") if given.password_stdin else _asked_twice(said)
    admin.add_user(given.name, password, given.role, given.team)
    return said.say("cli.server.added", name=given.name)


def _asked_twice(said: Texts) -> str:
    try:
        password = getpass.getpass(said.say("cli.server.password"))
        again = getpass.getpass(said.say("cli.server.repeat"))
    except EOFError as error:
        sys.stderr.write("\n")  # the question stands there without an end
        raise UsageError(
            said.say("cli.server.no-password"), said.say("cli.server.no-password-advice")
        ) from error
    if again != password:
        raise UsageError(said.say("cli.server.differ"))
    return password


def _must_name(name: str, said: Texts) -> None:
    if not name.strip() or not name.isprintable():
        raise UsageError(said.say("cli.server.no-name"))


def _totp(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    _must_name(given.user, said)
    secret, address = admin.desk_totp(given.user)
    if not _outcome.facts(user=given.user, secret=secret, address=address):
        segno.make(address).terminal(out=sys.stdout, compact=True)  # a picture, for people alone
    return f"{said.say('cli.server.totp-made', secret=secret)}\n{address}"


def _recovery_codes(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    made = admin.recovery_codes(given.name)
    _outcome.facts(name=given.name, codes=list(made))
    codes = "\n".join(f"  {code}" for code in made)
    return said.say("cli.server.recovery-made", name=given.name, codes=codes)


COMMAND = Command(arguments=_arguments, run=_run)
