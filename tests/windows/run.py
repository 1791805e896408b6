"""Runs tests in the Windows Python under Wine: `run.py FOLDER [options of pytest]`.

Without options: the rooms below, in two processes; what shares a desktop stays in one. Each run has
a copy of the prefix (its disk and registry) and a display of its own, so that runs neither meet nor
leave anything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from environment import ROOT, settings

ROOMS = ("tests/windows", "tests/contract", "tests/unit")
# Some thousand cases of plain Python without a branch for Windows, which every run on Linux proves.
# The code is still run here, by what stays of the same files: each accepted vector, every national
# number, look-alikes, changed bits of a long journal. A case costs 25 ms, that of all bits 40 s; a
# look waits 2 s for its sensors, and text that is slow to read is slow here as well. `one_desk`
# leaves out cases that are made up at random. A start of a scan child takes Wine seconds: that it
# starts, is bound, killed, replaced and told what to look for stays; what the parent counts and how
# the command shows it is the same everywhere, and `tests/windows/test_scan.py` has the command.
OF_LINUX_ALONE = (
    "tests/unit/pii/test_national_words.py::test_its_mask_holds_no_number",
    "tests/unit/pii/test_vectors.py::test_a_look_alike_is_refused",
    "tests/unit/pii/test_vectors.py::test_a_masked_text_holds_no_value",
    "tests/unit/pii/test_words.py::test_the_word_before_a_number_tells_that_it_is_another",
    "tests/unit/scan/test_client.py::test_asking_why_is_as_safe_as_reading",
    "tests/unit/scan/test_client.py::test_three_strikes_set_a_file_aside_for_a_day_or_until_it_changes",
    "tests/unit/scan/test_command.py::test_a_policy_says_what_is_looked_for",
    "tests/unit/scan/test_explained.py",
    "tests/unit/scan/test_slow_input.py",
    "tests/unit/scan/test_strikes.py",
    "tests/unit/store/test_every_change.py",
    "tests/unit/test_look.py::test_one_that_refuses_is_unknown_and_does_not_hold_up_the_rest",
    "tests/unit/test_look.py::test_the_journal_is_judged_by_what_was_found_of_it",
)
_LOOK_AGAIN = 0.2
_LONGEST = 300  # seconds of a test; Wine starts a process five times as slowly as Linux
_SCREEN = ("-screen", "0", "1280x900x24", "-nolisten", "tcp")


def main() -> int:
    folder, options = Path(sys.argv[1]).resolve(), sys.argv[2:]
    named = any((ROOT / word.partition("::")[0]).exists() for word in options)
    words = (*options, *(() if named else every()))
    if any(word.startswith("-n") for word in words):
        words = (*words, "--dist", "loadscope", "-p", "tests.windows.one_desk")
    with tempfile.TemporaryDirectory(prefix="agentguard-wine-") as name, screen() as display:
        own = Path(name)
        shutil.copytree(folder / "prefix", own / "prefix", symlinks=True)
        env = {**os.environ, **settings(own), "DISPLAY": display}
        try:
            return _tests(folder / "python" / "python.exe", words, own / "tests.log", env)
        finally:
            subprocess.run(("wineserver", "-k"), env=env, check=False, timeout=30)
            subprocess.run(("wineserver", "-w"), env=env, check=False, timeout=30)


def every() -> tuple[str, ...]:
    """Give pytest's words for all rooms."""
    left_out = (word for test in OF_LINUX_ALONE for word in ("--deselect", test))
    return (*ROOMS, *left_out, "-n", "2")


@contextmanager
def screen() -> Iterator[str]:
    """Give a display that nothing else uses."""
    ours, theirs = os.pipe()
    with subprocess.Popen(
        ("Xvfb", "-displayfd", str(theirs), *_SCREEN), pass_fds=(theirs,), stderr=subprocess.DEVNULL
    ) as server:
        os.close(theirs)
        with os.fdopen(ours) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


def _tests(python: Path, options: tuple[str, ...], log: Path, env: dict[str, str]) -> int:
    command = (
        "wine",
        python,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--timeout={_LONGEST}",
        "-m",
    )
    with log.open("wb") as words:
        tests = subprocess.Popen(
            (*command, "not heavy and not posix", *options),
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
        )
    try:
        _follow(tests, log)
    finally:
        tests.kill()
    return tests.returncode


def _follow(tests: subprocess.Popen[bytes], log: Path) -> None:
    """Show the words as they come; a pipe would stay open for as long as Wine's servers live."""
    with log.open("rb") as words:
        while True:
            ended = tests.poll() is not None
            sys.stdout.buffer.write(words.read())
            sys.stdout.buffer.flush()
            if ended:
                return
            time.sleep(_LOOK_AGAIN)


if __name__ == "__main__":
    raise SystemExit(main())
