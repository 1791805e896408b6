"""A secret lies in the best place that is open, and is whole in one place after any kill."""

from __future__ import annotations

import itertools
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from agentguard.base.errors import SecretError
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.ports.secrets import SecretPlace, Slot
from agentguard.trust.secret_store import FILE, Kept, Safe

SECRET, OTHER = b"s" * 32, b"o" * 32


class Killed(BaseException):
    """The process ends here, and nothing behind it happens."""


@pytest.fixture
def place() -> SimulatedPlace:
    return SimulatedPlace()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "device.key"


def whole(secret: bytes) -> bool:
    return len(secret) == len(SECRET)


def safe(file: Path, *places: SecretPlace) -> Safe:
    return Safe(file, places, whole=whole)


def test_nothing_was_ever_made(file: Path, place: SimulatedPlace) -> None:
    assert safe(file, place).load() is None
    assert safe(file, place).where() == ""
    assert place.asked == 0, "nobody is asked for what was never made"


def test_a_new_secret_never_lies_in_a_file_where_there_is_a_better_place(
    file: Path, place: SimulatedPlace
) -> None:
    assert safe(file, place).save(SECRET).place == "simulated"
    assert safe(file, place).load() == Kept(secret=SECRET, place="simulated")
    assert safe(file, place).where() == "simulated"
    assert not any(SECRET in found.read_bytes() for found in file.parent.iterdir())


def test_a_secret_that_lay_in_a_file_moves_to_the_better_place(
    file: Path, place: SimulatedPlace
) -> None:
    """So it is after an upgrade from the version that knew files alone."""
    file.write_bytes(SECRET)
    assert safe(file, place).where() == FILE
    assert safe(file, place).load() == Kept(secret=SECRET, place="simulated")
    assert not file.exists()
    assert safe(file, place).load() == Kept(secret=SECRET, place="simulated")
    assert list(place.kept.values()) == [SECRET]


@pytest.mark.parametrize("closed", ["locked", "silent", "absent", "denied"])
def test_while_the_better_place_is_closed_the_file_stays(
    closed: str, file: Path, place: SimulatedPlace
) -> None:
    file.write_bytes(SECRET)
    place.closed = closed
    assert safe(file, place).load() == Kept(secret=SECRET, place=FILE)
    assert file.read_bytes() == SECRET
    assert safe(file.with_name("new"), place).save(OTHER).place == FILE
    if os.name == "posix":
        assert stat.S_IMODE(file.with_name("new").stat().st_mode) == 0o600
    place.closed = ""
    assert safe(file, place).load() == Kept(secret=SECRET, place="simulated")


def test_a_place_that_does_not_give_back_what_it_took_gets_nothing(
    file: Path, place: SimulatedPlace
) -> None:
    file.write_bytes(SECRET)
    place.forgetful = True
    assert safe(file, place).load() == Kept(secret=SECRET, place=FILE)
    assert file.read_bytes() == SECRET
    assert safe(file.with_name("new"), place).save(OTHER).place == FILE


@pytest.mark.parametrize("closed", ["locked", "silent", "absent"])
def test_a_closed_place_is_no_reason_to_have_no_secret(
    closed: str, file: Path, place: SimulatedPlace
) -> None:
    safe(file, place).save(SECRET)
    place.closed = closed
    with pytest.raises(SecretError) as refused:
        safe(file, place).load()
    assert (refused.value.reason, refused.value.passing) == (closed, True)
    place.closed = ""
    assert safe(file, place).load() == Kept(secret=SECRET, place="simulated")


def test_a_place_that_this_system_does_not_know_is_absent(
    file: Path, place: SimulatedPlace
) -> None:
    safe(file, place).save(SECRET)
    with pytest.raises(SecretError, match="absent, simulated"):
        safe(file).load()


def test_a_wiped_place_has_lost_it_and_says_so(file: Path, place: SimulatedPlace) -> None:
    safe(file, place).save(SECRET)
    place.kept.clear()
    with pytest.raises(SecretError) as refused:
        safe(file, place).load()
    assert (refused.value.reason, refused.value.passing) == ("gone", False)
    assert safe(file, place).save(OTHER).place == "simulated"
    assert safe(file, place).load() == Kept(secret=OTHER, place="simulated")


def test_what_was_changed_in_its_place_is_damaged(file: Path, place: SimulatedPlace) -> None:
    safe(file, place).save(SECRET)
    (id_,) = place.kept
    for wrong in (OTHER, SECRET + b"x", b""):
        place.kept[id_] = wrong
        with pytest.raises(SecretError, match="damaged, simulated"):
            safe(file, place).load()


def test_a_damaged_file_is_named_and_left_as_it_is(file: Path, place: SimulatedPlace) -> None:
    file.write_bytes(b"short")
    with pytest.raises(SecretError, match="damaged, file"):
        safe(file, place).load()
    assert file.read_bytes() == b"short"


def test_a_damaged_file_beside_a_secret_that_is_kept_elsewhere_is_not_asked(
    file: Path, place: SimulatedPlace
) -> None:
    safe(file, place).save(SECRET)
    file.write_bytes(b"short")
    assert safe(file, place).load() == Kept(secret=SECRET, place="simulated")


