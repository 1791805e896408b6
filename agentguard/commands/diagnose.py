"""agentguard diagnose: one file that tells a helper how AgentGuard stands here, without names."""

from __future__ import annotations

import argparse
import io
import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINE, Command
from agentguard.platforms import system_clock

README = "README.txt"
OWN = 0o600


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("file", nargs="?", type=Path, help=words.say("cli.diagnose.file"))


def run(chosen: argparse.Namespace) -> int:
    """Gather everything, write it into one file that was not there, and say what is inside."""
    from agentguard.commands._diagnosis import here, parts  # noqa: PLC0415 - loads all that judges

    words, clock = spoken(), system_clock()
    stamp = clock.now().iso[:19].replace("-", "").replace(":", "")
    file = (chosen.file or Path(f"agentguard-diagnosis-{stamp}.zip")).absolute()
    _refuse(file, words)
    told: dict[str, str] = {}
    for name, made in parts(here(words, clock)):
        sys.stderr.write(words.say("cli.diagnose.gathering", part=name) + "\n")
        sys.stderr.flush()
        told[name] = made()
    inside = list(_inside(told, words))
    told = {README: "\n".join((words.say("cli.diagnose.readme"), "", *inside, "")), **told}
    _write(file, packed(told), words)
    lines = (
        words.say("cli.diagnose.done", file=str(file)),
        *inside,
        words.say("cli.diagnose.next"),
    )
    sys.stdout.write("\n".join((*lines, "")))
    return FINE


def _refuse(file: Path, words: Texts) -> None:
    """Raise before the work is done where a file cannot be written, or is there."""
    if file.exists() or file.is_symlink():
        raise UsageError(
            words.say("cli.diagnose.there", file=str(file)), words.say("cli.diagnose.there-advice")
        )
    if not file.parent.is_dir():
        raise UsageError(
            words.say("cli.diagnose.no-folder", folder=str(file.parent)),
            words.say("cli.diagnose.unwritten-advice"),
        )
    if not os.access(file.parent, os.W_OK):
        raise _unwritten(file, words)


def _unwritten(file: Path, words: Texts) -> CannotError:
    return CannotError(
        words.say("cli.diagnose.unwritten", file=str(file)),
        words.say("cli.diagnose.unwritten-advice"),
    )


def _inside(told: dict[str, str], words: Texts) -> Iterator[str]:
    """Yield a line for each part."""
    for name, text in told.items():
        what = words.say(f"cli.diagnose.part-{name.replace('.', '-')}")
        yield f"  {name:<14} {len(text.encode()):>8}  {what}"


def packed(told: dict[str, str]) -> bytes:
    """Return the archive; of its entries nothing tells who made them."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in told.items():
            entry = zipfile.ZipInfo(name)  # with the time of no clock
            entry.external_attr = OWN << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return whole.getvalue()


def _write(file: Path, whole: bytes, words: Texts) -> None:
    """Write a file that its owner alone may read, and that was not there before."""
    try:
        opened = atomic_files.open_new(file)
    except FileExistsError as error:
        raise UsageError(
            words.say("cli.diagnose.there", file=str(file)), words.say("cli.diagnose.there-advice")
        ) from error
    except OSError as error:
        raise _unwritten(file, words) from error
    try:
        with opened:
            opened.write(whole)
    except OSError as error:
        with suppress(OSError):
            file.unlink()
        raise _unwritten(file, words) from error


COMMAND = Command(arguments=arguments, run=run)
