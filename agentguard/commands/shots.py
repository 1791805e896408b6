"""Makes a picture of every window from made-up data."""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from pathlib import Path

from agentguard import texts
from agentguard.commands.base import FINE, Command
from agentguard.errors import UsageError
from agentguard.platforms import keep_none
from agentguard.texts import Texts

SCALES = (0.5, 4.0)


def _arguments(parser: argparse.ArgumentParser, said: Texts) -> None:
    parser.add_argument("folder", type=Path, help=said.say("cli.shots.folder"))
    parser.add_argument(
        "--scale", type=float, default=1.0, metavar="N", help=said.say("cli.shots.scale")
    )


def _run(given: argparse.Namespace) -> int:
    said = texts.load()
    least, most = SCALES
    if not least <= given.scale <= most:
        raise UsageError(said.say("cli.shots.scale-wrong", least=f"{least:g}", most=f"{most:g}"))
    # Qt reads these once, when the application is made; so it is only imported afterwards.
    os.environ["QT_SCALE_FACTOR"] = f"{given.scale:g}"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    keep_none()
    count = import_module("agentguard.ui.gallery").take(given.folder, said)
    print(said.say("cli.shots.done", count=count, folder=str(given.folder)))  # noqa: T201 - the command speaks
    return FINE


COMMAND = Command(arguments=_arguments, run=_run)
