"""What goes to programs: JSON of the documented shape, in any locale, of any name."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from agentguard import cli
from tests.cli.typed import PROGRAM, Said, Type, assert_one_sentence, environment, ran
from tests.unit.detect.files.hostile import CARD

LISTS = {"proves", "relations", "table"}
CHECK = {"id", "measure", "title", "state", "since", "detail", "advice", "coverage", "not"} | LISTS
STOPPED = b"Stopped before the end. What is shown was found so far.\n"
STATES = {"pass", "fail", "partial", "unknown", "not_applicable", "paused"}
LOCALES = {
    "utf-8": {"LC_ALL": "C.UTF-8"},
    "c": {"LC_ALL": "C"},
    "posix without utf-8": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "latin-1": {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
    "ascii": {"LC_ALL": "C", "PYTHONIOENCODING": "ascii:strict"},
}
NAMES = (
    b"plain.txt", b"b\xc3\xa9b\xc3\xa9.txt", b"\xff\xfe.txt", b"new\nline.txt",
    b"\x1b[2Jcleared.txt", "🔑.txt".encode(), "ﬁ\u202etxt.exe".encode(), b"-rf.txt", b" .txt",
    b"\xed\xa0\x80.txt", b"{}%s.txt",
)  # fmt: skip


@pytest.fixture
def person(tmp_path: Path) -> Path:
    return tmp_path / "person"


@pytest.fixture
def oddly_named(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for name in NAMES:
        (folder / os.fsdecode(name)).write_text(f"card {CARD}")
    return folder


class TestJson:
    def test_check_gives_every_control_of_all_ten_measures(self, person: Path) -> None:
        said = ran(person, "check", "--json")
        rows = json.loads(said.out)
        assert {row["measure"] for row in rows} == set(range(1, 11))
        for row in rows:
            assert set(row) == CHECK
            assert isinstance(row["table"], list)
            assert row["state"] in STATES
            assert isinstance(row["measure"], int)
            assert isinstance(row["proves"], list)
            others = {"measure", "coverage"} | LISTS
            assert all(isinstance(row[key], str) for key in CHECK - others)
            assert row["coverage"]["why"] or row["state"] not in {"partial", "unknown"}
            assert row["title"]
            assert row["advice"].endswith(".")
            assert row["detail"], "a state without a reason helps nobody"
            assert row["since"].endswith("Z") or "+" in row["since"]
        states = {row["state"] for row in rows}
        expected = 1 if "fail" in states else 3 if states & {"partial", "unknown"} else 0
        assert (said.code, said.err) == (expected, "")
        assert len({row["id"] for row in rows}) == len(rows)

    def test_people_get_the_same_as_a_table(self, person: Path) -> None:
        said = ran(person, "check")
        for measure in range(1, 11):
            assert f"\n{measure}. " in said.out

    def test_check_acts_on_nothing_and_leaves_nothing(self, person: Path) -> None:
        documents = person / "Documents"
        documents.mkdir()
        (documents / "cards.txt").write_text(f"card {CARD}")
        rows = json.loads(ran(person, "check", "--json").out)
        found = next(row for row in rows if row["id"] == "pii-files")
        assert found["state"] == "fail"
        assert CARD not in json.dumps(rows)
        assert (documents / "cards.txt").read_text() == f"card {CARD}"
        assert not (person / "data" / "journal.db").exists()

    @pytest.mark.parametrize(
        ("typed", "shape"),
        [
            ("catalogue --json", list),
            ("policy schema", dict),
            ("policy show --json", dict),
            ("vault list --json", list),
        ],
    )
    def test_the_other_commands_give_json_too(self, typed: str, shape: type, type_: Type) -> None:
        said = type_(*typed.split())
        assert said.code == 0
        assert isinstance(json.loads(said.out), shape)


class TestNames:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_scan_tells_every_name_in_every_locale(
        self, locale: str, oddly_named: Path, person: Path
    ) -> None:
        env = LOCALES[locale]
        said = ran(person, "scan", str(oddly_named), "--format", "jsonl", env=env, text="ascii")
        assert (said.code, said.err) == (1, "")
        rows = [json.loads(line) for line in said.out.splitlines()]
        assert len(rows) == len(NAMES)
        if locale == "utf-8":
            assert {os.fsencode(Path(row["path"]).name) for row in rows} == set(NAMES)
        text = "latin-1" if locale == "latin-1" else "utf-8"
        said = ran(person, "scan", str(oddly_named), env=env, text=text)
        assert (said.code, said.err) == (1, "")
        assert said.out.count("card number") == len(NAMES)
        assert "\x1b" not in said.out
        assert "\u202e" not in said.out

    @pytest.mark.heavy
    @pytest.mark.parametrize("locale", ["utf-8", "ascii"])
    def test_check_and_catalogue_speak_in_every_locale(self, locale: str, person: Path) -> None:
        documents = person / "Documents"
        documents.mkdir()
        for name in NAMES:
            (documents / os.fsdecode(name)).write_text(f"card {CARD}")
        text = "latin-1" if locale == "latin-1" else "utf-8"
        said = ran(person, "check", env=LOCALES[locale], text=text)
        assert (said.code, said.err) == (1, "")
        rows = json.loads(ran(person, "check", "--json", env=LOCALES[locale], text="ascii").out)
        assert len(rows) > 10
        said = ran(person, "catalogue", env=LOCALES[locale], text=text)
        assert (said.code, said.err) == (0, "")

    @pytest.mark.parametrize("locale", ["utf-8", "posix without utf-8"])
    @pytest.mark.parametrize(
        "words",
        [
            (b"scan",), (b"policy", b"validate"), (b"policy", b"show"), (b"check", b"--policy"),
            (b"journal", b"verify"), (b"vault", b"put"), (b"vault", b"restore"),
            (b"server", b"totp"), (b"enroll", b"--endpoint"), (),
        ],
        ids=lambda words: b" ".join(words).decode() or "command",
    )  # fmt: skip
    def test_words_that_are_no_text_are_told(
        self, words: tuple[bytes, ...], locale: str, person: Path
    ) -> None:
        said = ran(person, *words, b"\xff\xfe\n\x1b[2J", env=LOCALES[locale])
        assert said.code in {2, 3}
        assert "Traceback" not in said.err
        assert "mistake of the program" not in said.err
        assert said.err


class TestEnds:
    def test_a_reader_that_goes_is_no_error(self, tmp_path: Path, person: Path) -> None:
        for number in range(40):
            (tmp_path / f"{number}.txt").write_text(f"card {CARD} to ann.lee@quillpost.com")
        for words in (("scan", str(tmp_path), "--format", "jsonl"), ("catalogue",), ("--help",)):
            process = subprocess.Popen(
                (*PROGRAM, *words),
                env=environment(person),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            assert process.stdout is not None
            process.stdout.close()
            assert process.stderr is not None
            assert process.stderr.read() == b""
            process.stderr.close()
            assert process.wait(30) in {1, 3}

    @pytest.mark.parametrize("words", ["catalogue", "--help", "check", "scan ."])
    def test_a_full_disk_is_told(self, words: str, person: Path) -> None:
        with Path("/dev/full").open("wb") as full:
            ended = subprocess.run(
                (*PROGRAM, *words.split()),
                env=environment(person),
                cwd=person,
                stdout=full,
                stderr=subprocess.PIPE,
                timeout=60,
                check=False,
            )
        assert_one_sentence(Said(ended.returncode, "", ended.stderr.decode()), 3)
        assert b"No space left on device" in ended.stderr

    def test_a_program_without_streams_works(self, person: Path, tmp_path: Path) -> None:
        """As a windowed program on Windows has none."""
        command = f"import sys; sys.stdout = sys.stderr = sys.stdin = None; {RUN}"
        ended = subprocess.run(
            (sys.executable, "-W", "ignore", "-c", command, "catalogue"),
            env=environment(person),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_ends_a_scan_of_much_within_seconds_without_a_child(
        self, number: signal.Signals, tmp_path: Path, person: Path
    ) -> None:
        for at in range(5_000):
            (tmp_path / f"{at}.txt").write_text("card number 4539148803436467")
        process = subprocess.Popen(
            (*PROGRAM, "scan", str(tmp_path), "--format", "jsonl", "--jobs", "1"),
            env=environment(person),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        watched = psutil.Process(process.pid)
        assert process.stdout.readline()  # the child reads: it is past its start
        children = watched.children(recursive=True)
        assert children
        process.send_signal(number)
        _, err = process.communicate(timeout=15)
        assert process.returncode == (130 if number == signal.SIGINT else -number)
        assert err == (STOPPED if number == signal.SIGINT else b"")
        assert psutil.wait_procs(children, timeout=10)[1] == []

    def test_ctrl_c_ends_a_look_within_seconds_without_a_child(self, person: Path) -> None:
        documents = person / "Documents"
        documents.mkdir()
        for at in range(3_000):
            (documents / f"{at}.txt").write_text("x" * 100)
        process = subprocess.Popen(
            (*PROGRAM, "check"),
            env=environment(person),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        watched = psutil.Process(process.pid)
        deadline = time.monotonic() + 30
        while not (children := watched.children(recursive=True)):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=15)
        assert (process.returncode, out, err) == (130, b"", b"")
        assert psutil.wait_procs(children, timeout=10)[1] == []


RUN = "from agentguard.cli import main; sys.exit(main())"


def test_a_mistake_of_the_program_is_told_without_what_was_read(
    type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(_name: str) -> None:
        raise LookupError(f"card {CARD}")

    monkeypatch.setattr(cli, "_command", wrong)
    said = type_("run")
    assert said.code == 3
    assert "mistake of the program" in said.err
    assert "LookupError at cli.py" in said.err
    assert CARD[:6] not in said.err
