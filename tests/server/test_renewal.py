"""An endpoint that runs for years takes the next certificate of its own authority by itself."""

from __future__ import annotations

import shutil
import ssl
import time
from itertools import accumulate, cycle, takewhile
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentguard.server.jobs.schedule import RENEWED_EVERY, Jobs
from agentguard.server.listener.certificate import (
    CA_FILE,
    CERTIFICATE_FILE,
    KEY_FILE,
    LEAVES,
    STEP,
    Renewal,
    make_certificate,
    take_next,
)
from agentguard.server.listener.greeting import Certificate
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import job_failures
from tests.server.conftest import start_thread
from tests.server.receivers import until
from tests.server.test_outside import certified, curve
from tests.server.test_own_authority import BEGIN, DAY, NAMES, taken

LAST = STEP.days * (LEAVES - 1) + 330
"""Days for which the leaves of one authority suffice."""


@settings(max_examples=40)
@given(start=st.integers(0, LAST), between=st.lists(st.integers(1, 29), min_size=3, max_size=20))
@example(start=0, between=[1])
@pytest.mark.heavy
def test_row_557_however_long_it_runs_what_it_serves_is_valid_and_of_its_authority(
    start: int, between: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each day of its life, and lives in which the days between two looks are never the same."""
    folder = tmp_path_factory.mktemp("own")
    make_certificate(folder, NAMES, lambda: BEGIN)
    trusted = (folder / CA_FILE).read_bytes()
    files = make_certificate(folder, NAMES, lambda: BEGIN + start * DAY)
    used = Certificate(*files)
    renewal = Renewal(used, files[0])
    days = accumulate(cycle(between), initial=start)
    for day in takewhile(lambda day: day < LAST, days):
        renewal.look(BEGIN + day * DAY)
        assert used.valid[0] <= BEGIN + day * DAY < used.valid[1] - 29 * DAY, day
        assert taken(trusted, files[0].read_bytes(), BEGIN + day * DAY)
    assert (folder / CA_FILE).read_bytes() == trusted


def test_row_557_a_desk_meets_the_next_certificate_without_a_start(tmp_path: Path) -> None:
    """The endpoint was started when its certificate had long to go, and has run on since."""
    data = tmp_path / "s"
    tls = make_certificate(data, NAMES, lambda: time.time() - 340 * DAY)
    pinned = Path(shutil.copy(data / CA_FILE, tmp_path / "pinned.pem"))
    before = tls[0].read_bytes()
    server = LocalServer(ServerSettings(data=data), time.time, start_thread, tls=tls)
    server.start()

    def served() -> bytes:
        pem = ssl.get_server_certificate(("127.0.0.1", server.port))
        return ssl.PEM_cert_to_DER_cert(pem)

    try:
        until(lambda: served() != ssl.PEM_cert_to_DER_cert(before.decode()))
        with httpx.Client(verify=ssl.create_default_context(cafile=pinned)) as http:
            assert http.get(f"{server.address}/healthz").status_code == 200
    finally:
        server.stop()


def test_row_557_what_another_process_took_is_used_as_well(tmp_path: Path) -> None:
    files = make_certificate(tmp_path, NAMES, lambda: BEGIN)
    one, other = Certificate(*files), Certificate(*files)
    late = BEGIN + 340 * DAY
    Renewal(one, files[0]).look(late)
    assert not take_next(tmp_path, late), "it is taken"
    Renewal(other, files[0]).look(late)
    assert one.valid == other.valid
    assert one.valid[0] > BEGIN


def test_row_557_after_the_last_one_nothing_is_changed_and_no_authority_is_made(
    tmp_path: Path,
) -> None:
    files = make_certificate(tmp_path, NAMES, lambda: BEGIN)
    assert take_next(tmp_path, BEGIN + LAST * DAY)
    held = {one: one.read_bytes() for one in tmp_path.iterdir()}
    assert not take_next(tmp_path, BEGIN + (LAST + 60) * DAY)
    Renewal(Certificate(*files), files[0]).look(BEGIN + (LAST + 60) * DAY)
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == held


def test_row_557_what_somebody_else_made_is_left_alone(tmp_path: Path) -> None:
    cert, key = certified(tmp_path / "foreign", curve(), BEGIN, BEGIN + DAY)
    used = Certificate(cert, key)
    Renewal(used, cert).look(BEGIN + 300 * DAY)
    named = Path(shutil.copy(cert, tmp_path / CERTIFICATE_FILE))
    Renewal(used, named).look(BEGIN + 300 * DAY)
    assert used.valid == (BEGIN, BEGIN + DAY)
    assert sorted(one.name for one in tmp_path.iterdir()) == [CERTIFICATE_FILE, "foreign"]


def test_row_557_it_is_looked_at_each_hour_and_a_lost_file_is_told(running: Any) -> None:
    looked: list[float] = []
    database, data, key = running.admin._database, running.settings.data, KEY_FILE
    certificate = Certificate(data / CERTIFICATE_FILE, data / key)
    renewal = Renewal(certificate, data / CERTIFICATE_FILE)

    def renew(lived: float) -> None:
        looked.append(lived)
        renewal.look(lived)

    jobs = Jobs(database, running.settings, running.time, outside=Outside(renew=renew))
    for _ in range(4):
        jobs.do()
        running.time.at += RENEWED_EVERY / 2
    assert len(looked) == 2
    (data / key).rename(data / "away")
    for _ in range(job_failures.REPEATED):
        jobs.do()
    (failing,) = database.run(job_failures.list_repeated)
    assert failing.name == "certificate"
    (data / "away").rename(data / key)
    jobs.do()
    assert database.run(job_failures.all_of) == []
