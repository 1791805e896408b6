"""agentguard scan: personal data in files, as counts and masks, with every file accounted for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from itertools import islice
from queue import SimpleQueue

from tqdm import tqdm

from agentguard import texts
from agentguard.commands._scan_report import JsonLines, Report, Table, shown
from agentguard.commands._scan_walk import walk
from agentguard.commands.base import COULD_NOT, FINDINGS, FINE, Command
from agentguard.errors import UsageError
from agentguard.model.events import FileOutcome
from agentguard.platforms import system_clock
from agentguard.scan.client import Limits, ScanClient, Scanned
from agentguard.texts import Texts

MOST_JOBS = 64
_AHEAD = 4


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help=words.say("cli.scan.paths"))
    parser.add_argument(
        "--format", choices=("table", "jsonl"), default="table", help=words.say("cli.scan.format")
    )
    parser.add_argument("--jobs", type=int, default=1, help=words.say("cli.scan.jobs"), metavar="N")


def run(chosen: argparse.Namespace) -> int:
    """Scan, print, and give the exit code.

    Raises:
        UsageError: a path does not exist, or the number of jobs is out of range.

    """
    words = texts.load()
    _judge(chosen, words)
    report: Report = JsonLines() if chosen.format == "jsonl" else Table(words)
    found = failed = read = 0
    with tqdm(unit=words.say("cli.scan.unit"), disable=None, file=sys.stderr, leave=False) as bar:
        for scanned in results(chosen.paths, chosen.jobs):
            bar.update()
            found += bool(scanned.hits)
            read += scanned.outcome in {FileOutcome.READ, FileOutcome.SEALED}
            failed += scanned.outcome in {FileOutcome.UNREADABLE, FileOutcome.GONE}
            for line in report.add(scanned):
                bar.clear()
                sys.stdout.write(f"{line}\n")
    for line in report.end():
        sys.stdout.write(f"{line}\n")
    if found:
        return FINDINGS
    return COULD_NOT if failed and not read else FINE


def _judge(chosen: argparse.Namespace, words: Texts) -> None:
    if not 1 <= chosen.jobs <= MOST_JOBS:
        raise UsageError(words.say("cli.scan.jobs-wrong", most=MOST_JOBS))
    for path in chosen.paths:
        if not os.path.lexists(path):
            raise UsageError(
                words.say("cli.scan.missing", path=shown(path)),
                words.say("cli.scan.missing-advice"),
            )


def results(paths: list[str], jobs: int) -> Iterator[Scanned]:
    """Give one result for each file, as they come; children end with the iteration."""
    with ExitStack() as stack:
        clients: SimpleQueue[ScanClient] = SimpleQueue()
        for _ in range(jobs):
            clients.put(stack.enter_context(ScanClient(Limits(), system_clock())))
        pool = stack.enter_context(ThreadPoolExecutor(jobs, thread_name_prefix="scan"))
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)

        def scan(path: str) -> Scanned:
            client = clients.get()
            try:
                return client.scan(path)
            finally:
                clients.put(client)

        found = walk(paths)
        running: set[Future[Scanned]] = set()
        while batch := list(islice(found, max(1, jobs * _AHEAD - len(running)))):
            yield from (item for item in batch if isinstance(item, Scanned))
            running |= {pool.submit(scan, item) for item in batch if isinstance(item, str)}
            if len(running) >= jobs * _AHEAD:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        for future in running:
            yield future.result()


COMMAND = Command(arguments=arguments, run=run)
