"""agentguard enroll: make this computer known to the endpoint, show its words, change its key."""

from __future__ import annotations

import argparse
import platform
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agentguard.base import named_files, paths, settings, translations
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _outcome
from agentguard.commands.base import FINE, Command
from agentguard.platforms import (
    code_from_keeper,
    code_from_pipe,
    end_agents,
    machine_layers,
    network,
    secret_places,
    system_clock,
)
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.identity import DeviceKey
from agentguard.uplink.key_rotation import Rekeying

STDIN = "-"
LONGEST_CODE = 256
LOOK = 2.0
PATIENCE = 15.0
"""Seconds between two looks for a code, and those in which the agent ends to begin again."""


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options; the code is none of them, as command lines are seen by every program."""
    parser.allow_abbrev = False  # --code is not short for --code-file
    parser.add_argument("--endpoint", metavar="URL", help=words.say("cli.enroll.endpoint"))
    parser.add_argument("--ca", metavar="FILE", help=words.say("cli.enroll.ca"))
    parser.add_argument("--label", help=words.say("cli.enroll.label"))
    parser.add_argument("--code-file", metavar="FILE", help=words.say("cli.enroll.code-file"))
    parser.add_argument("--code-pipe", metavar="NAME", help=words.say("cli.enroll.code-pipe"))
    parser.add_argument("--asset", default="", metavar="TAG", help=words.say("cli.enroll.asset"))
    parser.add_argument("--new-key", action="store_true", help=words.say("cli.enroll.new-key"))
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--rotate", action="store_true", help=words.say("cli.enroll.rotate"))
    instead.add_argument("--by-keeper", action="store_true", help=words.say("cli.enroll.by-keeper"))
    instead.add_argument("--words", action="store_true", help=words.say("cli.enroll.show"))


def run(chosen: argparse.Namespace) -> int:
    """Enrol, and remember the endpoint in the settings; or work on the key of an enrolment."""
    words, folder = translations.load(), paths.data_folder()
    if chosen.rotate:
        return _rotate(folder, words)
    if chosen.words:
        spelt = _key(folder).words
        _outcome.facts(words=spelt)
        sys.stdout.write(f"{spelt}\n")
        return FINE
    if chosen.by_keeper:
        return by_keeper(folder, words, lambda code: _enrol(chosen, folder, code, words))
    handed = code_from_pipe(chosen.code_pipe) if chosen.code_pipe else None
    return _enrol(chosen, folder, handed, words)


def _enrol(chosen: argparse.Namespace, folder: Path, code: str | None, words: Texts) -> int:
    known, said = settings.load(folder), settings.load(folder, machine_layers())
    named_files.must_end(chosen.ca or folder)
    wanted = replace(
        known,
        endpoint=chosen.endpoint or said.endpoint,
        ca_file=str(Path(chosen.ca).absolute()) if chosen.ca else said.ca_file,
        label=chosen.label or said.shown(platform.node()),
    )
    if not wanted.endpoint:
        raise UsageError(words.say("cli.enroll.no-endpoint"))
    done = enrolment.enrol(
        folder,
        wanted.endpoint,
        code or _code(chosen.code_file, words),
        clock=system_clock(),
        ca_file=wanted.ca_file,
        label=wanted.label,
        asset=chosen.asset.strip(),
        places=secret_places().device,
        new_key=chosen.new_key,
        network=network(folder),
    )
    settings.save(folder, wanted)
    told = words.say(
        "cli.enroll.done",
        device=done.device,
        team=done.team or "-",
        place=words.say(f"secret.place.{enrolment.key_place(folder)}"),
    )
    spelt = _key(folder).words
    _outcome.facts(device=done.device, team=done.team, words=spelt, pending=done.pending)
    lines = [told, words.say("cli.enroll.words", words=spelt)]
    if done.pending:
        lines.append(words.say("cli.enroll.pending"))
    sys.stdout.write("\n".join((*lines, "")))
    return FINE


def _rotate(folder: Path, words: Texts) -> int:
    known, places = enrolment.needed(folder), secret_places().device
    client = Client(known.url, system_clock(), ca_file=known.ca_file, network=network(folder))
    Rekeying(folder, client, places).rotate()
    key = _key(folder)
    place = words.say(f"secret.place.{key.place}")
    sys.stdout.write(f"{words.say('cli.enroll.rotated', place=place)}\n")
    sys.stdout.write(f"{words.say('cli.enroll.words', words=key.words)}\n")
    return FINE


def _key(folder: Path) -> DeviceKey:
    return enrolment.request_key(folder, enrolment.needed(folder), secret_places().device)


def _code(file: str | None, words: Texts) -> str:
    code = (_asked(words) if file is None or file == STDIN else _read(file, words)).strip()
    if not code.isprintable():  # neither are bytes that are no text
        raise UsageError(words.say("cli.enroll.no-code"))
    if not code:
        raise UsageError(words.say("uplink.code-empty"), words.say("cli.enroll.how"))
    return code


def _asked(words: Texts) -> str:
    if sys.stdin is None:  # the program was started without one
        return ""
    if sys.stdin.isatty():
        sys.stderr.write(words.say("cli.enroll.ask") + " ")
        sys.stderr.flush()
    try:
        return sys.stdin.readline(LONGEST_CODE)
    except UnicodeError as error:
        raise UsageError(words.say("cli.enroll.no-code")) from error


def _read(file: str, words: Texts) -> str:
    named_files.must_end(file)
    try:
        return Path(file).read_text(encoding="utf-8")[:LONGEST_CODE]
    except (OSError, UnicodeError) as error:
        raise UsageError(words.say("cli.enroll.no-code-file", file=file)) from error


COMMAND = Command(arguments=arguments, run=run)


def by_keeper(folder: Path, words: Texts, enrol: Callable[[str], int]) -> int:
    """Wait for a code unless there is nothing to do; the agent begins again once it is enrolled.

    Raises:
        UsageError: this system's keeper enrols agents by itself.

    """
    if sys.platform == "win32":
        raise UsageError(words.say("cli.enroll.keeper-does"))
    if enrolment.load(folder) is not None:
        return _said(words, "known")
    if not settings.load(folder, machine_layers()).endpoint:
        return _said(words, "no-way")
    clock, never = system_clock(), threading.Event()
    while not (code := code_from_keeper()):
        clock.wait(never, LOOK)
    done = enrol(code)
    end_agents(folder, PATIENCE, mine=True)
    return done


def _said(words: Texts, sentence: str) -> int:
    sys.stdout.write(words.say(f"cli.enroll.keeper-{sentence}") + "\n")
    return FINE
