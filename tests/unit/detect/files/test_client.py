"""The parent's side: whatever a file or a parser does, there is an answer and no hanging."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count, cycle
from pathlib import Path

import psutil
import pytest

from agentguard.base import translations
from agentguard.base.errors import ScanError
from agentguard.detect.sandbox import ipc_messages, worker_process, worker_spawn
from agentguard.detect.sandbox.client import Limits, ScanClient, Scanned
from agentguard.detect.sandbox.worker_process import Offspring
from agentguard.model.detection import Detection, OwnKind
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms.simulated import FakeClock
from tests.unit.detect.files import hostile

CARD = Hit(kind="PAN", count=1, masked=("...6467",))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(clock: FakeClock) -> Iterator[ScanClient]:
    # A minute and a half by the clock: beside other tests it comes last, and gets a fiftieth.
    limits = Limits(seconds=1.5, patience=60, memory_mib=256)
    with ScanClient(limits, clock, hostile.extractors) as client:
        yield client


@pytest.fixture(scope="module")
def shared() -> Iterator[ScanClient]:
    """Give one that all use who neither end its child nor count: a start is dear on Windows."""
    with ScanClient(Limits(seconds=10, memory_mib=256), FakeClock(), hostile.extractors) as client:
        yield client


def write(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def test_a_file_is_read_by_a_child_that_starts_with_it(client: ScanClient, tmp_path: Path) -> None:
    assert client.child_pid is None
    path = write(tmp_path, "a.txt", f"card {hostile.CARD}")
    assert client.scan(path) == Scanned(path=path, outcome=FileOutcome.READ, hits=(CARD,))
    assert client.child_pid not in {None, os.getpid()}


@pytest.mark.posix
def test_the_child_is_modest_and_bounded(client: ScanClient, tmp_path: Path) -> None:
    client.scan(write(tmp_path, "a.txt", "x"))
    child = psutil.Process(client.child_pid)
    assert child.nice() == 19
    assert child.rlimit(psutil.RLIMIT_AS)[0] < 2 << 30


def test_a_parser_without_end_is_killed_and_the_next_file_is_read(
    client: ScanClient, tmp_path: Path
) -> None:
    client.scan(write(tmp_path, "warm.txt", "x"))
    first = client.child_pid
    assert client.scan(write(tmp_path, "a", "LOOP")).reason == "reason.timeout"
    wait_until(lambda: gone(first or 0))
    assert client.scan(write(tmp_path, "b", f"card {hostile.CARD}")).hits == (CARD,)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("DIE", "reason.crashed"),
        pytest.param("EAT", "reason.memory", marks=pytest.mark.posix),
        ("RAISE", "reason.failed"),
    ],
)
def test_a_parser_that_fails_is_a_reason(
    client: ScanClient, tmp_path: Path, content: str, reason: str
) -> None:
    scanned = client.scan(write(tmp_path, "a", content))
    assert (scanned.outcome, scanned.hits, scanned.reason) == (FileOutcome.UNREADABLE, (), reason)
    assert translations.load().has(reason)
    assert client.scan(write(tmp_path, "b", f"card {hostile.CARD}")).hits == (CARD,)


def test_a_long_file_tells_what_was_found_before_the_deadline(
    client: ScanClient, tmp_path: Path
) -> None:
    scanned = client.scan(write(tmp_path, "a", "DAWDLE"))
    assert (scanned.outcome, scanned.reason) == (FileOutcome.READ, "reason.unfinished")
    assert (scanned.hits, scanned.total, 0 < scanned.left < scanned.size) == ((CARD,), True, True)


def test_row_512_a_parser_without_end_is_not_gone_on_with_for_ever(
    clock: FakeClock, tmp_path: Path
) -> None:
    limits = Limits(seconds=1.5, patience=60, turns=2, memory_mib=256)
    with ScanClient(limits, clock, hostile.extractors, to_the_end=True) as client:
        client.scan(write(tmp_path, "warm", f"card {hostile.CARD}"))
        scanned = client.scan(write(tmp_path, "a", "DAWDLE"))
    assert (scanned.hits, scanned.reason, scanned.left) == ((CARD,), "reason.partial-time", 0)


def test_a_child_killed_from_outside_is_replaced(client: ScanClient, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", f"card {hostile.CARD}")
    client.scan(path)
    assert client.child_pid, "the child was not given the time that it needs"
    child = psutil.Process(client.child_pid)
    child.kill()
    psutil.wait_procs([child], timeout=5)
    assert client.scan(path).hits == (CARD,)


def test_a_file_is_not_blamed_for_what_an_earlier_one_did_to_the_child(
    client: ScanClient, tmp_path: Path
) -> None:
    spoils, faints = write(tmp_path, "a", "SPOIL"), write(tmp_path, "b", "FAINT")
    for _ in range(4):
        assert client.scan(spoils).outcome is FileOutcome.READ
        spoiled = client.child_pid
        assert client.scan(faints).hits == (CARD,)
        assert client.child_pid != spoiled
    assert client.scan(spoils).reason == ""
    assert client.explain(faints).hits == (CARD,)


@contextmanager
def crowded(client: ScanClient) -> Iterator[None]:
    """Have another program want all of the one processor on which the child may run."""
    say = "import os; os.sched_setaffinity(0, {0}); os.write(1, b'there')\nwhile True: pass"
    with subprocess.Popen((sys.executable, "-c", say), stdout=subprocess.PIPE) as hog:
        assert hog.stdout is not None
        assert hog.stdout.read(5) == b"there"
        os.sched_setaffinity(client.child_pid or 0, {0})
        try:
            yield
        finally:
            hog.kill()


@pytest.mark.posix
def test_a_child_that_others_leave_no_time_gets_more_of_it(
    clock: FakeClock, tmp_path: Path
) -> None:
    """The child comes last on a processor: with another program it has a seventieth of it."""
    limits = Limits(seconds=0.5, patience=120, memory_mib=256)
    with ScanClient(limits, clock, hostile.extractors) as client:
        client.scan(write(tmp_path, "calm", "x"))
        with crowded(client):
            begun = time.monotonic()
            scanned = client.scan(write(tmp_path, "a", "TOIL0.05"))
            assert time.monotonic() - begun > limits.seconds
        assert (scanned.hits, scanned.reason) == ((CARD,), "")


@contextmanager
def crowded_everywhere() -> Iterator[None]:
    """Have other programs want all of every processor."""
    say = "import os\nos.sched_setaffinity(0, {%d})\nos.write(1, b'there')\nwhile True: pass"
    with ExitStack() as stack:
        for number in os.sched_getaffinity(0):
            hog = subprocess.Popen((sys.executable, "-c", say % number), stdout=subprocess.PIPE)
            stack.enter_context(hog)
            stack.callback(hog.kill)
            assert hog.stdout is not None
            assert hog.stdout.read(5) == b"there"
        yield


@pytest.mark.posix
def test_row_515_a_child_that_others_leave_less_than_a_tick_is_not_taken_for_one_that_hangs(
    clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows counts in ticks of 15.6 ms, and tells of no process whether it waits for its turn."""
    monkeypatch.setattr(worker_process, "TOLD", False)
    monkeypatch.setattr(Offspring, "_used", lambda _self: 0.0)
    limits = Limits(seconds=0.3, patience=400, memory_mib=256)
    with ScanClient(limits, clock, hostile.extractors) as client:
        client.scan(write(tmp_path, "calm", "x"))
        with crowded_everywhere():
            begun = time.monotonic()
            scanned = client.scan(write(tmp_path, "a", "TOIL0.05"))
            assert time.monotonic() - begun > 2 * limits.seconds, "it was crowded out"
        assert (scanned.hits, scanned.reason) == ((CARD,), "")


