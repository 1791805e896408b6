"""`agentguard server policy`: publish signed policies, move their rings on, see who has which."""

from __future__ import annotations

import argparse
from pathlib import Path

from agentguard.base.translations import Texts
from agentguard.commands import _policy_file, _server_place
from agentguard.commands._policy_reader import READING
from agentguard.server.admin.accounts import Admin
from agentguard.server.policies.publication import RINGS
from agentguard.server.store.desks.policies import Bundle, Held, Label, wanted


def arguments(parser: argparse.ArgumentParser, said: Texts) -> None:
    """Add the verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=said.say("cli.policy.verb"))

    def verb(name: str) -> argparse.ArgumentParser:
        help_ = said.say(f"cli.server-policy.{name}")
        made = verbs.add_parser(name, help=help_, description=help_)
        _server_place.add(made, said)
        return made

    verb("root").add_argument("file", type=Path, help=said.say("cli.server-policy.chain"))
    publish = verb("publish")
    publish.add_argument("file", type=Path, help=said.say("cli.server-policy.file"))
    ring = verb("ring")
    ring.add_argument("--team", default="", help=said.say("cli.server-policy.team"))
    for one in (publish, ring):
        one.add_argument("--percent", type=int, help=said.say("cli.server-policy.percent"))
    verb("list")


def run(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    """Do what the verb says; give what is printed."""
    match given.verb:
        case "root":
            version = admin.policies.publish_roots(_policy_file.data(given.file))
            return said.say("cli.server-policy.root-done", version=version)
        case "publish":
            return _publish(given, admin, said)
        case "ring":
            moved = admin.policies.move(given.team, given.percent)
            return _row(moved, said)
        case _:
            return _list(*admin.policies.overview(), said)


def _publish(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    raw = _policy_file.data(given.file)
    label = admin.policies.judged(raw, str(given.file), READING).label
    percent = RINGS[0] if given.percent is None else given.percent
    admin.policies.publish(raw, label, percent)
    return said.say("cli.server-policy.published", **_of(label), percent=percent)


def _list(bundles: list[Bundle], held: list[Held], said: Texts) -> str:
    if not bundles:
        return said.say("cli.server-policy.empty")
    have = [sum(one.digest == bundle.label.digest for one in held) for bundle in bundles]
    lines = [
        f"{_row(bundle, said)} {said.say('cli.server-policy.have', count=count)}"
        for bundle, count in zip(bundles, have, strict=True)
    ]
    return "\n".join([*lines, "", *(_desk(one, bundles, said) for one in held)])


def _desk(one: Held, bundles: list[Bundle], said: Texts) -> str:
    needs = wanted(bundles, one.device, one.team, one.digest)
    return said.say(
        "cli.server-policy.desk" if needs is None else "cli.server-policy.due",
        desk=one.name,
        team=one.team,
        policy=one.policy or "-",
        wanted=f"{needs.label.name} {needs.label.version}" if needs else "-",
    )


def _row(bundle: Bundle, said: Texts) -> str:
    return said.say("cli.server-policy.row", **_of(bundle.label), percent=bundle.percent)


def _of(label: Label) -> dict[str, str | int]:
    return {
        "name": label.name,
        "version": label.version,
        "epoch": label.epoch,
        "team": label.team or "*",
    }
