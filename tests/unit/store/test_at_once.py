"""Several processes that open a brand-new store at once agree on one chain."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

from agentguard.store.agent_store import open_store
from tests.unit.store.openers import open_at_once

PROCESSES = 4 if sys.platform == "win32" else 8  # under Wine each sync to the disk waits long
ROUNDS = 20


def test_a_brand_new_store_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    folders = [tmp_path / f"round-{number}" for number in range(ROUNDS)]
    for folder in folders:
        folder.mkdir()
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES)
    lines, children = [], []
    for _ in range(PROCESSES):
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=open_at_once, args=(folders, start, theirs), daemon=True)
        child.start()
        theirs.close()
        lines.append(ours)
        children.append(child)
    problems = [problem for line in lines for problem in line.recv()]
    for child in children:
        child.join(60)
    assert problems == []
    for folder in folders:
        store = open_store(folder)
        assert store.journal.verify() == (PROCESSES, True), folder.name
        assert list(store.journal.epochs()) == [1], folder.name
        store.close()
