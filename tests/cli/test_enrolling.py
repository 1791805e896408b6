"""Enrolling against a real endpoint, and against everything that is none."""

from __future__ import annotations

import io
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentguard.base import paths, settings
from agentguard.server.admin.accounts import Admin
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from agentguard.server.store.desks.batch_codes import Wish
from agentguard.uplink import enrolment
from tests.cli.typed import Type, assert_one_sentence
from tests.faults.certificates import Authority
from tests.faults.endpoint import CODE, Reply, instead, problem, serving
from tests.server.migrated import migrated

HTML = Reply(body=b"<html>Sign in to the hotel</html>", headers={"Content-Type": "text/html"})


@dataclass(frozen=True)
class Centre:
    """A real endpoint that serves."""

    url: str
    ca_file: Path
    settings: ServerSettings

    def code(self, team: str = "blue") -> str:
        with Admin(self.settings, time.time) as admin:
            return admin.enrol_code(team)


def in_thread(name: str, work: Callable[[], None]) -> None:
    threading.Thread(target=work, name=name, daemon=True).start()


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    folder = tmp_path / "centre"
    used = migrated(ServerSettings(data=folder))
    tls = make_certificate(folder, ["127.0.0.1"], time.time)
    server = LocalServer(used, time.time, in_thread, tls=tls)
    server.start()
    yield Centre(server.address, folder / CA_FILE, used)
    server.stop()


@pytest.fixture
def enroll(type_: Type, monkeypatch: pytest.MonkeyPatch) -> Type:
    def do(url: str, ca_file: object, code: str, *more: object) -> object:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{code}\n"))
        return type_("enroll", "--endpoint", url, "--ca", ca_file, *more)

    return do  # type: ignore[return-value] # it gives what `type_` gives


def assert_not_enrolled(home: Path) -> None:
    assert enrolment.load(home) is None
    assert settings.load(home) == settings.MachineSettings()


def test_a_right_code_enrols_one_computer(
    centre: Centre, enroll: Type, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = centre.code()
    said = enroll(centre.url, centre.ca_file, code)
    assert (said.code, said.err) == (0, "")
    assert "(team blue)" in said.out
    known = enrolment.load(home)
    assert known is not None
    assert settings.load(home).endpoint == centre.url
    again = enroll(centre.url, centre.ca_file, code)
    assert again.out == said.out, "an answer that was lost can be asked for again"
    other = tmp_path / "other"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(other))
    assert_one_sentence(enroll(centre.url, centre.ca_file, code), 3)
    assert_not_enrolled(other)


def test_a_wrong_code_later_leaves_the_enrolment_as_it_is(
    centre: Centre, enroll: Type, home: Path
) -> None:
    assert enroll(centre.url, centre.ca_file, centre.code()).code == 0
    before = (enrolment.load(home), settings.load(home))
    assert_one_sentence(enroll(centre.url, centre.ca_file, "wrong", "--label", "new"), 3)
    assert (enrolment.load(home), settings.load(home)) == before


@pytest.mark.parametrize("wrong", ["wrong", "x" * 250, "äöü", "🔑", "a b c"])
def test_a_wrong_code_is_told_and_nothing_is_kept(
    wrong: str, centre: Centre, enroll: Type, home: Path
) -> None:
    said = enroll(centre.url, centre.ca_file, wrong)
    assert_one_sentence(said, 3)
    assert "new code" in said.err
    assert_not_enrolled(home)
    assert enroll(centre.url, centre.ca_file, centre.code()).code == 0


@pytest.mark.parametrize("none", ["", "   ", "\udcff\udcfe", "a\x00b", "a\x1b[2Jb"])
def test_what_is_no_code_is_wrong_use(none: str, enroll: Type, home: Path) -> None:
    said = enroll("https://127.0.0.1:1", "no.pem", none)
    assert_one_sentence(said, 2)
    assert "code" in said.err
    assert_not_enrolled(home)


def test_bytes_that_are_no_text_are_no_code(
    type_: Type, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x80"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", raw)
    assert_one_sentence(type_("enroll", "--endpoint", "https://127.0.0.1:1"), 2)
    monkeypatch.setattr("sys.stdin", None)
    assert_one_sentence(type_("enroll", "--endpoint", "https://127.0.0.1:1"), 2)
    assert_not_enrolled(home)


