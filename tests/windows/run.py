"""Runs tests in the Windows Python under Wine: `run.py FOLDER [options of pytest]`.

Without a file or folder: the shares below, side by side, without the tests that `plain.py` finds
to prove nothing more here than on Linux (with `--whole` these too). Each has a copy of the prefix
(its disk and registry), a server of Wine and a display of its own, so that they neither meet nor
leave anything.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from environment import ROOT, settings
from plain import plain

from tests.installer.budget import Clock

RECORDED = ("tests/windows/test_recorder.py",)
"""Compares a whole system with a recording, so it is alone with one that nobody else has used."""
DESKTOP = ("tests/windows", f"--ignore={RECORDED[0]}", "tests/contract")
CHILDREN = tuple(f"tests/unit/{room}" for room in ("detect", "sensors"))
OTHERS = ("tests/unit", *(f"--ignore={room}" for room in CHILDREN))
# The three long ones take about as long as each other. Where one process hands out tests to others,
# each of these reads the files of all of them: that took more than a tenth of the whole time.
SHARES = (DESKTOP, CHILDREN, OTHERS, RECORDED)
# Some thousand cases of plain Python without a branch for Windows, which every run on Linux proves.
# The code is still run here, by what stays of the same rooms: each accepted vector, each sample of
# a format, changed bits of a long journal. A case costs 25 ms, that of all bits 40 s; a look waits
# 2 s for its sensors, and text that is slow to read is slow here as well. `one_desk` leaves out
# cases that are made up at random. A start of a scan child takes Wine seconds: that it starts, is
# bound, killed, replaced and told what to look for stays; what the parent counts and how the
# command shows it is the same everywhere, and `tests/windows/test_scan.py` has the command.
#
# What took the most of the rest, by a run's own `--durations`, and why Linux alone holds it:
# - formats that are cut, changed or lie of their sizes, bombs and archives in archives: bytes in
#   memory, read by the same Python and the same libraries; each sample is read here once, whole;
# - files that shrink or grow while they are read: one that grows behind a text stays, what a reader
#   of Windows' own files meets is in `tests/windows/test_scan.py`;
# - two hundred MiB of each form: Linux tells of holes, which are passed over; here each is read,
#   by a child that yields to everything else, and that took minutes beside other tests;
# - a gate's codes that are damaged or no codes, the models of the keeper and of locks: each case
#   works out a slow hash, or runs an engine without a system; the keeper that is killed stays;
# - kinds' tables (national numbers in columns, words in every language, check digits, labels), the
#   time and the memory that hostile text takes: plain Python, and slow by the clock under Wine;
# - messages of the wire and checks' tables: `.importlinter` holds that they touch no system;
# - texts of every kind behind what people put before them, and ten thousand changed journals:
#   bytes in memory, read by the same Python. A few of each stay, each kind's in `test_vectors.py`;
# - a rule that only parses our own sources, which are the same files here;
# - tables of every check with every owner, response and setting, and a thousand programs' names:
#   the engine, the policy's reader and the catalogue without a system. Others of each file stay,
#   and the real programs that `test_software_shipped.py` judges.
OF_LINUX_ALONE = (
    "tests/unit/checks/test_every_check.py",
    "tests/unit/detect/files/test_bad_input.py::test_an_archive_in_itself_many_times_is_a_bomb",
    "tests/unit/detect/files/test_broken_formats.py::test_a_changed_file_comes_to_a_reading",
    "tests/unit/detect/files/test_broken_formats.py::test_a_cut_file_comes_to_a_reading",
    "tests/unit/detect/files/test_broken_formats.py::test_sizes_that_lie_come_to_a_reading",
    "tests/unit/detect/files/test_changing_files.py::test_a_file_that_grows_comes_to_a_reading",
    "tests/unit/detect/files/test_changing_files.py::test_a_file_that_shrinks_comes_to_a_reading",
    "tests/unit/detect/files/test_changing_files.py::test_row_581_what_has_a_form_of_its_own_is_read_whole_too",
    "tests/unit/detect/files/test_client.py::test_asking_why_is_as_safe_as_reading",
    "tests/unit/detect/files/test_client.py::test_three_strikes_set_a_file_aside_for_a_day_or_until_it_changes",
    "tests/unit/detect/files/test_command.py::test_a_policy_says_what_is_looked_for",
    "tests/unit/detect/files/test_explained.py",
    "tests/unit/detect/files/test_openings.py::test_a_document_of_any_format_is_read_behind_any_opening",
    "tests/unit/detect/files/test_openings.py::test_a_note_is_read_behind_any_opening",
    "tests/unit/detect/files/test_openings.py::test_openings_may_stand_on_each_other_six_deep",
    "tests/unit/detect/files/test_slow_input.py",
    "tests/unit/detect/files/test_strikes.py",
    "tests/unit/detect/text/test_check_digits.py",
    "tests/unit/detect/text/test_engine.py::test_a_bounded_value_is_found_where_it_stands_alone",
    "tests/unit/detect/text/test_kinds_page.py",
    "tests/unit/detect/text/test_look_alikes.py",
    "tests/unit/detect/text/test_national.py",
    "tests/unit/detect/text/test_national_checks.py",
    "tests/unit/detect/text/test_national_words.py::test_a_number_is_found_as_people_write_it",
    "tests/unit/detect/text/test_national_words.py::test_its_mask_holds_no_number",
    "tests/unit/detect/text/test_scanner.py::test_a_long_text_needs_no_more_memory_than_a_short_one",
    "tests/unit/detect/text/test_scanner.py::test_hostile_text_takes_linear_time",
    "tests/unit/detect/text/test_vectors.py::test_a_look_alike_is_refused",
    "tests/unit/detect/text/test_vectors.py::test_a_masked_text_holds_no_value",
    "tests/unit/detect/text/test_words.py::test_a_spoken_card_number_is_found_in_every_language",
    "tests/unit/detect/text/test_words.py::test_the_word_before_a_number_tells_that_it_is_another",
    "tests/unit/engine/test_false_locks.py",
    "tests/unit/engine/test_whose.py::test_row_204_only_what_is_hers_asks_her",
    "tests/unit/engine/test_whose.py::test_row_205_others_things_are_told_once_and_not_at_each_start",
    "tests/unit/mfa/test_offline.py::test_a_damaged_file_stays_closed",
    "tests/unit/mfa/test_offline.py::test_what_is_no_code_stays_closed",
    "tests/unit/model/test_simulation_reach.py::test_row_126_no_figure_is_surer_than_what_is_said_of_what_changes",
    "tests/unit/policy/test_keeper.py::TestPolicyKeeper",
    "tests/unit/policy/test_meaning.py::test_each_response_is_taken_for_its_controls_alone",
    "tests/unit/policy/test_settings_are_read.py",
    "tests/unit/policy/test_weaker.py",
    "tests/unit/software/test_shipped.py::test_a_real_name_is_known_as_what_it_is",
    "tests/unit/store/test_every_change.py",
    "tests/unit/store/test_mutations.py::test_both_verifiers_agree_on_ten_thousand_forgeries_and_none_is_proved",
    "tests/unit/test_look.py::test_one_that_refuses_is_unknown_and_does_not_hold_up_the_rest",
    "tests/unit/test_look.py::test_the_journal_is_judged_by_what_was_found_of_it",
    "tests/unit/wire/test_v1.py::test_what_is_no_message_is_one_kind_of_error",
)
# pytest's plugins that these tests use. It would load every plugin that is installed, which takes
# longer than to start Python, in each process; and what a test prints is taken from Python's own
# streams: the other way each of a test's three steps cuts and rewinds two files, which Wine's
# server does. Together they were three quarters of an empty test's time.
PLUGINS = (
    "no:cacheprovider",
    "xdist",
    "pytest_timeout",
    "pytestqt.plugin",
    "_hypothesis_pytestplugin",
    "tests.windows.failures",
)
LEFT_OUT = ("-p", "tests.windows.one_desk")
_SERVER_FIRST = "-10"  # how nice the server is: every other process waits for its answers
_LOOK_AGAIN = 0.2
_PATIENCE = 900  # seconds of a measurement
_LONGEST = 300  # seconds of a test; Wine starts a process five times as slowly as Linux
_FAILED = 1  # what pytest ends with when tests failed, and no process of theirs died
_FEW = 3
_SIZE = "1280x900"


@contextmanager
def desk(folder: Path, size: str = _SIZE) -> Iterator[tuple[Path, dict[str, str]]]:
    """Have a copy of the prefix, a display of a size in pixels, and the environment of both."""
    with tempfile.TemporaryDirectory(prefix="agentguard-wine-") as name, screen(size) as display:
        own = Path(name)
        shutil.copytree(folder / "prefix", own / "prefix", symlinks=True)
        env = {**os.environ, **settings(own), **_python(folder), "DISPLAY": display}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        served(env)
        try:
            yield own, env
        finally:
            subprocess.run(("wineserver", "-k"), env=env, check=False, timeout=30)
            subprocess.run(("wineserver", "-w"), env=env, check=False, timeout=30)


def _python(folder: Path) -> dict[str, str]:
    """Keep bytecode apart from the sources: to compile is half of the time of a program's start."""
    return {
        "PYTHONPYCACHEPREFIX": f"Z:{folder / 'bytecode'}",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def served(env: dict[str, str]) -> None:
    """Start Wine's server, ahead of all others where the system lets us."""
    quiet = subprocess.DEVNULL
    words = ("nice", "-n", _SERVER_FIRST, "wineserver", "--persistent")
    subprocess.run(words, env=env, check=True, stdin=quiet, stdout=quiet, stderr=quiet, timeout=60)


def measured(folder: Path, script: Path, count: int) -> dict[str, list[float]]:
    """Run a script of the benchmarks that writes what it measured as JSON."""
    with desk(folder) as (own, env):
        out = own / "measured.json"
        words = ("wine", folder / "python" / "python.exe", script, out, str(count))
        quiet = subprocess.DEVNULL
        subprocess.run(words, env=env, cwd=ROOT, check=True, stdin=quiet, timeout=_PATIENCE)
        found: dict[str, list[float]] = json.loads(out.read_text(encoding="utf-8"))
        return found


def main() -> int:
    folder, options = Path(sys.argv[1]).resolve(), sys.argv[2:]
    whole = "--whole" in options
    options = [word for word in options if word != "--whole"]
    named = any((ROOT / word.partition("::")[0]).exists() for word in options)
    if not named:
        clock = Clock(own=len(SHARES))
        code, failed = _tests(folder, *((*options, *words) for words in every(whole=whole)))
        if code == _FAILED:
            code = _alone(folder, options, failed)
        return code if whole else clock.ended(code)
    shared = any(word.startswith("-n") for word in options)
    return _tests(folder, (*options, *(("--dist", "loadscope", *LEFT_OUT) if shared else ())))[0]


def _alone(folder: Path, options: list[str], failed: list[str]) -> int:
    """Run a few that failed once more, with nothing beside them, and say so, as `dev.py` does."""
    if not 0 < len(failed) <= _FEW:
        return _FAILED
    print(f"failed beside others, and run again alone: {', '.join(failed)}", flush=True)
    code, _ = _tests(folder, (*options, *failed))
    if not code:
        print("they hold alone; each is still to be looked at: it is slow, or its test is")
    return code


def every(*, whole: bool = False) -> tuple[tuple[str, ...], ...]:
    """Give pytest's words for each share of all rooms, or of all but plain tests."""
    left_out = tuple(word for test in OF_LINUX_ALONE for word in ("--deselect", test))
    unread = () if whole else tuple(f"--ignore={file}" for file in plain())
    return tuple((*share, *unread, *left_out, *LEFT_OUT) for share in SHARES)


@contextmanager
def screen(size: str = _SIZE) -> Iterator[str]:
    """Give a display that nothing else uses."""
    ours, theirs = os.pipe()
    words = ("Xvfb", "-displayfd", str(theirs), "-screen", "0", f"{size}x24", "-nolisten", "tcp")
    with subprocess.Popen(words, pass_fds=(theirs,), stderr=subprocess.DEVNULL) as server:
        os.close(theirs)
        with os.fdopen(ours) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


def _tests(folder: Path, *shares: tuple[str, ...]) -> tuple[int, list[str]]:
    """Run shares of the tests side by side, and show the words of one after the other.

    Gives what pytest ended with, and what failed.
    """
    with ExitStack() as stack:
        begun, lists = [], []
        for words in shares:
            own, env = stack.enter_context(desk(folder))
            log = own / "tests.log"
            lists.append(own / "failed.txt")
            env["AGENTGUARD_FAILURES"] = f"Z:{lists[-1]}"
            python = folder / "python" / "python.exe"
            begun.append((stack.enter_context(_begun(python, words, log, env)), log))
        for tests, log in begun:
            _follow(tests, log)
        failed = [name for told in lists if told.exists() for name in told.read_text().splitlines()]
        return max((tests.returncode for tests, _ in begun), key=abs), failed


@contextmanager
def _begun(
    python: Path, options: tuple[str, ...], log: Path, env: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    plugins = (word for name in PLUGINS for word in ("-p", name))
    chosen = ("--capture=sys", f"--timeout={_LONGEST}", "-m", "not heavy and not posix")
    with log.open("wb") as words:
        tests = subprocess.Popen(
            ("wine", python, "-m", "pytest", *plugins, *chosen, *options),
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
        )
    try:
        yield tests
    finally:
        tests.kill()
        tests.wait()


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
