"""A data folder that is damaged or taken: each command says so, and nothing is lost."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base import paths, settings
from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.platforms import call, called, only_one
from agentguard.policy.selection import LAST_GOOD
from agentguard.store.agent_store import open_store
from agentguard.uplink import enrolment
from tests.cli.typed import PROGRAM, Said, Type, assert_one_sentence, environment
from tests.unit.store.exported import ORIGIN, headed_store, receipted
from tests.unit.store.exported import exported as exported_to

READY = "Ctrl-C ends it"


@contextmanager
def agent(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Run an agent without windows until it guards; it ends with the block at the latest."""
    person = home.parent / "person"
    process = subprocess.Popen(
        (*PROGRAM, "run"),
        env=environment(person, AGENTGUARD_HOME=str(home)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        watchdog.cancel()


def guards(process: subprocess.Popen[str]) -> bool:
    assert process.stderr is not None
    return any(READY in line for line in process.stderr)


def ended(process: subprocess.Popen[str]) -> Said:
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    return Said(process.returncode, "", err)


def eventually(true: Callable[[], bool], within: float = 30.0) -> None:
    """Wait until it is true."""
    end, nobody = time.monotonic() + within, threading.Event()
    while not true():
        assert time.monotonic() < end
        nobody.wait(0.05)


class TestSettings:
    @pytest.mark.parametrize(
        ("raw", "says"),
        [
            (b"endpoint = ", "is not TOML"),
            (b"\xff\xfe\x00", "is not TOML"),
            (b'colour = "red"\n', "no setting colour"),
            (b"label = 7\n", "text in quotes"),
        ],
    )
    @pytest.mark.parametrize("command", ["check", "enroll"])
    def test_damaged_ones_are_named(
        self, command: str, raw: bytes, says: str, home: Path, type_: Type
    ) -> None:
        (home / settings.FILE).write_bytes(raw)
        said = type_(command)
        assert_one_sentence(said, 2)
        assert says in said.err
        assert str(home / settings.FILE) in said.err
        assert (home / settings.FILE).read_bytes() == raw

    @pytest.mark.parametrize("command", ["check", "enroll"])
    def test_ones_that_cannot_be_read_are_could_not(
        self, command: str, home: Path, type_: Type
    ) -> None:
        (home / settings.FILE).mkdir()
        assert_one_sentence(type_(command), 3)

    def test_a_policy_that_they_name_and_is_away_is_wrong_use(
        self, home: Path, type_: Type
    ) -> None:
        settings.save(home, settings.MachineSettings(policy="/no/such.yaml"))
        said = type_("check")
        assert_one_sentence(said, 2)
        assert "/no/such.yaml" in said.err


COMMANDS = (
    "check", "vault list", "journal export out", "policy show", "enroll",
    "server enrol-code --team x", "serve",
)  # fmt: skip


class TestDataFolder:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_one_that_is_a_file_is_told(
        self, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_: Type
    ) -> None:
        (tmp_path / "a file").write_text("mine")
        monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "a file"))
        said = type_(*command.split())
        assert_one_sentence(said, 3)
        assert "a file could not be made" in said.err
        assert (tmp_path / "a file").read_text() == "mine"

    @pytest.mark.parametrize(
        "command",
        ["vault list", "journal export out", "server enrol-code --team x", "serve"],
    )
    def test_one_that_takes_no_file_is_told(
        self, command: str, monkeypatch: pytest.MonkeyPatch, type_: Type
    ) -> None:
        """/proc/sys refuses new files even to the administrator."""
        monkeypatch.setenv(paths.HOME_VARIABLE, "/proc/sys")
        said = type_(*command.split())
        assert_one_sentence(said, 3)
        assert "/proc/sys" in said.err

    def test_the_policy_is_shown_and_the_computer_looked_at_all_the_same(
        self, monkeypatch: pytest.MonkeyPatch, type_: Type
    ) -> None:
        monkeypatch.setenv(paths.HOME_VARIABLE, "/proc/sys")
        assert type_("policy", "show").code == 0
        assert type_("check").code in {0, 1}


