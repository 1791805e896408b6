"""The command line: finds the command, loads it alone, and turns errors into plain words.

Exit codes: 0 fine, 1 findings, 2 wrong use, 3 could not do it, 130 interrupted.
"""

from __future__ import annotations

import argparse
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module

from agentguard import __version__, commands, texts
from agentguard.commands.base import COULD_NOT, Command
from agentguard.errors import AgentGuardError, CatalogueError

INTERRUPTED = 130
PROGRAM = "agentguard"
COMPLETION = "--print-completion"
SHELLS = ("bash", "zsh", "tcsh", "fish", "powershell")


def names() -> tuple[str, ...]:
    """Give the names of all commands."""
    found = (m.name for m in pkgutil.iter_modules(commands.__path__))
    return tuple(sorted(n for n in found if n != "base" and not n.startswith("_")))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        given = _parser(words).parse_args(words)
        return _command(given.command).run(given)
    except AgentGuardError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)  # noqa: T201 - the command line speaks
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return COULD_NOT


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser; only the command that was asked for is imported."""
    said = texts.load()
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=said.say("cli.description"),
        epilog=said.say("cli.epilog"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    completing = _add_completion(parser, words, said.say("cli.completion"))
    every = parser.add_subparsers(
        dest="command", metavar=said.say("cli.command"), required=True, title=said.say("cli.title")
    )
    wanted = next((w for w in words if not w.startswith("-")), "")
    for name in names():
        help_ = said.say(f"cli.{name}.help")
        sub = every.add_parser(name, help=help_, description=help_)
        if completing or name == wanted:
            _command(name).arguments(sub, said)
    return parser


def _add_completion(parser: argparse.ArgumentParser, words: Sequence[str], help_: str) -> bool:
    """Add the option; its library costs more than a whole start, so it comes when asked for."""
    if any(w.startswith("--p") for w in words):
        import shtab  # noqa: PLC0415 - see above

        shtab.add_argument_to(parser, [COMPLETION], help=help_)
        return True
    parser.add_argument(COMPLETION, choices=SHELLS, help=help_)
    return False


def _command(name: str) -> Command:
    command = getattr(import_module(f"{commands.__name__}.{name}"), "COMMAND", None)
    if not isinstance(command, Command):
        raise CatalogueError(f"The command {name} has no COMMAND.", "Install the program again.")
    return command
