"""agentguard evidence: verify a pack anywhere, and certify the key that an endpoint signs with."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _policy_file, _policy_keys, _signing_options
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.platforms import system_clock
from agentguard.trust import curves, key_files, roots
from agentguard.trust.chain.file_format import unbase64
from agentguard.trust.evidence import certificate, tables, verify
from agentguard.trust.evidence.certificate import Certificate
from agentguard.trust.evidence.proofs import Known
from agentguard.trust.evidence.reading import Problem
from agentguard.trust.evidence.verify import Checked

USUAL_DAYS = 730
LONGEST_DAYS = 3660


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the two verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verify|certify")
    one = verbs.add_parser(
        "verify",
        help=words.say("cli.evidence.verify"),
        description=words.say("cli.evidence.verify"),
    )
    one.add_argument("folder", type=Path, metavar="FOLDER", help=words.say("cli.evidence.folder"))
    one.add_argument("--root", type=Path, metavar="FILE", help=words.say("cli.evidence.root"))
    one.add_argument("--key", type=Path, metavar="FILE", help=words.say("cli.evidence.key"))
    one.add_argument(
        "--receipt-key", default="", metavar="KEY", help=words.say("cli.evidence.receipt-key")
    )
    one.add_argument("--json", action="store_true", help=words.say("cli.evidence.json"))
    two = verbs.add_parser(
        "certify",
        help=words.say("cli.evidence.certify"),
        description=words.say("cli.evidence.certify"),
    )
    two.add_argument("file", type=Path, metavar="FILE", help=words.say("cli.evidence.public"))
    two.add_argument("--name", required=True, help=words.say("cli.evidence.name"))
    two.add_argument(
        "--days", type=int, default=USUAL_DAYS, metavar="DAYS", help=words.say("cli.evidence.days")
    )
    _signing_options.add_key(two, words)
    _signing_options.add_out(two, words)
    _signing_options.add_stdin(two, words)


def run(chosen: argparse.Namespace) -> int:
    """Verify or certify."""
    words = spoken()
    return _certify(chosen, words) if chosen.verb == "certify" else _verify(chosen, words)


def _certify(chosen: argparse.Namespace, words: Texts) -> int:
    if not 1 <= chosen.days <= LONGEST_DAYS:
        raise UsageError(words.say("evidence.bad-days", most=LONGEST_DAYS))
    public = key_files.load_public(chosen.file)
    today = _day(system_clock().now().wall)
    until = today + timedelta(days=chosen.days)
    told = Certificate(
        key=public.text, name=chosen.name, since=_seconds(today), until=_seconds(until)
    )
    private = _policy_keys.private_key(chosen, words)
    out, _ = _policy_keys.write_signed(chosen, certificate.sealed(told), private)
    _print(words.say("evidence.certified", file=str(out), id=public.id, until=until.isoformat()))
    return FINE


def _verify(chosen: argparse.Namespace, words: Texts) -> int:
    found = verify.verify(chosen.folder, _known(chosen, words))
    if chosen.json:
        _print(json.dumps(_as_json(found, words)))
    else:
        _tell(found, chosen.folder, words)
    return FINE if found.proved else FINDINGS


def _known(chosen: argparse.Namespace, words: Texts) -> Known:
    if chosen.receipt_key and len(unbase64(chosen.receipt_key)) != curves.KEY_BYTES:
        raise UsageError(words.say("journal-file.bad-key", key=chosen.receipt_key))
    chain = roots.read_chain(_policy_file.data(chosen.root)) if chosen.root else ()
    if chain:
        roots.walk(None, chain)
    return Known(
        now=system_clock().now().wall,
        chain=chain,
        key=key_files.load_public(chosen.key) if chosen.key else None,
        receipts=chosen.receipt_key,
    )


def _tell(found: Checked, folder: Path, words: Texts) -> None:
    about = found.about
    if found.problems:
        _print(words.say("evidence.bad", folder=str(folder)))
    elif about is not None:
        headline = "evidence.open-headline" if found.open else "evidence.proved"
        _print(
            words.say(
                headline,
                files=found.files,
                bytes=found.bytes,
                since=tables.stamp(about.since),
                until=tables.stamp(about.until),
                made=tables.stamp(about.made),
                id=found.signer or "-",
            )
        )
    for problem in found.problems:
        _print(f"  {said(problem, words)}")
    for note in found.open:
        _print(f"  {words.render(note).strip()}")


def said(problem: Problem, words: Texts) -> str:
    """Return a problem as a sentence: which file, which MiB of it, which lines."""
    return words.say(
        f"evidence.problem.{problem.kind}",
        file=problem.file,
        mib=problem.mib,
        first=problem.first,
        last=problem.last,
    )


def _as_json(found: Checked, words: Texts) -> dict[str, Any]:
    return {
        "proved": found.proved,
        "signer": found.signer,
        "files": found.files,
        "bytes": found.bytes,
        "problems": [
            {
                "kind": one.kind,
                "file": one.file,
                "mib": one.mib,
                "first_line": one.first,
                "last_line": one.last,
                "says": said(one, words),
            }
            for one in found.problems
        ],
        "open": [{"id": one.id, "says": words.render(one).strip()} for one in found.open],
    }


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


COMMAND = Command(arguments=arguments, run=run)