class TestTwoAgents:
    def test_the_second_gives_way(self, home: Path, type_: Type) -> None:
        with only_one(home) as first:
            assert first
            said = type_("run")
        assert_one_sentence(said, 3)
        assert "already guards this session" in said.err

    def test_a_second_with_windows_asks_the_first_to_show_its_own(
        self, home: Path, type_: Type
    ) -> None:
        with only_one(home):
            assert not called(home)
            said = type_("tray")
            assert (said.code, said.err) == (0, "")
            assert "Its window comes up" in said.out
            assert called(home)
            assert not called(home), "it is shown once"

    def test_one_that_cannot_be_asked_is_told_of(self, home: Path, type_: Type) -> None:
        with only_one(home):
            (home / "agent.called").symlink_to(home / "none" / "none")
            assert_one_sentence(type_("tray"), 3)

    def test_a_call_of_the_past_is_nobodys(self, home: Path) -> None:
        assert call(home)
        with only_one(home):
            assert not called(home)

    @pytest.mark.heavy
    def test_of_twenty_that_start_at_once_one_guards(self, home: Path) -> None:
        """Row 55: the others hand over and end."""
        env = environment(home.parent / "person", AGENTGUARD_HOME=str(home))
        many = [
            subprocess.Popen(
                (*PROGRAM, "tray"),
                env={**env, "QT_QPA_PLATFORM": "offscreen"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(20)
        ]
        try:
            eventually(lambda: sum(one.poll() is not None for one in many) == 19, 100)
            assert sorted(one.poll() for one in many if one.poll() is not None) == [0] * 19
            (left,) = (one for one in many if one.poll() is None)
            eventually(lambda: not (home / "agent.called").exists(), 60)
            left.send_signal(signal.SIGINT)
            assert left.wait(30) == 0
        finally:
            for one in many:
                one.kill()
                one.wait()

    def test_of_two_that_start_at_once_one_guards(self, home: Path) -> None:
        with agent(home) as one, agent(home) as other:
            assert guards(one) is not guards(other)
            codes = {ended(one).code, ended(other).code}
        assert codes == {0, 3}

    def test_a_killed_one_leaves_no_lock(self, home: Path) -> None:
        with agent(home) as first:
            assert guards(first)
            first.kill()
            first.wait(30)
            with agent(home) as second:
                assert guards(second)
                assert ended(second).code == 0


class TestEnrolmentFile:
    @pytest.mark.parametrize("raw", [b"", b"{}", b"not json", b'{"url": 7}', b"\xff\xfe"])
    def test_a_damaged_one_is_logged_and_the_agent_guards_on(self, raw: bytes, home: Path) -> None:
        (home / enrolment.FILE).write_bytes(raw)
        log = home / "logs" / "agentguard.log"
        with agent(home) as process:
            assert guards(process)
            eventually(lambda: "no reports are sent" in log.read_text("utf-8"))
            assert ended(process).code == 0
        assert (home / enrolment.FILE).read_bytes() == raw


class TestJournal:
    @pytest.fixture
    def exported(self, home: Path, tmp_path: Path, type_: Type) -> Path:
        store = open_store(home)
        at = Moment(boot=1.0, wall=1_790_000_000.0)
        store.journal.commit([Record(kind="x", at=at, payload={"n": n}) for n in range(9)], {})
        store.close()
        said = type_("journal", "export", "--json", tmp_path / "out.jsonl")
        assert json.loads(said.out) == {"file": str(tmp_path / "out.jsonl"), "entries": 9}
        told = type_("journal", "verify", "--json", tmp_path / "out.jsonl")
        assert (told.code, json.loads(told.out)["whole"]) == (1, True), "without a key nothing more"
        return tmp_path / "out.jsonl"

    def test_one_changed_byte_is_found_wherever_it_stands(
        self, exported: Path, type_: Type
    ) -> None:
        raw = exported.read_bytes()
        rng = random.Random(7)
        for place in (0, len(raw) - 1, *rng.sample(range(len(raw)), 120)):
            exported.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
            said = type_("journal", "verify", "--json", exported)
            assert (said.code, said.err) == (1, ""), place
            told = json.loads(said.out)
            assert told["whole"] is False
            assert 0 <= told["first_bad"] <= 9

    def test_a_break_is_told_and_ends_with_1(self, home: Path, tmp_path: Path, type_: Type) -> None:
        store = open_store(home)
        at = Moment(boot=1.0, wall=1_790_000_000.0)
        store.journal.commit([Record(kind="x", at=at, payload={"n": 1})], {})
        store.journal.begin_epoch("conflict", at)
        store.close()
        assert type_("journal", "export", tmp_path / "out.jsonl").code == 0
        said = type_("journal", "verify", tmp_path / "out.jsonl")
        assert (said.code, said.err) == (1, "")
        assert "Epoch 2 was begun at entry 2" in said.out
        told = json.loads(type_("journal", "verify", "--json", tmp_path / "out.jsonl").out)
        assert (told["whole"], [n["id"] for n in told["review"]]) == (
            True,
            ["journal-review.epoch", "journal-review.old-format", "journal-review.no-key"],
        )

    def test_a_cut_one_is_not_whole_wherever_it_is_cut(self, exported: Path, type_: Type) -> None:
        raw = exported.read_bytes()
        lines = raw.splitlines(keepends=True)
        for kept in range(len(lines)):
            exported.write_bytes(b"".join(lines[:kept]))
            said = type_("journal", "verify", exported)
            assert said.code == 1, kept
            assert "does NOT hold" in said.out
            assert "security officer" in said.out

    @pytest.mark.parametrize("raw", [b"", b"\n", b"[]\n", b"dear diary\n", b"\x00" * 999, b"\xff"])
    def test_what_is_no_journal_is_not_whole(self, raw: bytes, tmp_path: Path, type_: Type) -> None:
        (tmp_path / "other").write_bytes(raw)
        said = type_("journal", "verify", tmp_path / "other")
        assert (said.code, said.err) == (1, "")
        assert "does NOT hold" in said.out

    def test_row_86_without_a_key_no_more_is_said_than_is_shown(
        self, exported: Path, type_: Type
    ) -> None:
        said = type_("journal", "verify", exported)
        assert said.code == 1
        assert "Nothing shows that it is this computer's or complete: give --key" in said.out
        assert "roved" not in said.out
        assert "weaker" in said.out, "it is of the old format"

    def test_row_86_with_a_key_what_nobody_confirmed_is_refused(
        self, exported: Path, type_: Type
    ) -> None:
        said = type_("journal", "verify", exported, "--key", ORIGIN.receipt_key)
        assert (said.code, said.err) == (1, "")
        assert "it could have been invented" in said.out

    def test_row_86_with_a_key_the_newest_receipt_is_told_and_can_be_demanded(
        self, tmp_path: Path, type_: Type
    ) -> None:
        store = headed_store(tmp_path)
        store.journal.commit([Record(kind="x", at=Moment(boot=1.0, wall=1.0), payload={})], {})
        receipted(store, at="2026-11-20T10:00:00Z")
        exported_to(store, tmp_path / "out.jsonl")
        store.close()
        asked = ("journal", "verify", tmp_path / "out.jsonl", "--key", ORIGIN.receipt_key)
        for more, code in (
            (("--not-older-than", "2026-11-20"), 0),
            (("--not-older-than", "2026-11-21T00:00:00Z"), 1),
            (("--not-older-than", "36500d", "--least", "3"), 0),
            (("--not-older-than", "36500d", "--least", "4"), 1),
            (("--until", "2026-11-19"), 0),
            (("--until", "2026-11-20T10:00:01+00:00"), 1),
            (("--until", "2026-11-19", "--not-older-than", "1h"), 1),
        ):
            said = type_(*asked, *more)
            assert (said.code, said.err) == (code, ""), more
            assert ("NOT proved" in said.out) == bool(code), more
            assert "Newest receipt: entry 3 of 3, 2026-11-20T10:00:00Z" in said.out
        assert json.loads(type_(*asked, "--until", "2026-11-19", "--json").out)["proved"] is True

    @pytest.mark.parametrize(
        "more",
        [
            ("--least", "3"), ("--until", "2026-11-20"), ("--not-older-than", "7d"),
            ("--key", "abc"), ("--key", ORIGIN.receipt_key, "--until", "soon"),
            ("--key", ORIGIN.receipt_key, "--not-older-than", "7"),
            ("--key", ORIGIN.receipt_key, "--not-older-than", "999999d"),
            ("--key", ORIGIN.receipt_key, "--least", "x"),
        ],
    )  # fmt: skip
    def test_wrong_use_is_told(self, more: tuple[str, ...], exported: Path, type_: Type) -> None:
        assert type_("journal", "verify", exported, *more).code == 2

    @pytest.mark.parametrize("name", ["folder", "none", "loop", "file/x"])
    def test_what_cannot_be_read_is_told(self, name: str, tmp_path: Path, type_: Type) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").write_text("")
        (tmp_path / "loop").symlink_to("loop")
        assert_one_sentence(type_("journal", "verify", tmp_path / name), 3)

    def test_an_export_goes_over_no_file(self, exported: Path, type_: Type) -> None:
        before = exported.read_bytes()
        said = type_("journal", "export", exported)
        assert_one_sentence(said, 3)
        assert "is there already" in said.err
        assert exported.read_bytes() == before

    def test_a_damaged_database_is_set_aside_and_the_agent_begins_anew(
        self, exported: Path, home: Path
    ) -> None:
        (home / "journal.db").write_bytes(b"no database" * 1000)
        with agent(home) as process:
            assert guards(process)
            assert ended(process).code == 0
        store = open_store(home)
        assert store.journal.verify()[1]
        store.close()
        assert [f for f in home.iterdir() if f.name.startswith("journal.db.")]


@pytest.mark.parametrize("words", ["policy show", "policy explain"])
def test_row_379_no_command_says_that_something_guards_where_no_agent_runs(
    words: str, type_: Type
) -> None:
    said = type_(*words.split())
    assert "No policy has arrived yet" in said.out + said.err
    assert "guards this computer" not in said.out + said.err


def test_row_379_nor_of_what_is_in_force_after_a_damage(
    home: Path, type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / LAST_GOOD).write_bytes(b"junk")
    for damaged in ("is damaged or not made", "could not be read", "that ship with AgentGuard are"):
        said = type_("policy", "show")
        assert damaged in said.out + said.err
        assert "guards it" not in said.out + said.err
        assert "guards this computer" not in said.out + said.err
        if (home / LAST_GOOD).is_file():
            (home / LAST_GOOD).unlink()
            (home / LAST_GOOD).mkdir()
        else:
            monkeypatch.setattr(paths, "shipped_policies", lambda: home / "none")


def test_row_379_a_file_that_is_not_there_is_not_where_it_was(tmp_path: Path, type_: Type) -> None:
    said = type_("vault", "put", tmp_path / "none.txt")
    assert_one_sentence(said, 3)
    assert "none.txt is not there" in said.err
    assert "where it was" not in said.err
