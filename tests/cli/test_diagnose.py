"""`agentguard diagnose`: one file that helps, in which nobody is named, whatever was planted."""

from __future__ import annotations

import io
import itertools
import json
import os
import platform
import stat
import types
import typing
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from agentguard import model
from agentguard.base import logs, paths
from agentguard.base.errors import PlatformError
from agentguard.base.plugins import modules
from agentguard.base.translations import Texts, load
from agentguard.commands import _diagnosis, diagnose
from agentguard.commands._diagnosis import Sources
from agentguard.commands._nameless import GONE, Nameless, line
from agentguard.model.facts import Fact
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.model.posture import ControlState
from agentguard.model.verdicts import Coverage, Severity, State
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.desktop import Probe
from agentguard.service import keeper_status
from agentguard.service.keeper_status import Standing
from agentguard.uplink import enrolment
from tests.cli.typed import Type, assert_one_sentence
from tests.flow.canary import Corpus, drawn

AT = Moment(boot=1.0, wall=1_790_000_000.0)
KINDS = tuple(
    one
    for name in modules(model)
    for one in vars(import_module(f"agentguard.model.{name}")).values()
    if isinstance(one, type) and issubclass(one, Fact) and one.__module__.endswith(f".{name}")
)
HOST, USER = "KRYWAF-PC0815", "jundolp.quenvex"


@pytest.fixture
def corpus() -> Corpus:
    """Give values that are nobody's; the host and the account are looked for as names are."""
    made = drawn(seed=153, count=4)
    return replace(made, names=(*made.names, HOST, USER, f"{HOST.lower()}.zolmur.example"))


class Planted:
    """Fills each field of any of our values with the next of what may not come out."""

    def __init__(self, corpus: Corpus) -> None:
        self._texts = itertools.cycle(corpus.every)
        self._cards = itertools.cycle(int(one.replace(" ", "")) for one in corpus.cards)

    def text(self) -> str:
        return next(self._texts)

    def of(self, kind: object) -> object:
        """Give a value of a type."""
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin in {tuple, frozenset}:
            if origin is tuple and inner[-1] is not Ellipsis:
                return tuple(self.of(one) for one in inner)
            return origin([self.of(inner[0])])  # type: ignore[operator] # tuple or frozenset
        if origin in {types.UnionType, typing.Union}:
            return self.of(next(one for one in inner if one is not types.NoneType))
        if origin in {Mapping, dict} or kind in {Mapping, dict}:
            return {self.text(): self.text()}
        return self._plain(kind)

    def _plain(self, kind: object) -> object:
        made: Mapping[object, object] = {
            str: self.text,
            int: lambda: next(self._cards),
            float: lambda: float(next(self._cards)),
            bool: lambda: True,
            date: lambda: date(1965, 3, 14),
            Moment: lambda: AT,
            Message: lambda: say(self.text(), name=self.text(), count=next(self._cards)),
        }
        if kind in made:
            return typing.cast("typing.Callable[[], object]", made[kind])()
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next(iter(kind))
        if is_dataclass(kind):
            return self.made(typing.cast("type", kind))
        return types.SimpleNamespace(text=self.text())  # a class of its own, which is not told

    def made(self, kind: type) -> object:
        hints = typing.get_type_hints(kind)
        return kind(**{one.name: self.of(hints[one.name]) for one in fields(kind) if one.init})


