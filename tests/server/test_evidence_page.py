"""The page on which packs are ordered, watched, taken away and cancelled, and the commands."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from agentguard.commands import _server_evidence
from agentguard.platforms import system_clock
from agentguard.server.evidence.shelf import FOLDER, Shelf
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.store.engine import open_database
from agentguard.trust import dsse, key_files, keys, roots
from agentguard.trust.evidence import certificate
from agentguard.trust.evidence.proofs import Known
from agentguard.trust.evidence.tables import day
from agentguard.trust.evidence.verify import verify
from tests.cli.typed import Said, Type, assert_one_sentence, typing
from tests.unit.trust.packs import Signers

PASSWORD = "correct horse battery staple"
FORM = {"kind": "all", "name": "", "framework": "", "requirement": "", "people": ""}


@pytest.fixture
def auditor(running: Any, add_known: Any, another: Any, desk: Any, control: Any) -> Any:
    """Give the browser of an auditor, where a desk has told of something."""
    desk.send(controls=[control()])
    running.time.at += 3600
    desk.send(controls=[control(state="fail")])
    add_known(running, "nina", PASSWORD, "auditor")
    with another() as one:
        assert one.sign_in("nina", PASSWORD).status_code == 303
        yield one


def days(running: Any) -> dict[str, str]:
    return {"since": day(int(running.time.at) - 86400), "until": day(int(running.time.at))}


def make(running: Any) -> None:
    """Do what the endpoint does by itself when it looks."""
    Jobs(running.admin._database, running.settings, running.time)._evidence()


def ordered(running: Any, browser: Any, **other: str) -> str:
    """Order a pack; give the page that follows, or that says what is wrong."""
    form = {**FORM, **days(running), **other}
    answer = browser.submit("/evidence", token=browser.token("/evidence"), **form)
    return str(browser.get("/evidence").text if answer.status_code == 303 else answer.text)


def test_row_299_a_pack_is_ordered_made_and_taken_away(
    running: Any, auditor: Any, tmp_path: Path
) -> None:
    assert "Waits for its turn" in ordered(running, auditor)
    make(running)
    page = auditor.get("/evidence").text
    assert "Made and verified" in page
    link = re.search(r'href="(/evidence/[^"]+/pack.zip)"', page)
    assert link is not None
    packed = auditor.get(link[1])
    assert packed.headers["content-type"] == "application/zip"
    zipfile.ZipFile(io.BytesIO(packed.content)).extractall(tmp_path)
    folder = next(tmp_path.glob("evidence-*"))
    key = keys.from_text(running.admin.packs.keys.pack_key)
    found = verify(folder, Known(now=running.time.at, key=key))
    assert found.problems == ()
    assert "desk-1" in (folder / "desks.csv").read_text(encoding="utf-8-sig")
    paper = auditor.get(link[1].replace("pack.zip", "summary.pdf"))
    assert paper.content.startswith(b"%PDF")
    assert "Not made" not in auditor.get("/evidence/part").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "team"}, "Name the site, the team or the desk"),
        ({"kind": "moon", "name": "x"}, "Name the site, the team or the desk"),
        ({"requirement": "99.9"}, "No control bears on this requirement"),
        ({"since": "2026-01-01", "until": "2020-01-01"}, "The last day must not lie"),
        ({"since": "x"}, "The last day must not lie"),
        ({"since": "2020-01-01"}, "The last day must not lie"),
    ],
)
def test_what_cannot_be_ordered(
    running: Any, auditor: Any, form: dict[str, str], said: str
) -> None:
    assert said in ordered(running, auditor, **form)


def test_one_is_cancelled_and_removed(running: Any, auditor: Any) -> None:
    page = ordered(running, auditor)
    for act, said in (("cancel", "Cancelled."), ("forget", "None yet.")):
        link = re.search(rf'action="(/evidence/[^"]+/{act})"', page)
        assert link is not None
        assert auditor.submit(link[1], token=auditor.token()).status_code == 303
        page = auditor.get("/evidence").text
        assert said in page
    make(running)
    assert Shelf(running.settings.data / FOLDER, running.time).list() == []


def test_an_order_of_what_is_not_there_says_so(running: Any, auditor: Any) -> None:
    ordered(running, auditor, kind="team", name="Nobody")
    make(running)
    assert "There is no team of this name." in auditor.get("/evidence").text


def test_row_299_no_pack_is_given_before_it_is_whole(running: Any, auditor: Any) -> None:
    ordered(running, auditor)
    one = Shelf(running.settings.data / FOLDER, running.time).list()[0]
    for name in ("pack.zip", "summary.pdf"):
        assert auditor.get(f"/evidence/{one.id}/{name}").status_code == 404
        assert auditor.get(f"/evidence/none/{name}").status_code == 404


class TestCommands:
    @pytest.fixture
    def type_(
        self,
        capsys: pytest.CaptureFixture[str],
        running: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Type:
        plain = typing(capsys)
        if running.settings.database:  # its address holds a password
            monkeypatch.setenv(open_database.GIVEN, running.settings.database)

        def type_(verb: str, *words: object) -> Said:
            return plain("server", "evidence", "--data", running.settings.data, verb, *words)

        return type_

    def test_a_pack_is_made_signed_and_certified(
        self, running: Any, auditor: Any, type_: Type, tmp_path: Path
    ) -> None:
        assert auditor is not None
        signers = Signers()
        key = tmp_path / "pack.pub"
        assert type_("key").out.startswith("-----BEGIN PUBLIC KEY-----")
        assert type_("key", "--out", key).code == 0
        public = key_files.load_public(key)
        told = certificate.Certificate(
            key=public.text, name="e", since=0, until=int(system_clock().now().wall) + 999
        )
        raw = dsse.write(dsse.sign(certificate.sealed(told), signers.policy))
        (tmp_path / "c.json").write_bytes(raw)
        before = type_("make", tmp_path / "one", "--since", "2026-09-01", "--until", "2026-09-30")
        assert (before.code, "not certified yet" in before.out) == (0, True), before
        assert type_("certificate", tmp_path / "c.json").code == 0
        made = type_("make", tmp_path / "two", "--team", "Billing", "--framework", "PCI DSS")
        assert (made.code, "made and verified" in made.out) == (0, True), made
        known = Known(now=system_clock().now().wall, chain=signers.chain())
        found = verify(tmp_path / "two", known)
        assert (found.problems, found.signer) == ((), public.id)

    def test_what_cannot_be_done(self, running: Any, type_: Type, tmp_path: Path) -> None:
        other = certificate.Certificate(
            key=keys.public_of(Signers().pack).text, name="e", since=0, until=1
        )
        (tmp_path / "c.json").write_bytes(dsse.write(certificate.sealed(other)))
        assert_one_sentence(type_("certificate", tmp_path / "c.json"), 2)
        assert_one_sentence(type_("make", tmp_path / "p", "--since", "x"), 2)
        days = ("--since", "2026-09-02", "--until", "2026-09-01")
        assert_one_sentence(type_("make", tmp_path / "p", *days), 2)
        assert "no team of this name" in type_("make", tmp_path / "p", "--team", "None").err
        assert not (tmp_path / "p").exists()


def test_a_certificate_is_one_of_the_roots_keys() -> None:
    signers = Signers()
    root = roots.content(signers.chain()[0])
    assert certificate.opened(signers.certificate(), root).covers(5)
    assert _server_evidence.QUARTER.days == 92
