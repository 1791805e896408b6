"""The memory of files on the disk: kept over restarts, forgotten in time, and lost without harm."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.file_memory import Kept, Looked
from agentguard.store import file_memory
from agentguard.store.file_memory import BATCH, DAY, FILE, STALE, SeenDatabase

CLEAN = Looked(outcome=FileOutcome.READ)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
LOOKED = st.builds(
    Looked,
    outcome=st.sampled_from(FileOutcome),
    reason=st.sampled_from(["", "reason.partial", "reason.corrupt"]),
    hits=st.lists(
        st.builds(Hit, kind=st.sampled_from(["PAN", "IBAN", "EMAIL"]), count=st.integers(1, 1000)),
        max_size=3,
        unique_by=lambda hit: hit.kind,
    ).map(tuple),
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def opened(tmp_path: Path, clock: FakeClock) -> Iterator[Callable[[], SeenDatabase]]:
    """Give a starter: each is a restart on the same folder, with what was written so far."""
    every: list[SeenDatabase] = []

    def begin() -> SeenDatabase:
        for one in every:
            one.close()
        every.append(SeenDatabase(tmp_path, clock))
        assert every[-1].secret  # as whoever names a file asks for it first
        return every[-1]

    yield begin
    for one in every:
        one.close()


Open = Callable[[], SeenDatabase]


def kept(state: int = 7, looked: Looked = CLEAN, day: int = 0) -> Kept:
    return Kept(state=state, day=day, looked=looked)


def test_what_was_kept_is_there_after_a_restart_with_the_same_secret(opened: Open) -> None:
    first = opened()
    secret = first.secret
    found = Looked(outcome=FileOutcome.READ, hits=(Hit(kind="PAN", count=3),))
    first.remember(1, kept(11))
    first.remember(-5, kept(-12, found, day=4))
    again = opened()
    assert again.secret == secret
    assert again.last(1) == kept(11)
    assert again.last(-5) == kept(-12, found, day=4)
    assert again.last(2) is None


@given(name=NUMBERS, state=NUMBERS, day=st.integers(0, 100_000), looked=LOOKED)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_reading_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, name: int, state: int, day: int, looked: Looked
) -> None:
    folder, reading = tmp_path_factory.mktemp("kept"), kept(state, looked, day)
    one = SeenDatabase(folder, FakeClock())
    assert one.secret
    one.remember(name, reading)
    one.close()
    other = SeenDatabase(folder, FakeClock())
    assert other.last(name) == reading
    other.close()


def test_masks_and_paths_are_never_written(opened: Open, tmp_path: Path) -> None:
    memory = opened()
    found = Looked(outcome=FileOutcome.READ, hits=(Hit(kind="PAN", count=1, masked=("...4242",)),))
    memory.remember(1, kept(looked=found))
    memory.add("/home/ada/secret-name.txt", 10, 20)
    memory.close()
    written = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"PAN" in written
    assert b"4242" not in written
    assert b"secret-name" not in written


@pytest.mark.posix
def test_the_file_is_for_its_owner_alone(opened: Open, tmp_path: Path) -> None:
    memory = opened()
    memory.remember(1, kept())
    memory.save()
    assert {p.stat().st_mode & 0o077 for p in tmp_path.iterdir()} == {0}


def test_two_files_have_two_secrets(tmp_path: Path, clock: FakeClock) -> None:
    secrets = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        one = SeenDatabase(tmp_path / name, clock)
        secrets.add(one.secret)
        one.close()
    assert len(secrets) == 2


def test_a_batch_is_written_when_it_is_large_or_old(
    opened: Open, tmp_path: Path, clock: FakeClock
) -> None:
    memory = opened()
    for name in range(BATCH - 1):
        memory.remember(name, kept())
    assert rows(tmp_path) == 0
    memory.remember(BATCH, kept())
    assert rows(tmp_path) == BATCH
    memory.remember(BATCH + 1, kept())
    clock.advance(file_memory.SECONDS)
    memory.remember(BATCH + 2, kept())
    assert rows(tmp_path) == BATCH + 2


def rows(folder: Path) -> int:
    connection = apsw.Connection(str(folder / FILE), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return int(connection.execute("SELECT count(*) FROM seen").fetchall()[0][0])
    finally:
        connection.close()


def test_a_later_reading_replaces_the_one_before(opened: Open) -> None:
    memory = opened()
    memory.remember(1, kept(1))
    memory.save()
    memory.remember(1, kept(2))
    assert memory.last(1) == kept(2)
    assert opened().last(1) == kept(2)


def test_what_is_forgotten_is_gone_from_memory_and_disk(opened: Open) -> None:
    memory = opened()
    for name in (1, 2):
        memory.remember(name, kept())
        if name == 1:
            memory.save()
        memory.forget(name)
    assert memory.last(1) is None
    assert memory.last(2) is None


def sweep(memory: SeenDatabase, *names: int) -> None:
    memory.sweep_begins()
    for name in names:
        memory.last(name)
    memory.sweep_ended()


def test_what_whole_sweeps_do_not_meet_is_forgotten_after_days(
    opened: Open, clock: FakeClock
) -> None:
    memory = opened()
    for name in (1, 2):
        memory.remember(name, kept())
    for _ in range(STALE + 2):
        clock.advance(DAY)
        sweep(memory, 1)
    assert memory.last(1) == kept()
    assert memory.last(2) is None


def test_an_ended_sweep_forgets_nothing_that_another_met_lately(
    opened: Open, clock: FakeClock
) -> None:
    memory = opened()
    memory.remember(1, kept())
    sweep(memory)
    clock.advance(DAY)
    sweep(memory)
    assert memory.last(1) == kept()


def test_a_sweep_that_was_given_up_forgets_nothing(opened: Open, clock: FakeClock) -> None:
    memory = opened()
    memory.remember(1, kept())
    clock.advance(30 * DAY)
    memory.sweep_begins()
    memory = opened()
    assert memory.last(1) == kept()


@pytest.mark.parametrize("jump", [400 * DAY, -400 * DAY])
def test_a_clock_that_jumps_loses_nothing_that_is_met(
    opened: Open, clock: FakeClock, jump: float
) -> None:
    memory = opened()
    memory.remember(1, kept())
    sweep(memory, 1)
    clock.jump_wall(jump)
    sweep(memory, 1)
    clock.advance(DAY)
    sweep(memory, 1)
    assert memory.last(1) == kept()


def test_unchanged_files_are_not_written_again_every_day(
    opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    memory = opened()
    for name in range(100):
        memory.remember(name, kept())
    memory.save()
    before = (tmp_path / f"{FILE}-wal").stat().st_size
    clock.advance(DAY)
    memory.sweep_begins()
    for name in range(100):
        memory.last(name)
    memory.save()
    assert (tmp_path / f"{FILE}-wal").stat().st_size == before


def test_a_full_memory_takes_no_more_but_renews_what_it_has(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = opened()
    monkeypatch.setattr(file_memory, "LIMIT", 2)
    for name in (1, 2):
        memory.remember(name, kept())
    memory.sweep_begins()
    memory.remember(3, kept())
    memory.remember(1, kept(99))
    assert memory.last(3) is None
    assert memory.last(1) == kept(99)


# --- loss --------------------------------------------------------------------


def run(path: Path, sql: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


HARM: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_bytes(b"this is no database\n" * 1000),
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "newer": lambda path: run(path, "PRAGMA user_version=99"),
    "other": lambda path: run(path, "DROP TABLE seen; DROP TABLE secret"),
    "no-secret": lambda path: run(path, "DELETE FROM secret"),
}


@pytest.mark.parametrize("how", HARM)
def test_a_lost_or_damaged_file_costs_only_what_it_held(
    opened: Open, tmp_path: Path, how: str
) -> None:
    memory = opened()
    for name in range(500):
        memory.remember(name, kept())
    memory.close()
    HARM[how](tmp_path / FILE)
    memory = opened()
    for name in range(500):
        memory.last(name)
        memory.remember(name, kept(name))
    again = opened()
    assert all(again.last(name) == kept(name) for name in range(500))


@given(seed=st.integers(0, 10_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_flipped_bits_never_raise(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder, chance = tmp_path_factory.mktemp("bits"), random.Random(seed)
    memory = SeenDatabase(folder, FakeClock())
    found = Looked(outcome=FileOutcome.READ, hits=(Hit(kind="PAN", count=3),))
    for name in range(200):
        memory.remember(name, kept(looked=found))
    assert memory.secret
    memory.close()
    data = bytearray((folder / FILE).read_bytes())
    for _ in range(chance.randrange(1, 60)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    (folder / FILE).write_bytes(data)
    memory = SeenDatabase(folder, FakeClock())
    sweep(memory, *range(200))
    memory.remember(1, kept(5))
    memory.add("/a", 1, 1)
    memory.count("/a", 1, 1, DAY)
    memory.close()


def test_damage_while_it_is_open_is_passed_over(opened: Open, tmp_path: Path) -> None:
    memory = opened()
    for name in range(5000):
        memory.remember(name * 10_000_019, kept())
    memory.close()
    memory = opened()
    memory.last(1)
    with (tmp_path / FILE).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * ((tmp_path / FILE).stat().st_size - 4096))
    for name in range(5000):
        memory.last(name * 10_000_019)
    memory = opened()
    memory.remember(1, kept())
    assert opened().last(1) == kept()


def test_a_folder_that_cannot_be_written_means_doing_without(
    tmp_path: Path, clock: FakeClock
) -> None:
    (tmp_path / FILE).mkdir()
    memory = SeenDatabase(tmp_path, clock)
    secret = memory.secret
    memory.sweep_begins()
    memory.remember(1, kept())
    assert memory.last(1) == kept()
    memory.save()
    assert memory.last(1) is None
    memory.sweep_ended()
    assert memory.secret == secret
    (tmp_path / FILE).rmdir()
    clock.advance(61)
    memory.remember(1, kept())
    memory.save()
    assert memory.last(1) == kept()
    memory.close()


def test_two_processes_may_share_the_file(tmp_path: Path, clock: FakeClock) -> None:
    """As `agentguard check` does beside the agent."""
    one, other = SeenDatabase(tmp_path, clock), SeenDatabase(tmp_path, clock)
    assert one.secret == other.secret
    one.remember(1, kept(1))
    one.save()
    other.remember(2, kept(2))
    other.save()
    assert other.last(1) == kept(1)
    assert one.last(2) == kept(2)
    one.close()
    other.close()


def test_many_threads_may_use_it(opened: Open) -> None:
    memory = opened()

    def work(first: int) -> None:
        for name in range(first, first + 500):
            memory.remember(name, kept(name))
            memory.add(f"/{first}", 1, 1)
            assert memory.last(name) == kept(name)

    threads = [threading.Thread(target=work, args=(n * 1000,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert memory.count("/0", 1, 1, DAY) == 500
    again = opened()
    assert all(again.last(n * 1000 + m) for n in range(4) for m in range(500))


WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from agentguard.model.outcomes import FileOutcome
    from agentguard.platforms import system_clock
    from agentguard.ports.file_memory import Kept, Looked
    from agentguard.store.file_memory import SeenDatabase

    memory = SeenDatabase(Path(sys.argv[1]), system_clock())
    clean = Looked(outcome=FileOutcome.READ)
    name = int(sys.argv[2])
    while True:
        memory.remember(name, Kept(state=name, day=1, looked=clean))
        name += 1
        if name % 2000 == 0:
            print(name, flush=True)
    """
)