def lines(corpus: Corpus) -> Iterator[str]:
    """Give lines of a log that say everything, in each form that a log has."""
    now = "2026-11-30T08:00:00.123"
    for value in corpus.every:
        yield f"{now}Z WARNING uplink agentguard.uplink.sender: the report of {value} failed"
        yield f"{now}Z INFO {value} agentguard.{value.split()[0].lower()}: {value}"
        yield f"{now}Z ERROR MainThread agentguard.cli: /home/{value}/{value}.csv"
        yield f"  ValueError at {value}.py:12 {value} > sender.py:40 report"
        yield f"  {value} at sender.py:12 report"
        yield value
        yield json.dumps({"time": value, "level": value, "logger": value, "message": value})
        yield json.dumps({"time": f"{now}Z", "level": "error", "logger": "agentguard.cli",
                          "message": f"of {value}", "error": value})  # fmt: skip
        yield f"{{{value}"
        for way in (value.encode().hex(), value.encode("utf-16-le").hex()):
            yield f"{now}Z INFO t agentguard.cli: {way}"
    yield f"{now}Z INFO t agentguard.cli: {'; '.join(corpus.every)}"


@pytest.fixture
def planted(corpus: Corpus, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """Plant the values in every source of a diagnosis."""
    into = Planted(corpus)
    machine = tmp_path / "machine"
    monkeypatch.setenv(paths.MACHINE_VARIABLE, str(machine))
    monkeypatch.setattr(platform, "node", lambda: HOST)
    monkeypatch.setattr(platform, "release", lambda: f"6.1.0-{into.text()}")
    monkeypatch.setattr(_diagnosis, "user_name", lambda: USER)
    for name in ("XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "COMPUTERNAME", "USERDOMAIN"):
        monkeypatch.setenv(name, into.text())
    monkeypatch.setenv("https_proxy", f"http://{corpus.secrets[0]}:x@{HOST.lower()}.example:3128")
    text = {
        name: json.dumps(into.text(), ensure_ascii=False) for name in ("team", "label", "policy")
    }
    (home / "settings.toml").write_text(
        f'endpoint = "https://{HOST}.zolmur.example:8443"\n'
        f'proxy = "http://{USER}:{corpus.secrets[1]}@{HOST}:3128"\n'
        + "".join(f"{name} = {value}\n" for name, value in text.items())
    )
    for folder in (home / "logs", machine / paths.PRIVATE / "logs"):
        folder.mkdir(parents=True)
        (folder / logs.FILE).write_text("\n".join(lines(corpus)), encoding="utf-8")
        (folder / f"{logs.FILE}.1").write_text("\n".join(lines(corpus)), encoding="utf-16")
    standing = {name: into.text() for name in Standing.__struct_fields__
                if isinstance(getattr(Standing(), name), str)}  # fmt: skip
    keeper_status.write(machine, msgspec.structs.replace(Standing(), **standing))
    enrolment.save(home, enrolment.Enrolment(
        url=f"https://{HOST}.zolmur.example:1", device=into.text(), team=into.text(),
        receipt_key=into.text(), label=into.text(), ca_file=f"/home/{USER}/ca.pem",
    ))  # fmt: skip
    return Sources(
        backend=replace(SimulatedDesktop(FakeClock()).backend, probes=tuple(probes(into))),
        clock=FakeClock(),
        words=load(),
        posture=lambda _seconds: controls(into),
    )


def probes(into: Planted) -> Iterator[Probe]:
    for kind in KINDS:
        fact = typing.cast("Fact", into.made(kind))
        yield Probe(name=kind.__name__.lower(), every=60, read=lambda _at, _policy, f=fact: f)

    def refused(_at: Moment, _policy: Policy) -> Fact:
        raise PlatformError(f"{into.text()} was refused.", f"Ask {into.text()}.")

    def broken(_at: Moment, _policy: Policy) -> Fact:
        raise ValueError(into.text())

    yield Probe(name="refused", every=60, read=refused)
    yield Probe(name="broken", every=60, read=broken)


def controls(into: Planted) -> tuple[ControlState, ...]:
    why = say("unread.denied", name=into.text()), say(into.text())
    made = ControlState(
        check="pii-files", measure=1, state=State.FAIL, since=AT, severity=Severity.HIGH,
        detail=say("firewall.on", product=into.text()), rows=(say(into.text()),),
        coverage=Coverage(looked=3, missed=2, why=why),
    )  # fmt: skip
    return made, replace(made, check=into.text(), detail=say(into.text(), n=into.text()))


def told(sources: Sources) -> dict[str, str]:
    return {name: made() for name, made in _diagnosis.parts(sources)}


def test_row_154_nothing_that_was_planted_anywhere_is_in_the_file(
    planted: Sources, corpus: Corpus
) -> None:
    every = told(planted)
    assert set(every) == {
        "versions.json", "settings.json", "keeper.json", "doctor.json", "probes.json",
        "posture.json", "agent.log", "keeper.log",
    }  # fmt: skip
    whole = diagnose.packed(every)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        unpacked = b"\n".join(archive.read(one) for one in archive.namelist())
    assert corpus.found_in(unpacked) == set()
    assert corpus.found_in(whole) == set()
    parts = {part for name in (*corpus.names, *corpus.mails) for part in name.lower().split()}
    lower = unpacked.decode().lower()
    assert [part for part in parts if part in lower] == []


def test_row_154_the_search_finds_what_is_planted_in_it(planted: Sources, corpus: Corpus) -> None:
    """The same search, over the sources themselves: it would find what came out."""
    assert planted.backend.probes
    found = corpus.found_in_files([paths.data_folder(), paths.machine_folder()])
    assert {value for values in found.values() for value in values} >= set(corpus.recognised)


def test_row_154_it_still_helps(planted: Sources) -> None:
    every = told(planted)
    shown = {name: json.loads(text) for name, text in every.items() if name.endswith(".json")}
    assert shown["versions.json"]["release"] == "6.1.0"
    assert [(one["name"], one["set_by"]) for one in shown["settings.json"]][:2] == [
        ("endpoint", "own"), ("proxy", "own"),
    ]  # fmt: skip
    assert shown["settings.json"][1]["password"] is True
    assert {one["name"] for one in shown["doctor.json"]} >= {"idle-time", "proxy", "keeper"}
    assert shown["probes.json"]["disksseen"]["answer"]["volumes"]["count"] == 1
    assert shown["probes.json"]["broken"]["answer"]["failed"]
    first = shown["posture.json"][0]
    assert (first["check"], first["state"], first["detail"]["id"]) == (
        "pii-files",
        "fail",
        "firewall.on",
    )
    assert first["why"][0]["id"] == "unread.denied"
    assert "WARNING agentguard.uplink.sender: the report of" in every["agent.log"]
    assert "sender.py:40" in every["agent.log"]


def test_a_part_that_cannot_be_made_hides_no_other(planted: Sources) -> None:
    def broken(_seconds: float) -> tuple[ControlState, ...]:
        raise RuntimeError("of Quenthi Zolmur")

    shown = told(replace(planted, posture=broken))
    assert "RuntimeError" in shown["posture.json"]
    assert "Quenthi" not in shown["posture.json"]
    assert json.loads(shown["probes.json"])


class TestText:
    @pytest.fixture
    def words(self) -> Texts:
        return load()

    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("the report was not sent (tcp)", "the report was not sent (tcp)"),
            ("", ""),
            ("403 and 503", "403 and 503"),
            ("4539 1488 0343 6467", GONE),
            ("453 914 880", f"453 {GONE}"),
            ("443", "443"),
            ("8443", GONE),
            ("the Zolmur and Vexolp report", f"the {GONE} and {GONE} report"),
            ("a\x00\u202eb", f"a{GONE}b"),
            ("ZolMurVex", GONE),
        ],
    )
    def test_words_of_ours_and_short_numbers_pass(self, words: Texts, text: str, left: str) -> None:
        assert Nameless(words).text(text) == left

    def test_a_word_of_ours_that_names_this_computer_does_not_pass(self, words: Texts) -> None:
        plain = "The keeper of this computer"
        assert Nameless(words).text(plain) == plain
        assert Nameless(words, ["KEEPER-01", "x"]).text(plain) == f"The {GONE} of this computer"

    def test_values_of_any_kind_become_what_counts(self, words: Texts) -> None:
        nameless = Nameless(words)
        assert nameless.value([1, 2.5, True, None, 4539148803436467]) == {
            "count": 5, "first": [1, 2.5, True, None, {"digits": 16}],
        }  # fmt: skip
        assert nameless.value({"Zolmur": "Zolmur"}) == {"count": 1, "first": [{"length": 6}]}
        assert nameless.value(State.FAIL) == "fail"
        assert nameless.value(say("Zolmur")) == {"length": 6}
        assert nameless.value(object()) == {"kind": "object"}
        assert nameless.value(AT) == AT.iso

    def test_a_line_that_is_none_of_ours_is_a_text_like_any(self, words: Texts) -> None:
        assert line("Zolmur", Nameless(words)) == GONE
        assert line("[1]", Nameless(words)).startswith("[1")