@pytest.mark.parametrize("note", [b"", b"{}", b"not json", b'{"place": 7, "id": ""}', b"\xff\xfe"])
def test_a_damaged_note_is_told(note: bytes, file: Path, place: SimulatedPlace) -> None:
    safe(file, place).save(SECRET)
    file.with_name("device.key.place").write_bytes(note)
    with pytest.raises(SecretError, match="damaged"):
        safe(file, place).load()
    with pytest.raises(SecretError, match="damaged"):
        safe(file, place).where()


def test_a_file_that_came_back_wins_over_the_place(file: Path, place: SimulatedPlace) -> None:
    """As from a backup, or from an older version that made a key of its own."""
    safe(file, place).save(SECRET)
    file.write_bytes(OTHER)
    assert safe(file, place).load() == Kept(secret=OTHER, place="simulated")
    assert sorted(place.kept.values()) == [OTHER, SECRET], "what may still be needed is not removed"


def test_it_moves_up_when_a_better_place_opens(file: Path) -> None:
    best, second = SimulatedPlace("best", closed="denied"), SimulatedPlace("second")
    assert safe(file, best, second).save(SECRET).place == "second"
    assert safe(file, best, second).load() == Kept(secret=SECRET, place="second")
    best.closed = ""
    assert safe(file, best, second).load() == Kept(secret=SECRET, place="best")
    assert not second.kept
    second.closed = "silent"
    assert safe(file, best, second).load() == Kept(secret=SECRET, place="best")


def test_an_old_place_that_closed_meanwhile_keeps_its_copy(file: Path) -> None:
    best, second = SimulatedPlace("best", closed="locked"), SimulatedPlace("second")
    safe(file, best, second).save(SECRET)
    best.closed = ""

    def close(step: str) -> None:
        second.closed = "locked" if step == "remove" else ""

    moved = Safe(file, (best, second), whole=whole, at_step=close).load()
    assert moved == Kept(secret=SECRET, place="best")


STEPS = ("save", "read back", "note", "remove")


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_of_a_move_loses_nothing(
    step: str, file: Path, place: SimulatedPlace
) -> None:
    file.write_bytes(SECRET)

    def killed(now: str) -> None:
        if now == step:
            raise Killed

    with pytest.raises(Killed):
        Safe(file, (place,), whole=whole, at_step=killed).load()
    with_place = safe(file, place).load()
    assert with_place == Kept(secret=SECRET, place="simulated")
    assert not file.exists()


@pytest.mark.parametrize(("first", "second"), [*itertools.product(STEPS, STEPS)])
def test_a_move_that_is_cut_twice_with_a_closed_place_between_loses_nothing(
    first: str, second: str, file: Path, place: SimulatedPlace
) -> None:
    file.write_bytes(SECRET)
    for at in (first, second):

        def killed(now: str, at: str = at) -> None:
            if now == at:
                raise Killed

        cut = False
        try:
            Safe(file, (place,), whole=whole, at_step=killed).load()
        except Killed:
            cut = True
        place.closed = "locked"
        if file.exists():
            assert safe(file, place).load() == Kept(secret=SECRET, place=FILE)
        place.closed = ""
        assert cut or not file.exists()
    assert safe(file, place).load() == Kept(secret=SECRET, place="simulated")


def test_two_that_move_at_once_do_the_same(file: Path, place: SimulatedPlace) -> None:
    file.write_bytes(SECRET)

    def other_first(step: str) -> None:
        if step in {"note", "remove"}:
            assert safe(file, place).load() == Kept(secret=SECRET, place="simulated")

    moved = Safe(file, (place,), whole=whole, at_step=other_first).load()
    assert moved == Kept(secret=SECRET, place="simulated")
    assert safe(file, place).load() == moved


@pytest.mark.posix
def test_a_note_that_cannot_be_written_leaves_the_secret_where_it_is(
    file: Path, place: SimulatedPlace
) -> None:
    file.write_bytes(SECRET)
    file.with_name("device.key.place").mkdir()
    assert safe(file, place).load() == Kept(secret=SECRET, place=FILE)
    assert file.read_bytes() == SECRET
    with pytest.raises(SecretError, match="unwritten"):
        safe(file, place).save(OTHER)
    assert safe(file, place).load() == Kept(secret=SECRET, place=FILE)


def test_what_cannot_be_written_or_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="unwritten"):
        safe(tmp_path / "none" / "device.key").save(SECRET)
    (tmp_path / "folder").mkdir()
    with pytest.raises(SecretError, match="unwritten"):
        safe(tmp_path / "folder").load()
    (tmp_path / "device.key.place").mkdir()
    with pytest.raises(SecretError, match="unwritten"):
        safe(tmp_path / "device.key").load()


def test_the_secret_shows_nowhere(file: Path, place: SimulatedPlace) -> None:
    kept = safe(file, place).save(SECRET)
    assert "sss" not in repr(kept)
    assert "sss" not in file.with_name("device.key.place").read_text("utf-8")
    assert "sss" not in repr(Slot(id="x", file=file))


@pytest.mark.posix
def test_a_kill_at_any_call_of_a_move_loses_nothing(tmp_path: Path) -> None:
    program = (sys.executable, Path(__file__).with_name("killed_safe.py"), tmp_path)
    ended = subprocess.run(
        program,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > len(STEPS)
