"""`agentguard server status | users | desks | feeds | logs`: what an operator lists."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from agentguard.base.translations import Texts
from agentguard.commands import logs
from agentguard.platforms import system_clock
from agentguard.server.admin import overview
from agentguard.server.admin.overview import Row
from agentguard.server.settings import ServerSettings

COLUMNS = {
    "users": ("name", "role", "teams", "disabled", "seen"),
    "desks": ("label", "team", "status", "overall", "agent", "policy", "seen", "id"),
    "feeds": ("feed", "waiting", "dropped", "failing_since", "problem"),
}
"""What a person is shown of each list; JSON has everything."""


def arguments(act: Callable[[str], argparse.ArgumentParser], said: Texts) -> None:
    """Add the acts."""
    for name in ("status", *COLUMNS):
        one = act(name)
        one.add_argument("--json", action="store_true", help=said.say("cli.server-lists.json"))
        if name == "desks":
            one.add_argument("--team", default="", help=said.say("cli.server-lists.only"))
    logs.options(act("logs"), said)


def _status(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    now = system_clock().now().wall
    found = overview.read(settings, lambda c: overview.status(c, settings, now))
    if given.json:
        return overview.as_json(found)
    return "\n".join(
        f"{said.say(f'cli.server-lists.{name}'):<24} {_cell(value, said)}"
        for name, value in found.items()
    )


def _users(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    return _list(overview.read(settings, overview.users), given, said)


def _desks(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    return _list(overview.read(settings, lambda c: [*overview.desks(c, given.team)]), given, said)


def _feeds(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    return _list(overview.read(settings, lambda c: overview.feeds(c, settings)), given, said)


def _logs(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    return "\n".join(logs.last(settings.data, given, said))


def _list(rows: list[Row], given: argparse.Namespace, said: Texts) -> str:
    if given.json:
        return overview.as_json(rows)
    if not rows:
        return said.say(f"cli.server-lists.no-{given.act}")
    names = COLUMNS[given.act]
    table = [
        [said.say(f"cli.server-lists.{name}") for name in names],
        *([_cell(row[name], said) for name in names] for row in rows),
    ]
    return "\n".join(_aligned(table))


def _aligned(table: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _cell(value: object, said: Texts) -> str:
    if isinstance(value, bool):
        return said.say(f"cli.server-lists.{'yes' if value else 'no'}")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {count}" for key, count in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value in {None, ""} else str(value)


ALONE: dict[str, Callable[[argparse.Namespace, ServerSettings, Texts], str]] = {
    "status": _status,
    "users": _users,
    "desks": _desks,
    "feeds": _feeds,
    "logs": _logs,
}
"""What needs no more than a look."""