def test_killed_at_any_moment_it_keeps_whole_batches(tmp_path: Path, clock: FakeClock) -> None:
    first = 0
    for kill in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(first)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(file_memory.__file__).parents[2],
        )
        assert writer.stdout is not None
        for _ in range(kill + 2):
            first = int(writer.stdout.readline())
        os.kill(writer.pid, 9)
        writer.wait(10)
        writer.stdout.close()
        memory = SeenDatabase(tmp_path, clock)
        written = first - BATCH
        assert all(memory.last(n) == kept(n, day=1) for n in range(0, written, 97))
        memory.close()
        first = written


# --- strikes -----------------------------------------------------------------

FILE_NOW = ("/home/ada/bad.pdf", 10, 20)


def test_strikes_outlive_a_restart(opened: Open) -> None:
    opened().add(*FILE_NOW)
    opened().add(*FILE_NOW)
    assert opened().count(*FILE_NOW, DAY) == 2


def test_a_changed_file_has_no_strikes(opened: Open) -> None:
    memory = opened()
    memory.add(*FILE_NOW)
    path, size, changed = FILE_NOW
    assert memory.count(path, size + 1, changed, DAY) == 0
    assert memory.count(path, size, changed + 1, DAY) == 0
    assert memory.count(path + "x", size, changed, DAY) == 0


def test_strikes_are_forgotten_after_their_time(opened: Open, clock: FakeClock) -> None:
    memory = opened()
    for _ in range(3):
        memory.add(*FILE_NOW)
    clock.advance(DAY - 1)
    assert memory.count(*FILE_NOW, DAY) == 3
    clock.advance(1)
    assert memory.count(*FILE_NOW, DAY) == 0
    memory.add(*FILE_NOW)
    assert memory.count(*FILE_NOW, DAY) == 1


def test_a_clock_that_was_set_back_gives_another_try(opened: Open, clock: FakeClock) -> None:
    memory = opened()
    memory.add(*FILE_NOW)
    clock.jump_wall(-2 * DAY)
    assert memory.count(*FILE_NOW, DAY) == 0


@pytest.mark.posix
def test_names_in_any_bytes_may_strike(opened: Open) -> None:
    path = os.fsdecode(b"/caf\xe9\xff")
    memory = opened()
    memory.add(path, 1, 1)
    assert memory.count(path, 1, 1, DAY) == 1
