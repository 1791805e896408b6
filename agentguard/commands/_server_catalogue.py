"""`agentguard server catalogue`: add a signed catalogue of software, and show the one in force."""

from __future__ import annotations

import argparse
from pathlib import Path

from agentguard.base.translations import Texts
from agentguard.commands import _day_argument, _policy_file, _server_place
from agentguard.commands._catalogue_pack import about, not_matched
from agentguard.platforms import system_clock
from agentguard.server.admin.accounts import Admin


def arguments(parser: argparse.ArgumentParser, said: Texts) -> None:
    """Add the verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=said.say("cli.policy.verb"))
    for name in ("add", "show"):
        help_ = said.say(f"cli.server-catalogue.{name}")
        verb = verbs.add_parser(name, help=help_, description=help_)
        _server_place.add(verb, said)
        if name == "add":
            verb.add_argument("file", type=Path, help=said.say("cli.server-catalogue.file"))
        else:
            verb.add_argument(
                "--not-matched", action="store_true", help=said.say("cli.catalogue.not-matched")
            )


def run(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    """Do what the verb says; give what is printed."""
    if given.verb == "add":
        made = admin.catalogues.add(_policy_file.data(given.file))
        return said.say("cli.server-catalogue.added", seq=made.contents.seq)
    now = admin.catalogues.present()
    if given.not_matched:
        return "\n".join(not_matched(now.contents, said))
    today = _day_argument.day("", system_clock(), said)
    where = "cli.catalogue.shipped" if now.shipped else "cli.server-catalogue.in-force"
    return "\n".join((said.say(where, seq=now.seq), *about(now.contents, today, said)))
