"""`agentguard server setup`: the first day, step by step; each look is at what is really there.

It may be typed again at any time: what is done is passed over, what is said is done, and what is
missing is asked for where somebody sits at a terminal, and else told with the option that does it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import AgentGuardError, CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _server_setup_keys
from agentguard.commands.base import FINDINGS, FINE
from agentguard.platforms import system_clock
from agentguard.server.admin import overview
from agentguard.server.admin.accounts import Admin
from agentguard.server.backup import timetable
from agentguard.server.backup.timetable import Timetable
from agentguard.server.first_day import first_steps, places_file
from agentguard.server.first_day.first_steps import State, Step
from agentguard.server.listener import origin
from agentguard.server.settings import ServerSettings

ID = "cli.server-setup"
OPTIONS = ("address", "places", "keys", "policy", "backups", "recipient", "team")
FILES = frozenset({"places", "keys", "policy", "backups"})


def arguments(parser: argparse.ArgumentParser, said: Texts) -> None:
    """Add the options."""
    for name in OPTIONS:
        kind = Path if name in FILES else str
        parser.add_argument(f"--{name}", type=kind, help=said.say(f"{ID}.option-{name}"))
    for name in ("check", "json", "passphrase-stdin"):
        parser.add_argument(f"--{name}", action="store_true", help=said.say(f"{ID}.option-{name}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """What every step needs."""

    given: argparse.Namespace
    admin: Admin
    settings: ServerSettings
    said: Texts

    def wanted(self, name: str) -> str:
        """Return what was said of something, else what the person at the terminal answers."""
        value = getattr(self.given, name)
        if value is not None:
            return str(value)
        if not sys.stdin.isatty():
            return ""
        return input(f"   {self.said.say(f'{ID}.ask-{name}')} ").strip()


def run(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> int:
    """Go through the day; give the exit code: 0 when every step that must be is done."""
    if given.check or given.json:
        steps = overview.read(settings, lambda c: first_steps.look(c, settings, _now()))
        return _told(steps, said, as_json=given.json)
    with Admin(settings, _now) as admin:
        day = _Day(given=given, admin=admin, settings=settings, said=said)
        for number, name in enumerate(ACTS, start=1):
            _go(day, number, name)
        return _told(admin.first_steps(), said, as_json=False)


def _go(day: _Day, number: int, name: str) -> None:
    """Do one step, and say what came of it; what is refused is said there, and the day goes on."""
    step = _seen(day, name)
    sys.stdout.write(f"{number}. {day.said.say(f'{ID}.title-{name}')}\n")
    try:
        words = ACTS[name](day) if step.state is not State.DONE or _again(day, name) else ""
    except AgentGuardError as error:
        sys.stdout.write(f"   {day.said.say(f'{ID}.refused', why=str(error))}\n")
        return
    if words:
        sys.stdout.write("".join(f"   {line}\n" for line in words.splitlines()))
    sys.stdout.write(f"   {day.said.render(_seen(day, name).what)}\n")
    sys.stdout.flush()


def _again(day: _Day, name: str) -> bool:
    """Check whether something was said for a step that is done."""
    options = {"address": "address", "places": "places", "desk": "team"}
    return name in options and getattr(day.given, options[name]) is not None


def _seen(day: _Day, name: str) -> Step:
    return next(one for one in day.admin.first_steps() if one.name == name)


def _told(steps: list[Step], said: Texts, *, as_json: bool) -> int:
    missing = [one for one in steps if one.state is State.OPEN]
    if as_json:
        rows = [
            {"step": one.name, "state": str(one.state), "seen": said.render(one.what)}
            for one in steps
        ]
        sys.stdout.write(f"{json.dumps(rows, indent=2, ensure_ascii=False)}\n")
        return FINDINGS if missing else FINE
    for one in steps:
        word = said.say(f"{ID}.state-{one.state}")
        sys.stdout.write(f"{word:<6} {one.name:<14} {said.render(one.what)}\n")
    last = "left" if missing else "all"
    names = ", ".join(one.name for one in missing)
    sys.stdout.write(f"{said.say(f'{ID}.{last}', steps=names)}\n")
    return FINDINGS if missing else FINE


def _address(day: _Day) -> str:
    wanted = day.wanted("address").rstrip("/")
    if not wanted:
        return day.said.say(f"{ID}.how-address")
    if not origin.fits(wanted):
        raise UsageError(day.said.say("cli.serve.origin-wrong"))
    try:
        origin.write(day.settings.data, wanted)
    except OSError as error:
        raise _unwritten(day, day.settings.data, error) from error
    return day.said.say(f"{ID}.address-kept")


def _administrator(day: _Day) -> str:
    known = origin.read(day.settings.data) or day.said.say(f"{ID}.your-address")
    earlier = day.admin.first_code_until() is not None
    told = day.said.say(f"{ID}.first", address=known, code=day.admin.first_code())
    return f"{told}\n{day.said.say(f'{ID}.first-again')}" if earlier else told


def _places(day: _Day) -> str:
    file = day.wanted("places")
    if not file:
        return day.said.say(f"{ID}.how-places", columns=",".join(places_file.COLUMNS))
    lines = places_file.read(Path(file), day.said)
    sites, shifts, teams = day.admin.put_places(lines)
    return day.said.say(f"{ID}.places-read", sites=sites, shifts=shifts, teams=teams)


def _root(day: _Day) -> str:
    folder = day.wanted("keys")
    if not folder:
        return day.said.say(f"{ID}.how-keys")
    passphrase = _server_setup_keys.passphrase(day.given, day.said)
    chain = _server_setup_keys.make(Path(folder), day.settings.data, passphrase, day.said)
    day.admin.policies.publish_roots(chain)
    return day.said.say(f"{ID}.keys-made", folder=folder)


def _policy(day: _Day) -> str:
    folder = day.given.keys
    if folder is None or _seen(day, "root").state is not State.DONE:
        return day.said.say(f"{ID}.how-policy")
    passphrase = _server_setup_keys.passphrase(day.given, day.said)
    raw = _server_setup_keys.sign(folder, day.given.policy, passphrase)
    label = _server_setup_keys.publish(day.admin, raw)
    return day.said.say(f"{ID}.policy-published", name=label.name, version=label.version)


def _feeds(day: _Day) -> str:
    return day.said.say(f"{ID}.how-feeds", file=str(day.settings.data / "feeds.toml"))


def _backup(day: _Day) -> str:
    folder = day.wanted("backups")
    recipient = day.given.recipient or (
        _server_setup_keys.backup_key(day.given.keys, day.said) if folder and day.given.keys else ""
    )
    if not folder or not recipient:
        return day.said.say(f"{ID}.how-backup")
    try:
        wanted = Timetable(folder=folder, recipients=(recipient,))
    except ValueError as error:
        raise UsageError(day.said.say("cli.server-backups.bounds")) from error
    wanted.keys(day.said)
    timetable.write(day.settings.data, wanted, day.said)
    file, rows, tables = day.admin.keeping.scheduled().make(wanted, "administrator")
    return day.said.say("cli.server-backups.made", file=str(file), rows=rows, tables=tables)


def _desk(day: _Day) -> str:
    team = day.wanted("team")
    if not team:
        return day.said.say(f"{ID}.how-desk")
    if not team.isprintable() or len(team) > places_file.LONGEST:
        raise UsageError(day.said.say("cli.server.no-name"))
    known = origin.read(day.settings.data) or day.said.say(f"{ID}.your-address")
    return day.said.say(f"{ID}.code", code=day.admin.enrol_code(team), team=team, address=known,
                        ca=str(day.settings.data / "ca.pem"))  # fmt: skip


def _unwritten(day: _Day, place: Path, error: OSError) -> CannotError:
    why = error.strerror or type(error).__name__
    return CannotError(day.said.say("cli.system", why=why, where=f": {place}"))


def _now() -> float:
    return system_clock().now().wall


ACTS: dict[str, Callable[[_Day], str]] = {
    "address": _address,
    "administrator": _administrator,
    "places": _places,
    "root": _root,
    "policy": _policy,
    "feeds": _feeds,
    "backup": _backup,
    "desk": _desk,
}
"""What each step does, in the order in which they are gone."""
