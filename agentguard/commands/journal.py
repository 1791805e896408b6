"""agentguard journal: export the journal to one file, and verify such a file anywhere."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from agentguard import opening, paths, texts
from agentguard.chain.verify import Verified, verify_file
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.errors import EnrolmentError, JournalBroken
from agentguard.platforms import secret_places
from agentguard.ports.secrets import Places
from agentguard.store.db import open_for_reading
from agentguard.store.export import Origin, export
from agentguard.texts import Texts
from agentguard.uplink import enrolment

TO_REVIEW = FINDINGS
NOT_WHOLE = 2
"""Exit codes of `verify`: 0 whole, 1 whole with something to look at, 2 not whole."""


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the two verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="export|verify")
    for verb in ("export", "verify"):
        help_ = words.say(f"cli.journal.{verb}")
        one = verbs.add_parser(verb, help=help_, description=help_)
        one.add_argument("file", type=Path, help=words.say(f"cli.journal.{verb}-file"))
        if verb == "verify":
            one.add_argument("--key", default="", metavar="KEY", help=words.say("cli.journal.key"))
        one.add_argument("--json", action="store_true", help=words.say("cli.journal.json"))


def run(chosen: argparse.Namespace) -> int:
    """Export or verify."""
    words = texts.load()
    return _export(chosen, words) if chosen.verb == "export" else _verify(chosen, words)


def _export(chosen: argparse.Namespace, words: Texts) -> int:
    folder, places = paths.data_folder(), secret_places()
    opened = open_for_reading(folder, opening.box(folder, places))
    try:
        count = export(opened.journal, chosen.file, opened.outbox, _origin(folder, places))
    finally:
        opened.close()
    if chosen.json:
        _print(json.dumps({"file": str(chosen.file), "entries": count}))
    else:
        _print(words.say("journal-file.exported", count=count, file=str(chosen.file)))
    return FINE


def _origin(folder: Path, places: Places) -> Origin:
    """Say whose journal it is, as far as the enrolment can be read."""
    try:
        known = enrolment.load(folder)
    except EnrolmentError:
        known = None
    try:
        key = enrolment.device_key(folder, places.device)
    except EnrolmentError:
        key = None
    return Origin(
        device=known.device if known is not None else "",
        device_key=key.public if key is not None else "",
        receipt_key=known.receipt_key if known is not None else "",
    )


def _verify(chosen: argparse.Namespace, words: Texts) -> int:
    try:
        found = verify_file(chosen.file, chosen.key)
    except JournalBroken as broken:
        if chosen.json:
            _print(json.dumps({"whole": False, "first_bad": broken.index, "what": broken.title}))
        else:
            _print(words.say("journal-file.broken", what=broken.title, index=broken.index))
            _print(broken.advice)
        return NOT_WHOLE
    if chosen.json:
        _print(json.dumps(_as_json(found, words)))
    else:
        _tell(found, words, known=bool(chosen.key))
    return TO_REVIEW if found.review else FINE


def _as_json(found: Verified, words: Texts) -> dict[str, object]:
    review = [{"id": note.id, "says": words.render(note).strip()} for note in found.review]
    return {"whole": True, **asdict(found), "review": review}


def _tell(found: Verified, words: Texts, *, known: bool) -> None:
    named = {"receipted": found.receipted, "last": found.last, "sealed": found.sealed}
    whole = {"entries": found.entries, "epochs": found.epochs, "erased": found.erased}
    _print(words.say("journal-file.whole", **whole, head=found.head))
    if not found.receipted:
        _print(words.say("journal-file.unreceipted"))
    else:
        said = "receipted-known" if known else "receipted"
        _print(words.say(f"journal-file.{said}", **named, key=found.receipt_key))
    if found.sealed:
        _print(words.say("journal-file.sealed", **named))
    if found.review:
        _print(words.say("journal-file.review"))
    for note in found.review:
        _print(words.render(note))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


COMMAND = Command(arguments=arguments, run=run)