def test_row_515_a_child_that_hangs_while_a_processor_has_nothing_to_do_is_ended(
    clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = count()
    monkeypatch.setattr(worker_process, "TOLD", False)
    monkeypatch.setattr(Offspring, "_idle", lambda _self: float(next(idle)))
    with ScanClient(Limits(seconds=0.3, patience=400), clock, hostile.extractors) as client:
        assert client.scan(write(tmp_path, "a", "LOOP")).reason == "reason.timeout"


@pytest.mark.posix
def test_row_416_a_child_that_waits_for_its_disk_is_not_ended_by_the_clock(
    clock: FakeClock, tmp_path: Path
) -> None:
    """Windows tells of no process what it waits for; there one that had no time at all is ended."""
    limits = Limits(seconds=1.0, patience=200, memory_mib=256)
    with ScanClient(limits, clock, hostile.extractors) as client:
        scanned = client.scan(write(tmp_path, "a", "REST"))
    assert (scanned.hits, scanned.reason) == ((CARD,), "")


@pytest.mark.posix
def test_row_416_a_child_that_waits_for_a_moment_is_not_taken_for_one_that_hangs(
    clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one that comes last a single look may meet the moment between two pieces of work."""
    seen = cycle((psutil.STATUS_SLEEPING, psutil.STATUS_RUNNING))
    monkeypatch.setattr(Offspring, "_status", lambda _self: next(seen))
    with ScanClient(Limits(seconds=1.0, patience=200), clock, hostile.extractors) as client:
        assert client.scan(write(tmp_path, "a", "NAP")).hits == (CARD,)
        monkeypatch.setattr(Offspring, "_status", lambda _self: psutil.STATUS_SLEEPING)
        assert client.scan(write(tmp_path, "b", "NAP")).reason == "reason.timeout"


@pytest.mark.posix
def test_what_others_leave_no_time_for_is_not_held_against_the_file(
    clock: FakeClock, tmp_path: Path
) -> None:
    limits = Limits(seconds=2, patience=2, memory_mib=256, strikes=1)
    with ScanClient(limits, clock, hostile.extractors) as client:
        path = write(tmp_path, "a", "TOIL0.5")
        for _ in range(2):
            client.scan(write(tmp_path, "calm", "x"))
            with crowded(client):
                assert client.scan(path).reason == "reason.busy"
        assert translations.load().has("reason.busy")


@pytest.mark.posix
def test_a_parser_that_takes_the_time_for_itself_gets_no_more_of_it(
    clock: FakeClock, tmp_path: Path
) -> None:
    limits = Limits(seconds=1.0, patience=1000, memory_mib=256)
    with ScanClient(limits, clock, hostile.extractors) as client:
        assert client.scan(write(tmp_path, "a", "TOIL99999")).reason == "reason.timeout"
        assert client.scan(write(tmp_path, "b", "LOOP")).reason == "reason.timeout"


def test_three_strikes_set_a_file_aside_for_a_day_or_until_it_changes(
    client: ScanClient, clock: FakeClock, tmp_path: Path
) -> None:
    path = write(tmp_path, "a", "DIE")
    assert [client.scan(path).reason for _ in range(4)] == ["reason.crashed"] * 3 + [
        "reason.set-aside"
    ]
    clock.advance(86_401)
    assert client.scan(path).reason == "reason.crashed"
    assert [client.scan(path).reason for _ in range(3)][-1] == "reason.set-aside"
    write(tmp_path, "a", f"card {hostile.CARD} and no more of it")
    assert client.scan(path).hits == (CARD,)


def test_an_idle_child_is_retired_and_comes_back(
    client: ScanClient, clock: FakeClock, tmp_path: Path
) -> None:
    path = write(tmp_path, "a.txt", "x")
    client.scan(path)
    pid = client.child_pid
    assert not client.retire_if_idle()
    clock.advance(61)
    assert client.retire_if_idle()
    assert client.child_pid is None
    assert not psutil.pid_exists(pid or 0)
    assert client.scan(path).outcome is FileOutcome.READ


def test_row_514_a_child_that_knows_a_part_of_a_file_is_not_retired(
    clock: FakeClock, tmp_path: Path
) -> None:
    limits = Limits(seconds=1.0, patience=90, memory_mib=256)
    with ScanClient(limits, clock, hostile.extractors) as client:
        client.scan(write(tmp_path, "warm", f"card {hostile.CARD}"))
        path = write(tmp_path, "a", "DAWDLE")
        first = client.scan(path)
        client.scan(write(tmp_path, "b.txt", "x"))
        clock.advance(600)
        assert not client.retire_if_idle()
        more = client.scan(path, start=first.left)
        assert (more.total, more.hits, more.left > first.left) == (True, (CARD,), True)
        clock.advance(4000)
        assert client.retire_if_idle()
        again = client.scan(path, start=more.left)
        assert (again.total, again.hits, again.left) == (True, (CARD,), first.left)


def test_row_512_a_file_that_waits_for_its_next_turn_is_not_kept_open(
    client: ScanClient, tmp_path: Path
) -> None:
    path = write(tmp_path, "a", "DAWDLE")
    assert client.scan(path).left
    held = [file.path for file in psutil.Process(client.child_pid).open_files()]
    assert path not in held


def test_closing_ends_the_child(clock: FakeClock, tmp_path: Path) -> None:
    with ScanClient(Limits(), clock) as client:
        client.scan(write(tmp_path, "a.txt", "x"))
        pid = client.child_pid
    assert not psutil.pid_exists(pid or 0)


def test_a_broken_installation_is_not_the_files_fault(clock: FakeClock, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "x")
    with ScanClient(Limits(), clock, hostile.no_extractors) as client:
        assert {client.scan(path).reason for _ in range(4)} == {"reason.not-started"}


def test_threads_share_one_client(shared: ScanClient, tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{n}.txt", f"card {hostile.CARD}" * (n % 2)) for n in range(12)]
    results: list[Scanned] = []
    threads = [
        threading.Thread(target=lambda path=path: results.append(shared.scan(path)))
        for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(result.path for result in results if result.hits) == sorted(paths[1::2])


@pytest.mark.posix
def test_what_is_no_file_is_told_and_never_blocks(shared: ScanClient, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    reasons = {
        "fifo": "reason.not-regular",
        "socket": "reason.not-regular",
        "loop": "reason.link",
        "": "reason.not-regular",
        "no\0name": "reason.name",
        "x" * 5000: "reason.name",
    }
    for name, reason in reasons.items():
        scanned = shared.scan(f"{tmp_path}/{name}")
        assert (scanned.outcome, scanned.reason) == (FileOutcome.UNREADABLE, reason), name
    assert shared.scan("/dev/zero").reason == "reason.not-regular"


def test_a_vanished_file_is_gone(shared: ScanClient, tmp_path: Path) -> None:
    scanned = shared.scan(str(tmp_path / "never"))
    assert (scanned.outcome, scanned.reason) == (FileOutcome.GONE, "reason.gone")


@pytest.mark.posix
def test_a_name_of_any_bytes_is_read(shared: ScanClient, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n\xff.txt")
    assert shared.scan(write(tmp_path, name, f"card {hostile.CARD}")).hits == (CARD,)


def test_row_419_a_child_reads_on_from_where_it_is_told(shared: ScanClient, tmp_path: Path) -> None:
    """What stands before is known by then, and is not told again."""
    filler = "nothing is said in this line, whoever reads it\n" * 4000
    first = f"card 5555 3412 4444 1115\n{filler}"
    path = write(tmp_path, "a.log", f"{first}card {hostile.CARD}\n")
    assert [hit.count for hit in shared.scan(path).hits] == [2]
    scanned = shared.scan(path, start=len(first) // 47 // 2 * 47)
    assert (scanned.outcome, scanned.hits, scanned.reason) == (FileOutcome.READ, (CARD,), "")


def test_row_418_a_sparse_file_of_ten_gigabytes_is_read_to_its_end(
    shared: ScanClient, tmp_path: Path
) -> None:
    """What was never written takes no time where the system tells of holes."""
    path = write(tmp_path, "big", f"card {hostile.CARD}\n")
    os.truncate(path, 10 << 30)
    scanned = shared.scan(path)
    assert (scanned.outcome, scanned.hits) == (FileOutcome.READ, (CARD,))
    assert scanned.reason == ("reason.unfinished" if scanned.left else "")
    assert sys.platform != "linux" or not scanned.left


def gone(pid: int) -> bool:
    """Tell whether a process has ended, if only as a zombie that nobody has asked for."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_no_other_process_stays_beside_the_child(client: ScanClient, tmp_path: Path) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    client.scan(write(tmp_path, "a.txt", "x"))
    after = {child.pid for child in psutil.Process().children(recursive=True)}
    assert after - before == {client.child_pid}


@pytest.mark.posix
def test_the_child_has_nothing_of_its_parents(
    client: ScanClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "secret")
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    client.scan(write(tmp_path, "a.txt", "x"))
    child = psutil.Process(client.child_pid)
    assert "CRM_PASSWORD" not in child.environ()
    assert os.getpgid(child.pid) == child.pid, "Ctrl-C is for the parent"
    held = {file.name: str(file.readlink()) for file in Path(f"/proc/{child.pid}/fd").iterdir()}
    assert set(held) == {"0", "1", "2"}
    assert (held["1"], held["2"]) == (os.devnull, os.devnull)
    os.close(read_end)
    os.close(write_end)


def test_the_environment_that_is_passed_on_is_short() -> None:
    given = {"PATH": "/bin", "LC_ALL": "C", "LD_PRELOAD": "x.so", "PYTHONPATH": "x", "TOKEN": "x"}
    assert worker_spawn.environment(given) == {"PATH": "/bin", "LC_ALL": "C"}


@pytest.mark.posix
def test_a_parser_leaves_nothing_on_the_disk(client: ScanClient, tmp_path: Path) -> None:
    left = tmp_path / "left.txt"
    assert client.scan(write(tmp_path, "a", f"WRITE{left}")).outcome is FileOutcome.UNREADABLE
    assert not left.exists() or left.stat().st_size == 0
    assert client.scan(write(tmp_path, "b", f"card {hostile.CARD}")).hits == (CARD,)


def test_what_a_parser_prints_is_not_seen(
    shared: ScanClient, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert shared.scan(write(tmp_path, "a", "TELL")).hits == (CARD,)
    assert capfd.readouterr() == ("", "")


ORPHAN = """
import os, sys
from agentguard.platforms.simulated import FakeClock
from agentguard.detect.sandbox.client import Limits, ScanClient
from tests.unit.detect.files import hostile
client = ScanClient(Limits(seconds=0.5), FakeClock(), hostile.extractors)
client.scan(sys.argv[1])
print(client.child_pid, flush=True)
client.scan(sys.argv[2])
"""


@pytest.mark.posix
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_a_child_without_a_parent_ends_by_itself_and_says_nothing(
    tmp_path: Path, name: str
) -> None:
    """The timer of the system ends it even in the middle of a parser without end."""
    number = signal.Signals[name]
    calm, loop = write(tmp_path, "a", "x"), write(tmp_path, "b", "DAWDLE")
    source = ORPHAN.replace("seconds=0.5", "seconds=2.0")
    command = [sys.executable, "-c", source, calm, loop]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(number)
        assert parent.wait(10) == -number
        wait_until(lambda: gone(pid), seconds=60.0)  # its patience alone is 12 s of the clock
        assert parent.stderr is not None
        assert parent.stderr.read() == ""


@pytest.mark.posix
def test_the_timer_ends_a_hanging_child_whose_parent_was_killed(tmp_path: Path) -> None:
    calm, loop = write(tmp_path, "a", "x"), write(tmp_path, "b", "LOOP")
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN.replace("seconds=0.5", "seconds=1.0"), calm, loop],
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        reading = psutil.Process(pid)
        wait_until(lambda: reading.status() == psutil.STATUS_SLEEPING)
        parent.kill()
    wait_until(lambda: gone(pid))


def test_a_parent_watches_the_memory_where_the_system_does_not_bound_it(tmp_path: Path) -> None:
    limits = Limits(seconds=20, memory_mib=4096)  # the child's own bound is far away
    errand = ipc_messages.Errand(
        limits=limits, extractors="tests.unit.detect.files.hostile:extractors"
    )
    watching = Offspring(errand, watched=True)
    try:
        assert (
            watching.answer(ipc_messages.ask("file", write(tmp_path, "b", "x"))).outcome
            is FileOutcome.READ
        )
        watching._errand = replace(errand, limits=replace(limits, memory_mib=64))
        with pytest.raises(ScanError) as refused:
            watching.answer(ipc_messages.ask("file", write(tmp_path, "a", "SWELL")))
        assert refused.value.reason == "reason.memory"
    finally:
        watching.end()


def test_aborting_ends_a_scan_under_way_at_once(clock: FakeClock, tmp_path: Path) -> None:
    client = ScanClient(Limits(seconds=600), clock, hostile.extractors)
    client.scan(write(tmp_path, "warm.txt", "x"))
    told: list[Scanned] = []
    path = write(tmp_path, "a", "LOOP")
    reading = threading.Thread(target=lambda: told.append(client.scan(path)))
    reading.start()
    client.abort()
    reading.join(60)
    assert not reading.is_alive()
    told.append(client.scan(write(tmp_path, "b", "x")))
    assert [(one.outcome, one.reason) for one in told] == [
        (FileOutcome.UNREADABLE, "reason.stopped")
    ] * 2, "which is no fault of the files"
    assert client.child_pid is None
    assert translations.load().has("reason.stopped")


OWN = OwnKind(kind="CASE_NO", name="Case", pattern="CASE-[0-9]{6}", finds=("CASE-123456",))


def test_a_sites_own_kinds_reach_the_child(client: ScanClient, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", f"CASE-123456 card {hostile.CARD}")
    assert client.scan(path).hits == (CARD,)
    first = client.child_pid
    client.use(Detection(recognisers=(OWN,), off=("PAN",)), 64)
    assert client.child_pid is None
    assert client.scan(path).hits == (Hit(kind="CASE_NO", count=1, masked=("...456",)),)
    second = client.child_pid
    client.use(Detection(recognisers=(OWN,), off=("PAN",)), 64)
    assert client.child_pid == second, "the same again costs no child"
    assert first != second


def test_an_errand_survives_the_way_to_the_child() -> None:
    detection = Detection(
        recognisers=(OWN, replace(OWN, kind="B_1", labels=("a",))), off=("PAN",), ocr=True
    )
    errand = ipc_messages.Errand(limits=Limits(depth=3), extractors="a:b", detection=detection)
    assert ipc_messages.sent(ipc_messages.send(errand)) == errand


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"1",
        b"[]",
        b'["read"]',
        b'["lost","",[],0]',
        b'["read","",[],"one",0,0]',
        b'["read","",[],0,"one",0]',
        b'["read","",[],0]',
        b'["read","",[],0,0,0,[],[],[{"kind":1}]]',
    ],
)
def test_what_is_no_answer_is_a_crash(said: bytes) -> None:
    with pytest.raises(ScanError) as refused:
        ipc_messages.told(said)
    assert refused.value.reason == "reason.crashed"


def test_why_is_told_of_a_file(client: ScanClient, tmp_path: Path) -> None:
    told = client.explain(write(tmp_path, "a.txt", f"x\ncard {hostile.CARD}\n4539148803436468\n"))
    assert (told.outcome, told.hits, told.reason) == (FileOutcome.READ, (CARD,), "")
    assert [(layer.depth, layer.format) for layer in told.layers] == [(0, "text")]
    good = [trace for trace in told.traces if trace.counted]
    assert {(trace.kind, trace.line, trace.context) for trace in good} == {("PAN", 2, "card")}
    assert ("PAN", 3, "luhn") in {(t.kind, t.line, t.why) for t in told.traces if not t.counted}
    assert hostile.CARD.replace(" ", "")[:12] not in repr(told)


def test_why_is_told_of_parts_and_of_what_was_not_read(client: ScanClient, tmp_path: Path) -> None:
    inner = hostile.zipped({"c.txt": f"card {hostile.CARD}".encode()})
    path = write(tmp_path, "a.zip", hostile.zipped({"b.zip": inner, "d.zip": inner[:60]}))
    told = client.explain(path)
    layers = [(layer.depth, layer.format) for layer in told.layers]
    assert layers[:2] == [(0, "zip"), (1, "zip")]
    assert (2, "text") in layers
    assert told.hits == (CARD,)
    sealed = hostile.marked_encrypted(hostile.zipped({"a": b"x"}))
    told = client.explain(write(tmp_path, "sealed.zip", sealed))
    assert (told.outcome, told.layers, told.traces) == (FileOutcome.SEALED, (), ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [("LOOP", "reason.timeout"), ("DIE", "reason.crashed"), ("EAT", "reason.memory")],
)
def test_asking_why_is_as_safe_as_reading(
    client: ScanClient, tmp_path: Path, content: str, reason: str
) -> None:
    path = write(tmp_path, "a", content)
    assert client.explain(path).reason == reason
    assert client.explain(path).reason == reason
    assert client.scan(path).reason == reason
    assert client.explain(path).reason == "reason.set-aside"
