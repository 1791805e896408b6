"""agentguard settings: what is set on this computer, by whom, and the user's own file."""

from __future__ import annotations

import argparse
import json
import sys

from agentguard.base import paths, settings, settings_edit
from agentguard.base.errors import UsageError
from agentguard.base.settings import Origin, SetHere
from agentguard.base.translations import Texts
from agentguard.commands import _outcome
from agentguard.commands._words import spoken
from agentguard.commands.base import FINE, Command
from agentguard.platforms import machine_layers, takes_proxy

WIDTH = 16


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the verbs."""
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar=words.say("cli.settings.verb")
    )
    for verb in ("show", "set", "unset", "path"):
        help_ = words.say(f"cli.settings.{verb}")
        one = verbs.add_parser(verb, help=help_, description=help_)
        if verb == "show":
            one.add_argument("--json", action="store_true", help=words.say("cli.settings.json"))
        if verb in {"set", "unset"}:
            one.add_argument("name", metavar="NAME", help=words.say("cli.settings.name"))
        if verb == "set":
            one.add_argument("value", metavar="VALUE", help=words.say("cli.settings.value"))


def run(chosen: argparse.Namespace) -> int:
    """Show the settings, change one, or tell where the file is."""
    words = spoken()
    match chosen.verb:
        case "show":
            sys.stdout.write(_shown(words, as_json=chosen.json))
        case "path":
            file = str(paths.wanted_folder() / settings.FILE)
            _outcome.facts(file=file)
            sys.stdout.write(f"{file}\n")
        case _:
            known = settings_edit.described(chosen.name)
            value = None
            if chosen.verb == "set":
                value = settings_edit.value_of(known, chosen.value)
                _refuse_password(str(value), words)
                _refuse_no_address(known.name, str(value), words)
            _refuse_managed(known.name, words)
            settings_edit.put(paths.data_folder(), known.name, value)
            sys.stdout.write(words.say(f"cli.settings.done-{chosen.verb}", name=known.name) + "\n")
    return FINE


def _refuse_managed(name: str, words: Texts) -> None:
    layers = machine_layers()
    if name in settings.managed(layers):
        raise UsageError(
            words.say("cli.settings.managed", name=name, place=layers.managed_in),
            words.say("cli.settings.managed-advice"),
        )


def _refuse_password(value: str, words: Texts) -> None:
    """Raise for an address with a password: a command line can be read by every process."""
    name, mark, _host = value.rpartition("://")[2].partition("/")[0].rpartition("@")
    if mark and ":" in name:
        raise UsageError(
            words.say("cli.settings.password"), words.say("cli.settings.password-advice")
        )


def _refuse_no_address(name: str, value: str, words: Texts) -> None:
    """Raise for what is no address of an endpoint or a proxy: what leads nowhere is not set."""
    if name == "endpoint" and value:
        from agentguard.uplink import transport  # noqa: PLC0415 - TLS costs the other settings time

        transport.address(value)
    if name == "proxy" and not takes_proxy(value):
        raise UsageError(
            words.say("cli.settings.no-proxy"), words.say("cli.settings.no-proxy-advice")
        )


def _shown(words: Texts, *, as_json: bool) -> str:
    folder, layers = paths.wanted_folder(), machine_layers()
    found = settings.told(folder, layers)
    for fault in settings.at_start(folder, layers).faults:
        sys.stderr.write(f"{words.render(fault)}\n")
    if as_json:
        return json.dumps([_row(one) for one in found], indent=2, ensure_ascii=False) + "\n"
    lines = [_line(one, words) for one in found] or [words.say("ui.settings.none")]
    return "\n".join((*lines, ""))


def _row(one: SetHere) -> dict[str, str | bool]:
    return {
        "name": one.name,
        "value": _value(one),
        "set_by": one.origin.value,
        "place": one.place,
    }


def _line(one: SetHere, words: Texts) -> str:
    by = {
        Origin.MANAGED: "ui.settings.managed-by",
        Origin.OWN: "ui.settings.own-by",
        Origin.INSTALLED: "ui.settings.installed-by",
    }[one.origin]
    value = json.dumps(_value(one), ensure_ascii=False)
    return f"{one.name:<{WIDTH}} {value}  {words.say(by, place=one.place)}"


def _value(one: SetHere) -> str | bool:
    """Return a value without the password that a proxy's address may hold."""
    if isinstance(one.value, str) and "@" in one.value and one.name in {"proxy", "endpoint"}:
        scheme, mark, rest = one.value.rpartition("://")
        return f"{scheme}{mark}***@{rest.rpartition('@')[2]}"
    return one.value


COMMAND = Command(arguments=arguments, run=run)
