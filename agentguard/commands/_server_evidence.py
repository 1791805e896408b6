"""`agentguard server evidence`: make a pack, show the key of packs, take its certificate in."""

from __future__ import annotations

import argparse
import sys
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _policy_file, _server_place
from agentguard.platforms import system_clock
from agentguard.server.admin.accounts import ACTOR, Admin
from agentguard.server.evidence import making
from agentguard.server.evidence.base import ALL, DESK, SITE, TEAM, Cancelled, NothingThere, Order
from agentguard.server.evidence.claims import frameworks
from agentguard.server.evidence.making import CERTIFICATE, Watch
from agentguard.trust import key_files, keys
from agentguard.trust.evidence import certificate
from agentguard.trust.evidence.manifest import Scope
from agentguard.trust.evidence.tables import stamp

QUARTER = timedelta(days=92)
WORDS = "cli.server-evidence"


def arguments(parser: argparse.ArgumentParser, said: Texts) -> None:
    """Add the verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=said.say("cli.policy.verb"))

    def verb(name: str) -> argparse.ArgumentParser:
        help_ = said.say(f"{WORDS}.{name}")
        made = verbs.add_parser(name, help=help_, description=help_)
        _server_place.add(made, said)
        return made

    make = verb("make")
    make.add_argument("folder", type=Path, metavar="FOLDER", help=said.say(f"{WORDS}.folder"))
    where = make.add_mutually_exclusive_group()
    for place in (SITE, TEAM, DESK):
        where.add_argument(f"--{place}", default="", help=said.say(f"{WORDS}.{place}"))
    make.add_argument("--framework", choices=frameworks(), default="",
                      help=said.say(f"{WORDS}.framework"))  # fmt: skip
    make.add_argument("--requirement", default="", help=said.say(f"{WORDS}.requirement"))
    for edge in ("since", "until"):
        make.add_argument(f"--{edge}", default="", metavar="DAY", help=said.say(f"{WORDS}.{edge}"))
    make.add_argument("--people", action="store_true", help=said.say(f"{WORDS}.people"))
    make.add_argument("--by", default=ACTOR, help=said.say(f"{WORDS}.by"))
    verb("key").add_argument("--out", type=Path, metavar="FILE", help=said.say(f"{WORDS}.out"))
    verb("certificate").add_argument("file", type=Path, help=said.say(f"{WORDS}.file"))


def run(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    """Do what the verb says; give what is printed."""
    if given.verb == "key":
        return _key(given, admin, said)
    if given.verb == "certificate":
        return _certificate(given, admin, said)
    return _make(given, admin, said)


def _key(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    public = keys.from_text(admin.packs.keys.pack_key)
    pem = key_files.pem_of(public)
    if given.out is None:
        return pem.decode().rstrip("\n")
    _policy_file.write(given.out, pem)
    return said.say(f"{WORDS}.key-written", file=str(given.out), id=public.id)


def _certificate(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    """Take in a certificate, unless it is of another key."""
    raw, maker = _policy_file.data(given.file), admin.packs
    _, found = certificate.read(raw)
    if found.key != maker.keys.pack_key:
        raise UsageError(said.say(f"{WORDS}.other-key"), said.say(f"{WORDS}.other-key-advice"))
    atomic_files.write(maker.data / CERTIFICATE, raw)
    return said.say(f"{WORDS}.certified", until=stamp(found.until))


def _make(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    def told(part: str, done: int, whole: int) -> None:
        line = said.say(f"{WORDS}.progress", part=part, done=done, whole=whole)
        sys.stderr.write(f"\r{line:<60}")
        sys.stderr.flush()

    order = _order(given, said)
    try:
        found = making.make(admin.packs, order, given.folder, Watch(told=told))
    except NothingThere as error:
        raise UsageError(said.say(f"evidence.order.{error.kind}")) from None
    except Cancelled:  # nobody else can, here
        raise UsageError(said.say(f"{WORDS}.cancelled")) from None
    finally:
        sys.stderr.write("\n")
    lines = [said.say(f"{WORDS}.made", folder=str(given.folder), files=found.files,
                      bytes=found.bytes)]  # fmt: skip
    lines += [said.render(one).strip() for one in found.open]
    if not (admin.packs.data / CERTIFICATE).is_file():
        lines.append(said.say(f"{WORDS}.uncertified"))
    return "\n".join(lines)


def _order(given: argparse.Namespace, said: Texts) -> Order:
    """Return what is wanted; without days, the last 92 that are over."""
    today = datetime.fromtimestamp(system_clock().now().wall, UTC)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    until = _day(given.until, said) + timedelta(days=1) if given.until else midnight
    since = _day(given.since, said) if given.since else until - QUARTER
    if since >= until:
        raise UsageError(said.say(f"{WORDS}.no-days"))
    kind = next((place for place in (SITE, TEAM, DESK) if getattr(given, place)), ALL)
    name = unicodedata.normalize("NFC", getattr(given, kind, ""))
    return Order(
        scope=Scope(kind=kind, name=name, framework=given.framework, requirement=given.requirement),
        since=int(since.timestamp()),
        until=int(until.timestamp()),
        by=given.by,
        people=given.people,
    )


def _day(text: str, said: Texts) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(said.say(f"{WORDS}.no-day", day=text)) from None
