"""agentguard journal: export the journal to one file, and verify such a file anywhere."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from agentguard.base import named_files, paths
from agentguard.base.errors import EnrolmentError, JournalBroken, UsageError
from agentguard.base.translations import Texts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.platforms import secret_places, system_clock
from agentguard.ports.secrets import Places
from agentguard.runtime import stores
from agentguard.store.agent_store import open_for_reading
from agentguard.store.export import export
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.file_format import unbase64
from agentguard.trust.chain.headers import Origin
from agentguard.trust.chain.verify import Verified, verify_file
from agentguard.uplink import enrolment

OPEN = FINDINGS
"""The exit code of `verify` unless all is proved: it is broken, or something cannot be told."""
USUAL_AGE = "7d"
_UNITS = {"d": 86_400.0, "h": 3600.0}
KEY_BYTES = 32


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the two verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="export|verify")
    for verb in ("export", "verify"):
        help_ = words.say(f"cli.journal.{verb}")
        one = verbs.add_parser(verb, help=help_, description=help_)
        one.add_argument("file", type=Path, help=words.say(f"cli.journal.{verb}-file"))
        if verb == "verify":
            one.add_argument("--key", default="", metavar="KEY", help=words.say("cli.journal.key"))
            for name in ("not-older-than", "until"):
                form, help_ = words.say("cli.journal.moment"), words.say(f"cli.journal.{name}")
                one.add_argument(f"--{name}", default="", metavar=form, help=help_)
            help_ = words.say("cli.journal.least")
            one.add_argument("--least", type=int, default=0, metavar="ENTRY", help=help_)
        one.add_argument("--json", action="store_true", help=words.say("cli.journal.json"))


def run(chosen: argparse.Namespace) -> int:
    """Export or verify."""
    words = spoken()
    return _export(chosen, words) if chosen.verb == "export" else _verify(chosen, words)


def _export(chosen: argparse.Namespace, words: Texts) -> int:
    folder, places = paths.data_folder(), secret_places()
    opened = open_for_reading(folder, stores.box(folder, places))
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
    demands = _demands(chosen, words)
    named_files.must_end(chosen.file)
    try:
        found = verify_file(chosen.file, demands)
    except JournalBroken as broken:
        if chosen.json:
            said = {"whole": False, "first_bad": broken.index, "what": broken.title}
            _print(json.dumps({**said, "proved": False}))
        else:
            _print(words.say("journal-file.broken", what=broken.title, index=broken.index))
            _print(broken.advice)
        return OPEN
    if chosen.json:
        _print(json.dumps(_as_json(found, words)))
    else:
        _tell(found, words, known=bool(chosen.key))
    return OPEN if found.review else FINE


def _demands(chosen: argparse.Namespace, words: Texts) -> Demands:
    """Read what is demanded.

    Raises:
        UsageError: a key or a time is none, or something is demanded without a key.

    """
    now = system_clock().now().wall
    asked = (chosen.not_older_than, chosen.until, chosen.least)
    if not chosen.key:
        if any(asked):
            raise UsageError(words.say("journal-file.no-key"))
        return Demands(now=now)
    if len(unbase64(chosen.key)) != KEY_BYTES or chosen.least < 0:
        said = words.say("journal-file.bad-key", key=chosen.key)
        raise UsageError(said, words.say("journal-file.bad-key-advice"))
    age = chosen.not_older_than or ("" if chosen.until else USUAL_AGE)
    return Demands(
        key=chosen.key,
        now=now,
        since=_moment(age, now, words) if age else None,
        until=_moment(chosen.until, now, words) if chosen.until else None,
        least=chosen.least,
    )


def _moment(given: str, now: float, words: Texts) -> float:
    """Read a duration before now, or a date; in seconds since 1970.

    Raises:
        UsageError: it is neither.

    """
    count, unit = given[:-1], given[-1:]
    if unit in _UNITS and count.isascii() and count.isdigit() and len(count) <= len("36500"):
        return now - int(count) * _UNITS[unit]
    try:
        at = datetime.fromisoformat(given)
        return at.replace(tzinfo=at.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        said = words.say("journal-file.bad-time", given=given)
        raise UsageError(said, words.say("journal-file.bad-time-advice")) from None


def _as_json(found: Verified, words: Texts) -> dict[str, object]:
    review = [{"id": note.id, "says": words.render(note).strip()} for note in found.review]
    return {"whole": True, "proved": not review, **asdict(found), "review": review}


def _tell(found: Verified, words: Texts, *, known: bool) -> None:
    params = {"entries": found.entries, "epochs": found.epochs, "erased": found.erased}
    headline = ("open" if found.review else "proved") if known else "keyless"
    _print(words.say(f"journal-file.{headline}", **params, head=found.head))
    for note in found.review:
        _print(words.render(note))
    if not found.receipted:
        _print(words.say("journal-file.unreceipted"))
    else:
        said = "journal-file.receipted-known" if known else "journal-file.receipted"
        newest = words.say(
            said,
            receipted=found.receipted,
            last=found.last,
            at=found.receipted_at,
            key=found.receipt_key,
        )
        _print(newest)
    if found.sealed:
        _print(words.say("journal-file.sealed", sealed=found.sealed))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


COMMAND = Command(arguments=arguments, run=run)