@pytest.fixture
def quick(planted: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command look at what was planted: a look at the real desktop takes a minute."""
    monkeypatch.setattr(_diagnosis, "here", lambda _words, _clock: planted)


@pytest.mark.usefixtures("quick")
class TestCommand:
    def test_it_says_what_is_inside_where_it_is_and_what_to_do(
        self, type_: Type, tmp_path: Path
    ) -> None:
        file = tmp_path / "told.zip"
        said = type_("diagnose", file)
        assert said.code == 0, said
        assert str(file) in said.out
        assert "give it to your desktop team" in said.out
        assert said.err.count("Gathering ") == 8
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            readme = archive.read("README.txt").decode()
        assert names[0] == "README.txt"
        for name in names[1:]:
            assert name in said.out
            assert name in readme
        assert "cli.diagnose" not in said.out + said.err + readme

    @pytest.mark.posix
    def test_only_its_owner_may_read_it(self, type_: Type, tmp_path: Path) -> None:
        before = os.umask(0)
        try:
            type_("diagnose", tmp_path / "told.zip")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "told.zip").stat().st_mode) == 0o600

    def test_without_a_name_it_lies_in_the_folder_that_one_stands_in(
        self, type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert type_("diagnose").code == 0
        (file,) = tmp_path.glob("agentguard-diagnosis-*.zip")
        assert zipfile.is_zipfile(file)

    def test_nothing_is_written_over(self, type_: Type, tmp_path: Path) -> None:
        file = tmp_path / "mine.txt"
        file.write_text("mine")
        said = type_("diagnose", file)
        assert_one_sentence(said, 2)
        assert "there already" in said.err
        assert file.read_text() == "mine"

    @pytest.mark.posix
    def test_no_link_is_followed(self, type_: Type, tmp_path: Path) -> None:
        target, link = tmp_path / "target", tmp_path / "link.zip"
        link.symlink_to(target)
        assert_one_sentence(type_("diagnose", link), 2)
        assert not target.exists()

    def test_a_folder_that_is_not_there_or_is_none_gets_a_sentence(
        self, type_: Type, tmp_path: Path
    ) -> None:
        assert_one_sentence(type_("diagnose", tmp_path / "no" / "told.zip"), 2)
        (tmp_path / "file").write_text("")
        assert_one_sentence(type_("diagnose", tmp_path / "file" / "told.zip"), 2)
        assert_one_sentence(type_("diagnose", tmp_path), 2)


def test_one_that_came_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "told.zip"
    file.write_text("theirs")
    with pytest.raises(Exception, match="there already"):
        diagnose._write(file, b"ours", load())
    assert file.read_text() == "theirs"


def test_each_part_says_what_it_is(planted: Sources) -> None:
    words = load()
    for name, _ in _diagnosis.parts(replace(planted, recording=str)):
        assert words.has(f"cli.diagnose.part-{name.replace('.', '-')}"), name


def test_each_kind_of_fact_is_planted() -> None:
    assert len(KINDS) > 15
    for kind in KINDS:
        assert all(one.default is not MISSING or one.name == "at" for one in fields(kind)), kind
