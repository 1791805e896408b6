"""`agentguard server retention | hold | backup | restore`: what is kept, and brought back."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Callable
from pathlib import Path

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.server.admin.accounts import Admin
from agentguard.server.backup import restoration, streams
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.open_database import connect
from agentguard.server.store.engine.times import iso
from agentguard.server.store.records.ages import Age, AgeRefused
from agentguard.server.store.records.legal_holds import KINDS, Asked, Hold, HoldRefused

ID = "cli.server-data"


def arguments(act: Callable[[str], argparse.ArgumentParser], said: Texts) -> None:
    """Add the acts."""

    def tell(name: str) -> str:
        return said.say(f"{ID}.{name}")

    retention = act("retention")
    retention.add_argument("--dry-run", action="store_true", help=tell("dry-run"))
    retention.add_argument("--list", action="store_true", help=tell("list"))
    retention.add_argument(
        "--set", action="append", default=[], metavar=tell("set-form"), help=tell("set")
    )
    hold = act("hold")
    hold.add_argument("kind", nargs="?", choices=KINDS, help=tell("kind"))
    hold.add_argument("subject", nargs="?", default="", help=tell("subject"))
    hold.add_argument("--reason", default="", help=tell("reason"))
    hold.add_argument("--end", type=int, help=tell("end"))
    for one in (retention, hold):
        one.add_argument("--by", default="", help=tell("person"))
    backup = act("backup")
    backup.add_argument(
        "--recipient", action="append", required=True, default=[], help=tell("recipient")
    )
    restore = act("restore")
    restore.add_argument("--identity", type=Path, required=True, help=tell("identity"))
    restore.add_argument("--check", action="store_true", help=tell("check"))
    restore.add_argument("--room", type=int, metavar="GIB", help=tell("room"))
    for one in (backup, restore):
        one.add_argument("file", type=Path, help=tell("file"))


def _retention(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    for one in given.set:
        _set(one, _person(given), admin, said)
    if given.list or given.set:
        return "\n".join(_age(age, said) for age in admin.keeping.ages())
    id_ = "outcome-dry" if given.dry_run else "outcome"
    return "\n".join(
        said.say(
            f"{ID}.{id_}",
            record=one.record,
            deleted=one.deleted,
            held=one.held,
            cutoff=iso(one.cutoff)[:10],
        )
        for one in admin.keeping.run(_person(given), dry=given.dry_run)
    )


def _set(text: str, by: str, admin: Admin, said: Texts) -> None:
    record, found, days = text.partition("=")
    if not found or not days.isascii() or not days.isdigit() or len(days) > len("99999"):
        raise UsageError(said.say(f"{ID}.age-form"))
    try:
        admin.keeping.set_age(record, int(days), by)
    except AgeRefused as refused:
        raise UsageError(
            said.say(f"{ID}.age-{refused.kind}", record=record, limit=refused.limit)
        ) from refused


def _age(age: Age, said: Texts) -> str:
    by = said.say(f"{ID}.age-set", by=age.set_by) if age.set_by else said.say(f"{ID}.age-usual")
    return said.say(f"{ID}.age", record=age.record, days=age.days, least=age.least, by=by)


def _hold(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    by = _person(given)
    if given.end is not None:
        if not admin.keeping.end_hold(given.end, by):
            raise UsageError(said.say(f"{ID}.no-hold", id=given.end))
        return said.say(f"{ID}.hold-ended", id=given.end)
    if given.kind is None:
        return "\n".join(_line(hold, said) for hold in admin.keeping.holds()) or said.say(
            f"{ID}.no-holds"
        )
    asked = Asked(kind=given.kind, subject=given.subject, reason=given.reason)
    try:
        number = admin.keeping.hold(asked, by)
    except HoldRefused as refused:
        raise UsageError(said.say(f"{ID}.hold-{refused.kind}")) from refused
    return said.say(f"{ID}.held", id=number, kind=given.kind, subject=given.subject)


def _line(hold: Hold, said: Texts) -> str:
    return said.say(
        f"{ID}.hold-line",
        id=hold.id,
        kind=hold.kind,
        subject=hold.subject,
        reason=hold.reason,
        by=hold.placed_by,
    )


def _backup(given: argparse.Namespace, admin: Admin, said: Texts) -> str:
    recipients = [streams.recipient(text, said) for text in given.recipient]
    rows, tables = admin.keeping.backup(given.file, recipients)
    return said.say(f"{ID}.backed-up", file=str(given.file), rows=rows, tables=tables)


def _restore(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    if given.room is not None and given.room < 1:
        raise UsageError(said.say(f"{ID}.room-least"))
    most = None if given.room is None else given.room << 30
    key = streams.identity(given.identity, said)
    if given.check:
        rows, tables = restoration.check(given.file, key, settings.language)
        return said.say(f"{ID}.checked", rows=rows, tables=tables)
    database = connect(settings)
    try:
        rows, tables = restoration.restore(database, settings, given.file, key, most=most)
    finally:
        database.close()
    return said.say(f"{ID}.restored", rows=rows, tables=tables)


def _person(given: argparse.Namespace) -> str:
    return given.by.strip()[:100] or getpass.getuser()


ACTS: dict[str, Callable[[argparse.Namespace, Admin, Texts], str]] = {
    "retention": _retention,
    "hold": _hold,
    "backup": _backup,
}
ALONE: dict[str, Callable[[argparse.Namespace, ServerSettings, Texts], str]] = {
    "restore": _restore,
}
"""What works on a database that is not opened before."""
