"""agentguard logs: the last lines of the agent's own log, or the keeper's."""

from __future__ import annotations

import argparse
import json
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from agentguard.base import logs, paths
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINE, Command

LINES = 50
LEVELS = ("debug", "info", "warning", "error", "critical")


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    options(parser, words)
    parser.add_argument("--keeper", action="store_true", help=words.say("cli.logs.keeper"))
    parser.add_argument("--path", action="store_true", help=words.say("cli.logs.path"))


def options(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add those that say which lines of a log are wanted, and in which form."""
    help_ = words.say("cli.logs.level")
    parser.add_argument("--lines", type=int, default=LINES, help=words.say("cli.logs.lines"))
    parser.add_argument("--level", choices=LEVELS, default=LEVELS[0], help=help_)
    parser.add_argument("--json", action="store_true", help=words.say("cli.logs.json"))


def run(chosen: argparse.Namespace) -> int:
    """Print the last lines, the newest last."""
    words, folder = spoken(), _folder(keeper=chosen.keeper)
    if chosen.path:
        sys.stdout.write(f"{folder / logs.FILE}\n")
        return FINE
    for line in last(folder, chosen, words):
        sys.stdout.write(f"{line}\n")
    return FINE


def last(folder: Path, chosen: argparse.Namespace, words: Texts) -> list[str]:
    """Return the last lines of the log in a folder that are wanted; where there are none, say so.

    Raises:
        UsageError: it is asked for no line.
        CannotError: the log could not be read.

    """
    if chosen.lines < 1:
        raise UsageError(words.say("cli.logs.no-lines"))
    try:
        found = deque(_from(chosen.level, entries(folder)), maxlen=chosen.lines)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotError(
            words.say("cli.logs.unread", folder=str(folder), why=why),
            words.say("cli.logs.unread-advice"),
        ) from error
    if not found:
        sys.stderr.write(words.say("cli.logs.none", folder=str(folder)) + "\n")
    return [json.dumps(one, ensure_ascii=False) if chosen.json else _plain(one) for one in found]


def _folder(*, keeper: bool) -> Path:
    home = paths.machine_folder() / paths.PRIVATE if keeper else paths.wanted_folder()
    return home / "logs"


def entries(folder: Path) -> Iterator[logs.Said]:
    """Yield the entries of the logs in a folder, the oldest first; an error goes with its entry.

    Raises:
        OSError: one cannot be read.

    """
    said: logs.Said = {}
    for file in logs.log_files(folder):
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                text = line.rstrip("\n")
                if (begun := logs.said(text)) is None:
                    said = {**said, "error": "\n".join(filter(None, (said.get("error"), text)))}
                    continue
                if said:
                    yield said
                said = begun
    if said:
        yield said


def _from(level: str, every: Iterator[logs.Said]) -> Iterator[logs.Said]:
    """Leave out what is below a level; a level that is not known is kept."""
    least = LEVELS.index(level)
    for one in every:
        known = one.get("level", "")
        if known not in LEVELS or LEVELS.index(known) >= least:
            yield one


def _plain(one: logs.Said) -> str:
    head = " ".join(
        part
        for part in (
            one.get("time", ""),
            f"{one.get('level', '').upper():<8}",
            f"{one.get('logger', '')}: {one.get('message', '')}" if "message" in one else "",
        )
        if part.strip()
    )
    return "\n".join(part for part in (head, one.get("error", "")) if part)


COMMAND = Command(arguments=arguments, run=run)
