"""agentguard enroll: make this computer known to the endpoint with a single-use code."""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import replace
from pathlib import Path

from agentguard import paths, settings, texts
from agentguard.commands.base import FINE, Command
from agentguard.errors import UsageError
from agentguard.platforms import secret_places, system_clock
from agentguard.texts import Texts
from agentguard.uplink import enrolment

STDIN = "-"
LONGEST_CODE = 256


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options; the code is none of them, as command lines are seen by every program."""
    parser.allow_abbrev = False  # --code is not short for --code-file
    parser.add_argument("--endpoint", metavar="URL", help=words.say("cli.enroll.endpoint"))
    parser.add_argument("--ca", metavar="FILE", help=words.say("cli.enroll.ca"))
    parser.add_argument("--label", help=words.say("cli.enroll.label"))
    parser.add_argument("--code-file", metavar="FILE", help=words.say("cli.enroll.code-file"))
    parser.add_argument("--new-key", action="store_true", help=words.say("cli.enroll.new-key"))


def run(chosen: argparse.Namespace) -> int:
    """Enrol, and remember the endpoint in the settings."""
    words, folder = texts.load(), paths.data_folder()
    known = settings.load(folder)
    wanted = replace(
        known,
        endpoint=chosen.endpoint or known.endpoint,
        ca_file=str(Path(chosen.ca).absolute()) if chosen.ca else known.ca_file,
        label=chosen.label or known.label or platform.node(),
    )
    if not wanted.endpoint:
        raise UsageError(words.say("cli.enroll.no-endpoint"))
    done = enrolment.enrol(
        folder,
        wanted.endpoint,
        _code(chosen.code_file, words),
        clock=system_clock(),
        ca_file=wanted.ca_file,
        label=wanted.label,
        places=secret_places().device,
        new_key=chosen.new_key,
    )
    settings.save(folder, wanted)
    said = words.say(
        "cli.enroll.done",
        device=done.device,
        team=done.team or "-",
        place=words.say(f"secret.place.{enrolment.key_place(folder)}"),
    )
    sys.stdout.write(f"{said}\n")
    return FINE


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
    try:
        return Path(file).read_text(encoding="utf-8")[:LONGEST_CODE]
    except (OSError, UnicodeError) as error:
        raise UsageError(words.say("cli.enroll.no-code-file", file=file)) from error


COMMAND = Command(arguments=arguments, run=run)
