"""Removal with proof: the file that was judged goes, any other stays."""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from agentguard.base.aside_names import ASIDE
from agentguard.base.errors import CannotError
from agentguard.model.events import Event
from agentguard.model.facts import RetentionSeen
from agentguard.model.lived_time import DAY
from agentguard.model.retention_rules import RetentionRule
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.sensors.retention import RetentionSensor
from agentguard.vault import removal
from agentguard.vault.removal import remove
from tests.unit.killing import killed_at, passed_over

PLAIN = parse(b"policy: p\nversion: 1\n", "p", shapes())
TEXT = b"yesterday's export"


@pytest.fixture
def rule(tmp_path: Path) -> RetentionRule:
    (tmp_path / "exports").mkdir()
    return RetentionRule(folder=str(tmp_path / "exports"), days=30)


def aged(path: Path, clock: FakeClock, days: float, content: bytes = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = clock.now().wall - days * DAY
    os.utime(path, (then, then))
    return path


def here(rule: RetentionRule, name: str) -> Path:
    return Path(rule.folder) / name


def left(rule: RetentionRule) -> list[str]:
    return sorted(p.name for p in Path(rule.folder).rglob("*"))


def test_an_old_file_goes_and_its_proof_stays(rule: RetentionRule, clock: FakeClock) -> None:
    path = aged(here(rule, "a/b/old.csv"), clock, 31)
    removed = remove(str(path), rule, lambda then: clock.now().wall - then)
    assert removed.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert (removed.path, removed.size) == (str(path), len(TEXT))
    assert left(rule) == ["a", "b"]


def test_a_young_file_stays(rule: RetentionRule, clock: FakeClock) -> None:
    path = aged(here(rule, "young.csv"), clock, 29.9)
    with pytest.raises(CannotError, match="not past its age"):
        remove(str(path), rule, lambda then: clock.now().wall - then)
    assert path.read_bytes() == TEXT


def test_a_file_that_was_touched_since_it_was_seen_stays(
    rule: RetentionRule, clock: FakeClock
) -> None:
    path = aged(here(rule, "old.csv"), clock, 31)
    os.utime(path, (clock.now().wall, clock.now().wall))
    with pytest.raises(CannotError):
        remove(str(path), rule, lambda then: clock.now().wall - then)
    assert path.exists()


@pytest.mark.parametrize("name", ["../secret.txt", "a/../../secret.txt", "."])
def test_a_way_out_of_the_folder_is_refused(
    rule: RetentionRule, clock: FakeClock, tmp_path: Path, name: str
) -> None:
    secret = aged(tmp_path / "secret.txt", clock, 99)
    with pytest.raises(CannotError):
        remove(f"{rule.folder}/{name}", rule, lambda then: clock.now().wall - then)
    assert secret.exists()


def test_a_file_elsewhere_is_refused(rule: RetentionRule, clock: FakeClock, tmp_path: Path) -> None:
    elsewhere = aged(tmp_path / "exports-of-others" / "old.csv", clock, 99)
    with pytest.raises(CannotError, match="not in the folder"):
        remove(str(elsewhere), rule, lambda then: clock.now().wall - then)
    assert elsewhere.exists()


def test_a_name_that_the_rule_is_not_about_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    rule = RetentionRule(folder=str(tmp_path), days=30, pattern="*.csv")
    path = aged(tmp_path / "old.doc", clock, 99)
    with pytest.raises(CannotError, match="not one that the rule is about"):
        remove(str(path), rule, lambda then: clock.now().wall - then)
    assert path.exists()


@pytest.mark.posix
def test_a_link_is_refused_and_its_target_stays(
    rule: RetentionRule, clock: FakeClock, tmp_path: Path
) -> None:
    target = aged(tmp_path / "target.csv", clock, 99)
    here(rule, "link.csv").symlink_to(target)
    with pytest.raises(CannotError):
        remove(str(here(rule, "link.csv")), rule, lambda then: clock.now().wall - then)
    assert target.exists()
    assert here(rule, "link.csv").is_symlink()


@pytest.mark.posix
def test_a_folder_on_the_way_that_is_a_link_is_refused(
    rule: RetentionRule, clock: FakeClock, tmp_path: Path
) -> None:
    target = aged(tmp_path / "elsewhere" / "old.csv", clock, 99)
    here(rule, "sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotError):
        remove(str(here(rule, "sub/old.csv")), rule, lambda then: clock.now().wall - then)
    assert target.exists()


@pytest.mark.posix
def test_the_rules_own_folder_may_be_a_link(tmp_path: Path, clock: FakeClock) -> None:
    path = aged(tmp_path / "real" / "old.csv", clock, 99)
    (tmp_path / "Documents").symlink_to(tmp_path / "real")
    rule = RetentionRule(folder=str(tmp_path / "Documents"), days=30)
    remove(str(path), rule, lambda then: clock.now().wall - then)
    assert not path.exists()


def test_a_second_name_is_refused_for_the_data_would_stay(
    rule: RetentionRule, clock: FakeClock, tmp_path: Path
) -> None:
    path = aged(here(rule, "old.csv"), clock, 99)
    os.link(path, tmp_path / "copy.csv")
    with pytest.raises(CannotError, match="second name"):
        remove(str(path), rule, lambda then: clock.now().wall - then)
    assert path.exists()


@pytest.mark.posix
def test_a_pipe_neither_hangs_nor_goes(rule: RetentionRule, clock: FakeClock) -> None:
    os.mkfifo(here(rule, "pipe"))
    with pytest.raises(CannotError, match="not a regular file"):
        remove(str(here(rule, "pipe")), rule, lambda then: clock.now().wall - then)
    assert left(rule) == ["pipe"]


def test_a_folder_is_refused(rule: RetentionRule, clock: FakeClock) -> None:
    here(rule, "sub").mkdir()
    with pytest.raises(CannotError):
        remove(str(here(rule, "sub")), rule, lambda then: clock.now().wall - then)
    assert left(rule) == ["sub"]


def test_a_file_that_is_gone_is_said_so(rule: RetentionRule, clock: FakeClock) -> None:
    with pytest.raises(CannotError, match="could not be removed"):
        remove(str(here(rule, "gone.csv")), rule, lambda then: clock.now().wall - then)


class Interrupting:
    """An age that does something when it is asked for, in the midst of a removal."""

    def __init__(self, clock: FakeClock, deed: Callable[[], object]) -> None:
        self._clock = clock
        self._deed = deed

    def __call__(self, then: float) -> float:
        self._deed()
        return self._clock.now().wall - then


@pytest.mark.posix  # on Windows a file that is held open cannot be replaced
def test_a_file_that_is_swapped_after_it_was_judged_stays(
    rule: RetentionRule, clock: FakeClock
) -> None:
    path = aged(here(rule, "old.csv"), clock, 99)

    def swap() -> None:
        path.unlink()
        path.write_bytes(b"new and precious")

    with pytest.raises(CannotError, match="taken its place"):
        remove(str(path), rule, Interrupting(clock, swap))
    assert path.read_bytes() == b"new and precious"
    assert left(rule) == ["old.csv"]


@pytest.mark.posix
def test_a_link_that_is_swapped_in_stays_with_its_target(
    rule: RetentionRule, clock: FakeClock, tmp_path: Path
) -> None:
    path = aged(here(rule, "old.csv"), clock, 99)
    target = aged(tmp_path / "target.csv", clock, 99)

    def swap() -> None:
        path.unlink()
        path.symlink_to(target)

    with pytest.raises(CannotError, match="taken its place"):
        remove(str(path), rule, Interrupting(clock, swap))
    assert path.is_symlink()
    assert target.read_bytes() == TEXT


def test_a_file_that_is_written_while_it_is_hashed_stays(
    rule: RetentionRule, clock: FakeClock
) -> None:
    path = aged(here(rule, "old.csv"), clock, 99)

    def write() -> None:
        with path.open("ab") as file:
            file.write(b"!")

    with pytest.raises(CannotError):
        remove(str(path), rule, Interrupting(clock, write))
    assert path.read_bytes() == TEXT + b"!"


@pytest.mark.posix  # on Windows a file that is held open cannot be replaced
def test_no_stranger_ever_goes_in_a_race(rule: RetentionRule, clock: FakeClock) -> None:
    """One thread puts new files over the name all the time; none of those may ever be lost."""
    path = here(rule, "old.csv")
    stop = threading.Event()
    written: list[bytes] = []

    def strangers() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            content = b"precious %d" % number
            new = here(rule, "incoming")
            new.write_bytes(content)
            new.rename(path)
            written.append(content)

    aged(path, clock, 99)
    thread = threading.Thread(target=strangers)
    thread.start()
    try:
        for _ in range(300):
            try:
                removed = remove(str(path), rule, lambda then: clock.now().wall - then)
            except CannotError:
                continue
            assert removed.sha256 == hashlib.sha256(TEXT).hexdigest()
    finally:
        stop.set()
        thread.join(10)
    kept = {p.read_bytes() for p in Path(rule.folder).iterdir()}
    assert written[-1] in kept


def test_a_wall_clock_set_back_saves_the_file(rule: RetentionRule, clock: FakeClock) -> None:
    path = aged(here(rule, "old.csv"), clock, 31)
    clock.jump_wall(-2 * DAY)
    with pytest.raises(CannotError):
        remove(str(path), rule, lambda then: clock.now().wall - then)
    assert path.exists()


def test_the_hash_is_of_all_of_a_large_file(
    rule: RetentionRule, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "BLOCK", 1000)
    content = bytes(range(256)) * 40
    path = aged(here(rule, "large.bin"), clock, 99, content)
    assert (
        remove(str(path), rule, lambda then: clock.now().wall - then).sha256
        == hashlib.sha256(content).hexdigest()
    )


def test_a_look_removes_nothing_and_judges_as_a_removal(
    rule: RetentionRule, clock: FakeClock
) -> None:
    old, young = aged(here(rule, "old.csv"), clock, 31), aged(here(rule, "new.csv"), clock, 1)
    removal.look(str(old), rule, lambda then: clock.now().wall - then)
    with pytest.raises(CannotError, match="not past its age"):
        removal.look(str(young), rule, lambda then: clock.now().wall - then)
    assert left(rule) == ["new.csv", "old.csv"]


@pytest.mark.posix  # Windows sets nothing aside, and a forked child is killed at each call
@pytest.mark.parametrize("name", ["old.csv", "with\nline.csv", "x" * 251 + ".csv"])
def test_a_kill_at_any_call_leaves_the_file_or_what_the_next_removal_ends(
    quick_path: Path, clock: FakeClock, name: str
) -> None:
    (quick_path / "exports").mkdir()
    rule = RetentionRule(folder=str(quick_path / "exports"), days=30, pattern="*.csv")
    wall, cut = clock.now().wall, False
    whole = partial(remove, str(aged(here(rule, name), clock, 31)), rule, lambda then: wall - then)
    assert passed_over(whole, quick_path) == []
    for calls in itertools.count():
        path = aged(here(rule, name), clock, 31)
        if not killed_at(calls, partial(remove, str(path), rule, lambda then: wall - then)):
            break
        for each in left(rule):
            cut = cut or each != name
            if len(name) > 200 and each != name:  # there is no room for its own name
                here(rule, each).unlink()
                continue
            assert here(rule, each).read_bytes() == TEXT
            remove(str(here(rule, each)), rule, lambda then: wall - then)
        assert left(rule) == []
    assert cut, "it was never killed in between"


@pytest.mark.posix
def test_a_file_that_was_left_aside_is_found_by_the_name_it_had(
    tmp_path: Path, clock: FakeClock
) -> None:
    (tmp_path / "exports").mkdir()
    rule = RetentionRule(folder=str(tmp_path / "exports"), days=30, pattern="*.csv")
    aside = aged(here(rule, f"{ASIDE}{'0a' * 8}-old.csv"), clock, 31)
    aged(here(rule, f"{ASIDE}{'0a' * 8}-old.txt"), clock, 31)
    policy = replace(PLAIN, retention=(rule,))
    told: list[Event] = []
    RetentionSensor(lambda: policy, clock).look(told.append, threading.Event())
    (seen,) = told
    assert isinstance(seen, RetentionSeen)
    assert [old.path for old in seen.old] == [str(aside)]
