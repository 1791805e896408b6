"""agentguard journal: export the journal to one file, and verify such a file anywhere."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from agentguard import paths, texts
from agentguard.commands.base import COULD_NOT, FINE, Command
from agentguard.errors import JournalBroken
from agentguard.store.db import open_for_reading
from agentguard.store.export import export, verify_file
from agentguard.texts import Texts


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the two verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="export|verify")
    for verb in ("export", "verify"):
        help_ = words.say(f"cli.journal.{verb}")
        one = verbs.add_parser(verb, help=help_, description=help_)
        one.add_argument("file", type=Path, help=words.say(f"cli.journal.{verb}-file"))
        one.add_argument("--json", action="store_true", help=words.say("cli.journal.json"))


def run(chosen: argparse.Namespace) -> int:
    """Export or verify."""
    words = texts.load()
    return _export(chosen, words) if chosen.verb == "export" else _verify(chosen, words)


def _export(chosen: argparse.Namespace, words: Texts) -> int:
    opened = open_for_reading(paths.data_folder())
    try:
        count = export(opened.journal, chosen.file, opened.outbox.receipt())
    finally:
        opened.close()
    if chosen.json:
        _print(json.dumps({"file": str(chosen.file), "entries": count}))
    else:
        _print(words.say("journal-file.exported", count=count, file=str(chosen.file)))
    return FINE


def _verify(chosen: argparse.Namespace, words: Texts) -> int:
    try:
        found = verify_file(chosen.file)
    except JournalBroken as broken:
        if chosen.json:
            _print(json.dumps({"whole": False, "first_bad": broken.index, "what": broken.title}))
        else:
            _print(words.say("journal-file.broken", what=broken.title, index=broken.index))
            _print(broken.advice)
        return COULD_NOT
    if chosen.json:
        _print(json.dumps({"whole": True, **asdict(found)}))
    else:
        _print(words.say("journal-file.whole", **asdict(found)))
    return FINE


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


COMMAND = Command(arguments=arguments, run=run)
