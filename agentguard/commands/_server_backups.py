"""`agentguard server backups`: when backups are made by themselves, and how they stand."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.platforms import system_clock
from agentguard.server.admin import overview
from agentguard.server.admin.accounts import ACTOR, Admin
from agentguard.server.backup import timetable
from agentguard.server.backup.timetable import Timetable
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import leadership
from agentguard.server.store.engine.times import to_the_second

ID = "cli.server-backups"


def arguments(parser: argparse.ArgumentParser, said: Texts) -> None:
    """Add the options."""

    def tell(name: str) -> str:
        return said.say(f"{ID}.{name}")

    parser.add_argument("--folder", type=Path, help=tell("folder"))
    parser.add_argument("--recipient", action="append", default=[], help=tell("recipient"))
    parser.add_argument("--every", type=int, metavar="HOURS", help=tell("every"))
    parser.add_argument("--keep", type=int, help=tell("keep"))
    instead = parser.add_mutually_exclusive_group()
    for name in ("off", "now", "json"):
        instead.add_argument(f"--{name}", action="store_true", help=tell(name))


def run(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    """Set, stop, make or show; give what is printed.

    Raises:
        UsageError: what is asked for cannot be.
        StoreError: the backup that was asked for could not be made.
        CannotError: nothing is set, and no endpoint was begun of which that could be said.

    """
    if given.off and timetable.remove(settings.data):
        return said.say(f"{ID}.stopped")
    before = timetable.read(settings.data, said)
    wanted = _wanted(given, before, said)
    if wanted is None and not overview.is_there(settings):
        raise overview.none_there(settings)
    if wanted is not None and wanted != before:
        timetable.write(settings.data, wanted, said)
    if given.now:
        return _now(wanted, settings, said)
    return _shown(wanted, settings, said, as_json=given.json)


def _wanted(given: argparse.Namespace, before: Timetable | None, said: Texts) -> Timetable | None:
    """Return what is to be set: what is said, over what was set before."""
    asked = (given.folder, given.every, given.keep)
    if not given.recipient and asked == (None, None, None):
        return before
    folder = str(given.folder) if given.folder is not None else before.folder if before else ""
    recipients = tuple(given.recipient) or (before.recipients if before else ())
    if not folder or not recipients:
        raise UsageError(said.say(f"{ID}.both"))
    usual = before or Timetable(folder="/", recipients=recipients)
    every = usual.every_hours if given.every is None else given.every
    keep = usual.keep if given.keep is None else given.keep
    try:
        made = Timetable(folder=folder, recipients=recipients, every_hours=every, keep=keep)
    except ValueError as error:
        raise UsageError(said.say(f"{ID}.bounds")) from error
    made.keys(said)
    return made


def _now(wanted: Timetable | None, settings: ServerSettings, said: Texts) -> str:
    if wanted is None:
        raise UsageError(said.say(f"{ID}.both"))
    with Admin(settings, lambda: system_clock().now().wall) as admin:
        file, rows, tables = admin.keeping.scheduled().make(wanted, ACTOR)
    return said.say(f"{ID}.made", file=str(file), rows=rows, tables=tables)


def _shown(
    wanted: Timetable | None, settings: ServerSettings, said: Texts, *, as_json: bool
) -> str:
    checked = (
        overview.read(settings, lambda c: leadership.noted(c, leadership.BACKUP_CHECKED))
        if overview.is_there(settings)
        else None
    )
    when = None if checked is None else to_the_second(checked)
    if as_json:
        found = {
            "folder": wanted.folder if wanted else None,
            "recipients": list(wanted.recipients) if wanted else [],
            "every_hours": wanted.every_hours if wanted else None,
            "keep": wanted.keep if wanted else None,
            "checked": when,
        }
        return json.dumps(found, indent=2)
    if wanted is None:
        return said.say(f"{ID}.unset")
    set_ = said.say(f"{ID}.set", hours=wanted.every_hours, folder=wanted.folder, keep=wanted.keep)
    how = said.say(f"{ID}.whole", time=when) if when else said.say(f"{ID}.never")
    return f"{set_}\n{how}"