def test_an_endpoint_that_is_away_is_told(
    centre: Centre, enroll: Type, home: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = enroll(f"https://127.0.0.1:{port}", centre.ca_file, "a-code")
    assert_one_sentence(said, 3)
    assert "127.0.0.1" in said.err
    assert_not_enrolled(home)
    assert enroll(centre.url, centre.ca_file, centre.code()).code == 0, "the same key goes on"


@pytest.mark.parametrize(
    "reply",
    [
        HTML,
        Reply(body=b"<html>no such page</html>", status=404, headers=HTML.headers),
        Reply(body=b"<html>oops</html>", status=502, headers=HTML.headers),
        Reply(status=302, headers={"Location": "https://portal.example/"}),
        Reply(body=b"not json"),
        Reply(body=b"[]"),
        Reply(body=b'{"device": "x", "team": "", "receipt_key": "short", "next_in": 1}'),
        Reply(body=b""),
        problem(503, "busy"),
    ],
    ids=["html", "404", "502", "redirect", "text", "list", "key", "empty", "busy"],
)
def test_one_that_answers_otherwise_is_told(
    reply: Reply, enroll: Type, home: Path, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with serving(authority.server()) as endpoint:
        endpoint.behaviour = instead(reply)
        said = enroll(endpoint.url, authority.ca_file, CODE)
    assert_one_sentence(said, 3)
    assert "<html>" not in said.err
    assert_not_enrolled(home)


class TestCertificates:
    def refused(self, context: ssl.SSLContext, ca_file: Path, enroll: Type) -> str:
        with serving(context) as endpoint:
            said = enroll(endpoint.url, ca_file, CODE)
            assert endpoint.requests == 0, "the code never left this computer"
        assert_one_sentence(said, 3)
        return said.err

    def test_one_of_another_authority_is_refused(
        self, enroll: Type, home: Path, tmp_path: Path
    ) -> None:
        ours, theirs = Authority(tmp_path), Authority(tmp_path, "Somebody else")
        assert "not trusted" in self.refused(theirs.server(), ours.ca_file, enroll)
        assert_not_enrolled(home)

    def test_one_of_another_name_is_refused(self, enroll: Type, home: Path, tmp_path: Path) -> None:
        ours = Authority(tmp_path)
        assert "another name" in self.refused(ours.server("other.example"), ours.ca_file, enroll)
        assert_not_enrolled(home)

    def test_one_that_has_ended_is_refused(self, enroll: Type, home: Path, tmp_path: Path) -> None:
        ours = Authority(tmp_path)
        assert "expired" in self.refused(ours.server(expired=True), ours.ca_file, enroll)
        assert_not_enrolled(home)

    @pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\x00"])
    def test_a_file_without_one_is_wrong_use(
        self, content: bytes | None, enroll: Type, home: Path, tmp_path: Path
    ) -> None:
        if content is not None:
            (tmp_path / "ca.pem").write_bytes(content)
        said = enroll("https://127.0.0.1:1", tmp_path / "ca.pem", "a-code")
        assert_one_sentence(said, 2)
        assert "ca.pem" in said.err
        assert_not_enrolled(home)


@pytest.mark.parametrize(
    "url",
    ["http://x", "x", "https://", "ftp://x", "https://a@x", "https://x:99999", "https://[::1"],
)
def test_what_is_no_address_is_wrong_use(url: str, enroll: Type, home: Path) -> None:
    said = enroll(url, "", "a-code")
    assert_one_sentence(said, 2)
    assert_not_enrolled(home)


WORDS = re.compile(r"[a-z]{5}( [a-z]{5}){5}")


def test_the_words_of_the_key_are_shown_at_the_end_and_again(
    centre: Centre, enroll: Type, type_: Type
) -> None:
    said = enroll(centre.url, centre.ca_file, centre.code())
    found = WORDS.search(said.out)
    assert found is not None
    assert type_("enroll", "--words").out == f"{found[0]}\n"


def test_a_key_is_replaced_by_command_without_a_code(
    centre: Centre, enroll: Type, type_: Type, home: Path
) -> None:
    enroll(centre.url, centre.ca_file, centre.code())
    before, device = type_("enroll", "--words").out, enrolment.load(home)
    said = type_("enroll", "--rotate")
    assert (said.code, said.err) == (0, "")
    after = type_("enroll", "--words").out
    assert after != before
    assert after.strip() in said.out
    known = enrolment.load(home)
    assert known is not None
    assert device is not None
    assert known.device == device.device


@pytest.mark.parametrize("what", ["--words", "--rotate"])
def test_a_computer_that_is_not_enrolled_has_no_key_to_show_or_replace(
    what: str, type_: Type, home: Path
) -> None:
    said = type_("enroll", what)
    assert said.code == 2
    assert "not enrolled" in said.err
    assert_not_enrolled(home)


def test_a_desk_that_waits_is_told_so_with_its_words(centre: Centre, enroll: Type) -> None:
    with Admin(centre.settings, time.time) as admin:
        code = admin.batch_code("blue", Wish(team=0, most=2, hours=1, confirm=True))
    said = enroll(centre.url, centre.ca_file, code)
    assert said.code == 0
    assert "waits until a supervisor" in said.out


@pytest.mark.parametrize(
    ("asset", "code", "told"), [("PC-1", 0, ""), ("PC-9", 3, "asset tag"), ("", 3, "--asset")]
)
def test_a_code_for_certain_computers_says_which_one_it_is_not_for(
    asset: str, code: int, told: str, centre: Centre, enroll: Type
) -> None:
    with Admin(centre.settings, time.time) as admin:
        wish = Wish(team=0, most=2, hours=1, confirm=False, assets=("pc-1",))
        made = admin.batch_code("blue", wish)
    said = enroll(centre.url, centre.ca_file, made, "--asset", asset)
    assert said.code == code
    assert told in said.err
