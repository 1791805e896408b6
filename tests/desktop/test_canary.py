"""On a real desktop with a real clipboard no value is left in a file, a log or on the screen."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from tests.desktop.harness import eventually
from tests.desktop.test_whole_agent import Seat, seat
from tests.flow.canary import Corpus, drawn

__all__ = ["seat"]

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]


def shown(seat: Seat, folder: Path) -> str:
    """Give the words of a picture of the whole screen."""
    picture = folder / "screen.png"
    seat.inside.run("import", "-window", "root", "-resize", "200%", str(picture))
    read = subprocess.run(
        ["tesseract", picture, "-", "--psm", "11"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # more wait for each other, and spin
    )
    picture.unlink()
    return f"{' '.join(read.stdout.split())}\n{''.join(read.stdout.split())}"


def leak(seat: Seat, corpus: Corpus) -> None:
    """Save it, copy it, and wait until the agent has dealt with both."""
    letter = corpus.letter()
    (seat.folder / "export.txt").write_text(letter)
    (seat.folder / "export.csv").write_bytes(letter.encode("utf-16"))
    seat.copy(letter)
    eventually(lambda: not seat.paste())
    for name in ("export.txt", "export.csv"):
        path = str(seat.folder / name)
        eventually(lambda path=path: seat.has("finding.opened", subject=path))


def test_no_value_is_left_on_a_real_desktop(seat: Seat, tmp_path: Path) -> None:
    corpus = drawn(random.randrange(1 << 32))
    agent = seat.start("tray")
    leak(seat, corpus)
    screen = shown(seat, tmp_path)
    assert corpus.found_in_files([seat.data]) == {}, "the databases are in use meanwhile"
    seat.end(agent)
    assert corpus.found_in(screen.encode()) == set()
    assert corpus.found_in(seat.log.read_bytes()) == set()
    assert corpus.found_in_files([seat.data]) == {}
    assert corpus.found_in_files([seat.folder]), "the search finds what lies in the person's files"
