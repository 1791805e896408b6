"""Ten thousand desks whose endpoint was away, and comes back."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from agentguard.server.settings import Limits, ServerSettings
from tools.bench_server.stages import RECOVERY, Bench

DESKS = 10_000


def start(name: str, run: Any) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_row_64_ten_thousand_desks_come_back_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    settings = ServerSettings(data=tmp_path, limits=Limits(waiting_writes=100))
    bench = Bench(settings, time.time, time.monotonic, start)
    with ThreadPoolExecutor(1) as apart:  # from a browser that another test may drive here
        made = apart.submit(bench.run, DESKS, ["first"]).result()
    storm = made.stages[-1]
    assert (made.lost, made.doubled, made.unreceipted) == (0, 0, 0)
    assert storm.reports == DESKS
    assert storm.turned_away > 0
    assert made.recovered <= RECOVERY
    print(storm)
