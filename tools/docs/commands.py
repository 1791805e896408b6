"""The manual: a page for each command, made from its parser, for `man` and for the site.

`python tools/docs/commands.py FOLDER` writes the pages for `man`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agentguard import __version__, cli

SECTION = 1
EXIT_CODES = (
    ("0", "fine"),
    ("1", "findings, or something open"),
    ("2", "wrong use"),
    ("3", "could not do it"),
)


PROGRAMS = """
## For programs

Every command that comes to an end has `--json`, and the exit code is the same with it and
without. Lists and documents are described with their command. Where a command says what it did,
the object has `done` (whether it ended with 0), `said` (the lines that it says without `--json`)
and the facts of that command by name.

`logs`, `server logs` and `scan` print one object a line. `server setup --json` only looks at what
is done, and does none of its steps.

A refusal is the last line of standard error: `error` is the sentence, `code` an id that stays
what it is. What was printed before a refusal is on standard output, with `done` as `false`.

Every command has `--verbose`: what AgentGuard does is told on standard error, step by step, and
for a refusal also where in the program it comes from. Values are masked there as in the log, and
what libraries say at that level is left out.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command with its words: `name` as it is typed, `deeper` its own second words."""

    name: str
    about: str
    usage: str
    options: tuple[tuple[str, str], ...]
    deeper: tuple[Command, ...]


@cache
def commands() -> tuple[Command, ...]:
    """Return every command for people; those of the installer alone are left out."""
    every = (name for name in cli.names() if name not in {"setup", "shots"})
    return tuple(_command(_subparser(cli._parser([name]), name)) for name in every)


def _subparser(parser: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser:
    return dict(_subparsers(parser))[name]


def _subparsers(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _command(parser: argparse.ArgumentParser) -> Command:
    usage = parser.format_usage().removeprefix("usage: ")
    return Command(
        name=parser.prog,
        about=(parser.description or "").strip(),
        usage=re.sub(r"\s+", " ", usage).strip(),
        options=tuple(_options(parser)),
        deeper=tuple(_command(one) for _, one in _subparsers(parser)),
    )


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    formatter = parser._get_formatter()
    for action in parser._actions:
        hidden = action.help is None or action.help == argparse.SUPPRESS
        if hidden or isinstance(action, argparse._SubParsersAction):
            continue
        yield (
            formatter._format_action_invocation(action),
            formatter._expand_help(action),
        )


def pages() -> dict[str, str]:
    """Return the site's pages of the commands by their place below `docs`."""
    every = commands()
    rows = "".join(f"| [`{one.name}`]({_file(one)}.md) | {_cell(one.about)} |\n" for one in every)
    index = (
        "# The command line\n\n```sh\nagentguard check --json\n```\n\n"
        "| command | what it does |\n|---|---|\n" + rows + "\n## Exit codes\n\n"
        "| code | meaning |\n|---|---|\n"
        + "".join(f"| {code} | {what} |\n" for code, what in EXIT_CODES)
        + PROGRAMS
    )
    made = {f"commands/{_file(one)}.md": _markdown(one, 1) for one in every}
    return {"commands/index.md": index, **made}


def _markdown(one: Command, level: int) -> str:
    options = "".join(f"| `{_cell(name)}` | {_cell(what)} |\n" for name, what in one.options)
    table = f"\n| option | what it does |\n|---|---|\n{options}" if options else ""
    own = (
        f"{'#' * level} {one.name}\n\n{_sentence(one.about)}\n\n```text\n{one.usage}\n```\n{table}"
    )
    return "\n".join((own, *(_markdown(other, min(level + 1, 6)) for other in one.deeper)))


def write(folder: Path) -> list[Path]:
    """Write the pages for `man` into a folder, and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, text in manuals().items():
        made.append(folder / name)
        made[-1].write_text(text, encoding="utf-8")
    return made


def manuals() -> dict[str, str]:
    """Return the pages for `man` by the name of their file."""
    every = commands()
    return {"agentguard.1": _main(every), **{f"{_file(one)}.1": _manual(one) for one in every}}


def _main(every: tuple[Command, ...]) -> str:
    listed = "".join(f".TP\n.B {_roff(one.name)}\n{_roff(one.about)}\n" for one in every)
    see = ", ".join(f"{_file(one)}({SECTION})" for one in every)
    return (
        _head("agentguard", "guard the desks of a contact centre")
        + ".SH SYNOPSIS\n.B agentguard\n.I COMMAND\n[options]\n"
        + f".SH COMMANDS\n{listed}{_exits()}.SH SEE ALSO\n{_roff(see)}\n"
    )


def _manual(one: Command) -> str:
    return (
        _head(_file(one), one.about)
        + f".SH SYNOPSIS\n{_roff(one.usage)}\n.SH DESCRIPTION\n{_roff(_sentence(one.about))}\n"
        + _roff_options(one, "OPTIONS")
        + "".join(_deeper(one))
        + _exits()
        + f".SH SEE ALSO\nagentguard({SECTION})\n"
    )


def _deeper(one: Command) -> Iterator[str]:
    for other in one.deeper:
        yield f".SH {_roff(other.name.upper())}\n{_roff(_sentence(other.about))}\n.PP\n"
        yield f"{_roff(other.usage)}\n" + _roff_options(other, "")
        yield from _deeper(other)


def _head(name: str, about: str) -> str:
    title = f'.TH {name.upper()} {SECTION} "" "AgentGuard {__version__}" "AgentGuard"\n'
    return f"{title}.SH NAME\n{_roff(name)} \\- {_roff(about)}\n"


def _roff_options(one: Command, title: str) -> str:
    rows = "".join(f".TP\n.B {_roff(name)}\n{_roff(what)}\n" for name, what in one.options)
    return (f".SH {title}\n" if title and rows else "") + rows


def _exits() -> str:
    return ".SH EXIT STATUS\n" + "".join(f".TP\n.B {code}\n{what}\n" for code, what in EXIT_CODES)


def _roff(text: str) -> str:
    """Return a text of which no sign means anything to troff."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in {".", "'"} else line for line in safe.split("\n"))


def _file(one: Command) -> str:
    return one.name.replace(" ", "-")


def _sentence(text: str) -> str:
    return text if text.endswith((".", ")", "?")) else f"{text}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    for page in write(Path(sys.argv[1])):
        sys.stdout.write(f"{page}\n")
