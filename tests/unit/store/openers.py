"""A process that opens a brand-new store at the same moment as others, and writes to it."""

from __future__ import annotations

from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

from agentguard.base.errors import StoreError
from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store.agent_store import open_store


def open_at_once(folders: list[Path], start: Barrier, told: Connection) -> None:
    """Open each folder's store when all are there; tell what went wrong, round by round."""
    problems: list[str] = []
    for folder in folders:
        start.wait(60)
        try:
            store = open_store(folder)
            store.journal.commit(
                [Record(kind="x", at=Moment(boot=1.0, wall=2.0), payload={"n": 1})], {}
            )
            store.close()
        except StoreError as error:
            problems.append(f"{folder.name}: {error} {error.__cause__!r}")
    told.send(problems)
    told.close()
