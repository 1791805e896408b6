"""agentguard scan: personal data in files, as counts and masks, with every file accounted for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from agentguard.base import atomic_files, translations
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _scan_explain
from agentguard.commands._scan_report import JsonLines, Kinds, Report, Sheet, Table, shown
from agentguard.commands._scan_summary import is_read
from agentguard.commands._scan_work import MOST_JOBS, Interrupt, child, cores, results
from agentguard.commands.base import COULD_NOT, FINDINGS, FINE, INTERRUPTED, Command
from agentguard.detect.sandbox.client import Limits, ScanClient, Scanned
from agentguard.model.detection import ALL
from agentguard.platforms import system_clock

if TYPE_CHECKING:
    from agentguard.model.policy import Policy

T = TypeVar("T")
Write = Callable[[str], None]


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    say = words.say
    parser.add_argument("paths", nargs="+", metavar="PATH", help=say("cli.scan.paths"))
    parser.add_argument(
        "--format", choices=("table", "jsonl"), default="table", help=say("cli.scan.format")
    )
    parser.add_argument(
        "--json", dest="format", action="store_const", const="jsonl", help=say("cli.scan.json")
    )
    parser.add_argument("--explain", action="store_true", help=say("cli.scan.explain"))
    parser.add_argument("--report", choices=("html", "csv"), help=say("cli.scan.report"))
    parser.add_argument("--output", type=Path, metavar="FILE", help=say("cli.scan.output"))
    parser.add_argument("--no-paths", action="store_true", help=say("cli.scan.no-paths"))
    parser.add_argument("--ocr", action="store_true", help=say("cli.scan.ocr"))
    parser.add_argument("--policy", metavar="FILE", help=say("cli.scan.policy"))
    parser.add_argument("--jobs", type=int, default=cores(), help=say("cli.scan.jobs"), metavar="N")


def run(chosen: argparse.Namespace) -> int:
    """Scan, print, and give the exit code.

    Raises:
        UsageError: a path does not exist, options contradict each other, or the policy is wrong.
        CannotError: the report could not be written.

    """
    with Interrupt() as interrupt:
        return _run(chosen, translations.load(), interrupt)


def _run(chosen: argparse.Namespace, words: Texts, interrupt: Interrupt) -> int:
    _judge(chosen, words)
    policy = _policy(chosen.policy)
    detection = ALL if policy is None else policy.detection
    detection = replace(detection, ocr=detection.ocr or chosen.ocr)
    children = partial(
        child, detection, Limits().file_mib if policy is None else policy.watch.max_mib
    )
    if chosen.explain:
        sentences = _scan_explain.Sentences(words, Kinds(words, detection))
        said = _scan_explain.Objects(words) if chosen.format == "jsonl" else sentences
        asked = _each(chosen, words, children, _scan_explain.ask, interrupt)
        return _say(asked, _Said(said, _print), lambda one: _scan_explain.told_of(one).scanned)
    with _out(chosen.output, words) as write:
        every = _each(chosen, words, children, ScanClient.scan, interrupt)
        code = _say(every, _Said(_report(chosen, words, policy), write), lambda one: one)
    if chosen.output is not None:
        sys.stderr.write(words.say("cli.scan.written", file=shown(str(chosen.output))) + "\n")
    return code


def _policy(file: str | None) -> Policy | None:
    if file is None:
        return None
    from agentguard.commands import _named_policy  # noqa: PLC0415 - it brings every check

    return _named_policy.read(file)


def _report(chosen: argparse.Namespace, words: Texts, policy: Policy | None) -> Report[Scanned]:
    kinds = Kinds(words, ALL if policy is None else policy.detection)
    if chosen.report == "csv":
        return Sheet(words, kinds)
    if chosen.report == "html":
        from agentguard.commands._scan_page import Page, Told  # noqa: PLC0415 - the page alone needs it

        told = Told(paths=tuple(chosen.paths), policy=policy, hidden=chosen.no_paths)
        return Page(words, kinds, told, system_clock())
    return JsonLines() if chosen.format == "jsonl" else Table(words, kinds)


class _Said(Generic[T]):
    """A report and where it is written."""

    def __init__(self, report: Report[T], write: Write) -> None:
        self._report = report
        self._write = write

    def add(self, one: T) -> None:
        for line in self._report.add(one):
            self._write(line)

    def end(self, *, whole: bool) -> None:
        for line in self._report.end(whole=whole):
            self._write(line)
        if not whole:
            sys.stderr.write(translations.load().say("cli.scan.stopped") + "\n")


def _say(every: Generator[T, None, None], said: _Said[T], scan: Callable[[T], Scanned]) -> int:
    """Say what comes, or what came before Ctrl-C; give the exit code.

    What was found outranks what was not read; only what was read in full and holds nothing is fine.
    """
    found = unread = 0
    try:
        with closing(every):
            for one in every:
                scanned = scan(one)
                found += bool(scanned.hits)
                unread += not is_read(scanned)
                said.add(one)
    except KeyboardInterrupt:
        said.end(whole=False)
        return INTERRUPTED
    said.end(whole=True)
    if found:
        return FINDINGS
    return COULD_NOT if unread else FINE


def _each(
    chosen: argparse.Namespace,
    words: Texts,
    children: Callable[[], ScanClient],
    ask: Callable[[ScanClient, str], T],
    interrupt: Interrupt,
) -> Generator[T | Scanned, None, None]:
    """Yield the results with a bar on a terminal; leaving it ends the children."""
    every = results(chosen.paths, chosen.jobs, children, ask, interrupt)
    if not sys.stderr.isatty():
        with closing(every):
            yield from every
        return
    from tqdm import tqdm  # noqa: PLC0415 - only a terminal shows a bar, and its library starts slowly

    unit = words.say("cli.scan.unit")
    with closing(every), tqdm(unit=unit, file=sys.stderr, leave=False) as bar:
        for one in every:
            bar.update()
            bar.clear()
            yield one


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


@contextmanager
def _out(file: Path | None, words: Texts) -> Iterator[Write]:
    """Yield what takes lines; a file is written whole at the end, or not at all."""
    if file is None:
        yield _print
        return
    lines: list[str] = []
    yield lines.append
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    try:
        atomic_files.write(file.absolute(), data)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise CannotError(
            words.say("cli.scan.not-written", file=shown(str(file)), why=why),
            words.say("cli.scan.not-written-advice"),
        ) from error


def _judge(chosen: argparse.Namespace, words: Texts) -> None:
    if not 1 <= chosen.jobs <= MOST_JOBS:
        raise UsageError(words.say("cli.scan.jobs-wrong", most=MOST_JOBS))
    if chosen.report and chosen.explain:
        raise _contradiction("one-way", words)
    if not chosen.report and (chosen.output or chosen.no_paths):
        raise _contradiction("output-alone", words)
    if chosen.no_paths and chosen.report != "html":
        raise _contradiction("no-paths-html", words)
    for path in chosen.paths:
        if not os.path.lexists(path):
            raise UsageError(
                words.say("cli.scan.missing", path=shown(path)),
                words.say("cli.scan.missing-advice"),
            )


def _contradiction(what: str, words: Texts) -> UsageError:
    return UsageError(words.say(f"cli.scan.{what}"), words.say(f"cli.scan.{what}-advice"))


COMMAND = Command(arguments=arguments, run=run)
