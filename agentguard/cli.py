"""The command line: finds the command, loads it alone, and turns errors into plain words.

Exit codes: 0 fine, 1 findings, 2 wrong use, 3 could not do it, 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from agentguard import __version__, commands
from agentguard.base import paths, translations
from agentguard.base.errors import AgentGuardError, CannotError, CatalogueError
from agentguard.base.plugins import modules
from agentguard.commands import _outcome
from agentguard.commands._quick_loading import loading
from agentguard.commands.base import COULD_NOT, INTERRUPTED, Command

if TYPE_CHECKING:
    import argparse

PROGRAM = "agentguard"
COMPLETION = "--print-completion"
OF_ENDPOINT = frozenset({"demo", "serve", "server"})
"""Commands that need what is installed with the endpoint: `pip install "agentguard[server]"`."""
SHELLS = ("bash", "zsh", "tcsh", "fish", "powershell")


def names() -> tuple[str, ...]:
    """Return the names of all commands."""
    return tuple(n for n in modules(commands) if n != "base" and not n.startswith("_"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _prepare_output()
    try:
        return _run(words)
    except AgentGuardError as error:
        return _failed(str(error), error.exit_code, words, error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return COULD_NOT
    except OSError as error:
        _drop_output()
        why = error.strerror or type(error).__name__
        where = "" if error.filename is None else f": {os.fsdecode(error.filename)}"
        told = translations.load().say("cli.system", why=why, where=where)
        return _failed(told, COULD_NOT, words, error)
    except Exception as error:  # noqa: BLE001 - the boundary of the main thread
        return _failed(_mistake(error), COULD_NOT, words, error)


def _prepare_output() -> None:
    """Let no name of a file and no missing stream (a windowed program has none) end the program."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - for good
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(words: Sequence[str]) -> int:
    """Run, and write out what was said: at the interpreter's end nobody could tell of a failure."""
    try:
        return _wanted(words)()
    finally:
        sys.stdout.flush()


class Given:
    """What the words say; a namespace of argparse would keep all of argparse for hours."""

    command: str


def _wanted(words: Sequence[str]) -> Callable[[], int]:
    """Load the command that is asked for."""
    with loading():
        if sys.platform == "win32":
            from agentguard.platforms import seat  # noqa: PLC0415 - elsewhere there is one

            paths.sit(seat())
        with _outcome.understood(words):
            given = cast("argparse.Namespace", _parser(words).parse_args(words, Given()))
        run = partial(_command(given.command).run, given)
        return partial(_outcome.through, given, run)


def _failed(sentence: str, code: int, words: Sequence[str], error: Exception) -> int:
    from agentguard.detect.recognition.masked_names import masked  # noqa: PLC0415 - what goes well needs none

    line = f"{PROGRAM}: {masked(sentence)}"
    if _outcome.is_wanted(words):
        line = _outcome.refusal(masked(sentence), _outcome.code_of(error))
    print(line, file=sys.stderr)  # noqa: T201 - the command line speaks
    return code


def _drop_output() -> None:
    """Send what is still to be written nowhere when standard output takes no more."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _mistake(error: Exception) -> str:
    """Say that the program is wrong; the error's own text may hold what was read."""
    from agentguard.base import logs  # noqa: PLC0415 - no start needs it

    places = "; ".join(place.strip() for place in logs.places(error))
    return translations.load().say("cli.mistake", places=places)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser; only the command that was asked for is imported.

    Where it comes first, all that follows is its own, and nothing will tell of the others.
    """
    import argparse  # noqa: PLC0415 - after it is deferred, so that an agent lets go of it

    said = translations.load()
    first = [name for name in names() if name in words[:1]]
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=said.say("cli.description"),
        epilog=said.say("cli.epilog"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    completing = _add_completion(parser, () if first else words, said.say("cli.completion"))
    every = parser.add_subparsers(
        dest="command", metavar=said.say("cli.command"), required=True, title=said.say("cli.title")
    )
    wanted = next((w for w in words if not w.startswith("-")), "")
    for name in first or names():
        help_ = said.say(f"cli.{name}.help")
        sub = every.add_parser(name, help=help_, description=help_)
        if name == wanted:
            _arguments(name, sub, said)
        elif completing:
            with suppress(CannotError):  # what is not installed is completed by its name alone
                _arguments(name, sub, said)
    return parser


def _add_completion(parser: argparse.ArgumentParser, words: Sequence[str], help_: str) -> bool:
    """Add the option; its library costs more than a whole start, so it comes when asked for."""
    if any(w.startswith("--p") for w in words):
        import shtab  # noqa: PLC0415 - see above

        shtab.add_argument_to(parser, [COMPLETION], help=help_)
        return True
    parser.add_argument(COMPLETION, choices=SHELLS, help=help_)
    return False


def _arguments(name: str, parser: argparse.ArgumentParser, said: translations.Texts) -> None:
    """Add the command's own options, then those that every command has."""
    _command(name).arguments(parser, said)
    _outcome.add(parser, said, (name,))


def _command(name: str) -> Command:
    command = getattr(_module(name), "COMMAND", None)
    if not isinstance(command, Command):
        raise CatalogueError(f"The command {name} has no COMMAND.", "Install the program again.")
    return command


def _module(name: str) -> ModuleType:
    """Load a command; whoever installed the program for a desk has not what the endpoint needs."""
    try:
        return import_module(f"{commands.__name__}.{name}")
    except ModuleNotFoundError as error:
        ours = (error.name or "").partition(".")[0] == __package__
        if ours or name not in OF_ENDPOINT:
            raise
        words = translations.load()
        raise CannotError(
            words.say("cli.no-endpoint", command=f"{PROGRAM} {name}"),
            words.say("cli.no-endpoint-advice"),
        ) from error
