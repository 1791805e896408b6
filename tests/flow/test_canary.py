"""No personal data anywhere else: a morning full of it goes through the whole system, and what
the system has written, sent and shown is searched for every value, however it is written.
"""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import json
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtWidgets import QLabel

from agentguard.base import settings
from agentguard.base.settings import MachineSettings
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.model.incidents import IncidentCategory
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, logged, opened
from agentguard.ui.views import Page
from agentguard.uplink import enrolment
from tests.flow.canary import Corpus, drawn
from tests.flow.centre import Browser, Centre
from tests.flow.incidents import report
from tests.flow.shown import Shown, accessible, each_named, taken_out
from tests.flow.wiretap import Wiretap, tapped
from tests.unit.detect.files.hostile import docx, pdf, zipped

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.posix,
    pytest.mark.together,
    pytest.mark.timeout(600),
    # The windows are shown while the first of these tests is set up, whichever that is.
    pytest.mark.qt_log_ignore("This plugin does not support", "systemTrayWindowChanged"),
]

SEED = int(os.environ.get("CANARY_SEED") or random.randrange(1 << 32))
PATIENCE = 90.0
ROOT = Path(__file__).parents[2]
MOST_PAGES = 2000
"""So many pages of the console are looked at: some hundreds are there, each with its filters."""
FILE = "zolbra-complaint"
"""The name of a file; it may stay on the desk and goes nowhere else."""
POLICY = """
policy: canary
version: 1
description: what the canaries need
watch: {{folders: ["{folder}"], sweep_minutes: 1, cpu_percent: 100}}
contact: {{name: Security desk, phone: "100"}}
retention: [{{folder: "{folder}", days: 30, pattern: "*.old"}}]
controls:
  pii-files: {{respond: [notify, vault]}}
  clipboard: {{respond: [clear-clipboard, notify, coach]}}
  retention: {{respond: [purge]}}
  reauth: {{respond: [prove], settings: {{groups: [{{name: CRM, images: [crm]}}]}}}}
"""
CRASH = """
import sys, threading
from pathlib import Path
from agentguard.base import logs
folder, letter = Path(sys.argv[1]), sys.stdin.read()
logs.set_up(folder, seconds=lambda: 0.0)
logs.catch_all()

class Holder:
    def __del__(self):
        raise OSError(2, letter, letter)

def dies():
    raise ValueError(letter)

thread = threading.Thread(target=dies)
thread.start()
thread.join()
Holder()
try:
    int(letter)
except ValueError as error:
    raise RuntimeError(letter) from error
"""


@dataclass
class Morning:
    """One desk with its agent, its endpoint, and a tap between them."""

    root: Path
    centre: Centre
    tap: Wiretap
    corpus: Corpus
    desktop: SimulatedDesktop = field(default_factory=lambda: SimulatedDesktop(system_clock()))
    agent: Agent = field(init=False)
    device: str = ""

    @property
    def home(self) -> Path:
        return self.root / "agent"

    @property
    def folder(self) -> Path:
        return self.root / "desk"

    def until(self, holds: Callable[[], object]) -> None:
        limit = system_clock().now().boot + PATIENCE
        nothing = threading.Event()
        while not holds():
            assert system_clock().now().boot < limit, self.seen()
            nothing.wait(0.05)

    def seen(self) -> str:
        """Say how far it came, without a value."""
        found = [f.check for f in self.agent.engine.snapshot().findings]
        kept = len(self.agent.desk.vault_items())
        return f"it did not happen in time: findings {found}, in the vault {kept}, {kinds(self)}"

    def lay(self) -> None:
        """Prepare the folders, enrol at the tap, and name the policy."""
        self.folder.mkdir()
        self.home.mkdir(mode=0o700)
        file = self.root / "canary.yaml"
        file.write_text(POLICY.format(folder=self.folder))
        settings.save(self.home, MachineSettings(policy=str(file)))
        known = enrolment.enrol(
            self.home,
            f"https://127.0.0.1:{self.tap.port}",
            self.centre.admin.enrol_code("Billing"),
            clock=system_clock(),
            ca_file=str(self.centre.ca),
            label="desk-17",
        )
        self.device = known.device

    def leak(self) -> int:
        """Do all that a careless morning brings; give how many files hold data."""
        letter = self.corpus.letter()
        files = {
            f"{FILE}.txt": letter.encode(),
            "utf16.csv": letter.replace("; ", ",").encode("utf-16"),
            "page.html": f"<html><body><pre>{letter}</pre></body></html>".encode(),
            "rows.json": json.dumps([{"row": row} for row in letter.splitlines()]).encode(),
            "mail.eml": f"Subject: for you\nContent-Type: text/plain\n\n{letter}".encode(),
            "letter.docx": docx(f"<w:p><w:r><w:t>{letter}</w:t></w:r></w:p>"),
            "letter.pdf": pdf(*letter.splitlines()),
            "packed.zip": zipped({"inside.txt": letter.encode()}),
        }
        for number, value in enumerate(self.corpus.recognised):
            files[f"{value} {number}.txt"] = f"card {self.corpus.cards[0]}\n".encode()
        inside = self.folder / self.corpus.ibans[0] / self.corpus.mails[0]
        inside.mkdir(parents=True)
        files[f"{inside}/told.txt"] = letter.encode()
        files[f"{inside}/{self.corpus.cards[0]}.pdf"] = b"%PDF-1.7\n" + b"\x00garbage" * 99
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        old = self.folder / "calls.old"
        old.write_text("made-up, and past its age\n")
        os.utime(old, (0, 0))
        self.until(lambda: self.desktop.watchers >= 2)
        self.desktop.copy(letter, app="crm")
        self.desktop.focus("crm", title=f"{self.corpus.names[0]} - {self.corpus.cards[0]}")
        self.until(lambda: not self.desktop.paste())
        note = f"I was told {'; '.join(self.corpus.recognised)}"
        report(self.agent.desk, IncidentCategory.DATA_SEEN, note)
        return len(files) - 1  # what cannot be read holds nothing that is known

    def written(self, browser: Browser) -> None:
        """Write a note at the console, as somebody does who was told the values."""
        one = f"/incidents/{self.centre.admin.incidents()[0].id}"
        said = f"the customer said {'; '.join(self.corpus.recognised)}"
        browser.submit(one, f"{one}/note", text=said)
        assert "the customer said" in browser.words(one)

    def delivered(self) -> bool:
        self.agent.desk.report_now()
        uplink = self.agent.engine.snapshot().uplink
        whole = self.agent.parts.storage.outbox.waiting() == 0
        return whole and uplink is not None and not uplink.problem

    def typed(self, *words: str) -> bytes:
        """Give what a command of the program prints."""
        said = subprocess.run(
            [sys.executable, "-m", "agentguard", *words],
            capture_output=True,
            check=False,
            env={**os.environ, "AGENTGUARD_HOME": str(self.home), "PYTHONPATH": str(ROOT)},
            cwd=self.root,
        )
        return said.stdout + said.stderr

    def crashed(self) -> bytes:
        """Let threads of a program die with the whole letter in their hands."""
        folder = self.home / "logs"
        said = subprocess.run(
            [sys.executable, "-c", CRASH, folder],
            input=self.corpus.letter().encode(),
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        return said.stdout + said.stderr

    def pages(self) -> bytes:
        """Give every page of the console that a link leads to."""
        browser = Browser(self.centre)
        browser.sign_in()
        self.written(browser)
        seen: dict[str, str] = {}
        papers: list[bytes] = []
        waiting = ["/", f"/desk/{self.device}", "/incidents"]
        while waiting and len(seen) < MOST_PAGES:
            path = waiting.pop(0)
            if path in seen or "sign-out" in path or "static" in path:
                continue
            try:
                given = browser.fetch(path)
            except OSError:  # a page that this person may not open
                seen[path] = ""
                continue
            papers += [text_of(given)] if given.startswith(b"%PDF") else []
            seen[path] = "" if papers and given.startswith(b"%PDF") else given.decode()
            found = seen[path].split('href="')[1:]
            waiting += [x.split('"')[0] for x in found if x.startswith("/")]
        assert len(seen) > 5
        assert not waiting, "not every page was looked at"
        assert papers, "the floor on paper was not among them"
        return b"\n".join((*papers, "\n".join(seen.values()).encode()))


def text_of(paper: bytes) -> bytes:
    """Give what is written on the pages of a PDF."""
    document = pypdfium2.PdfDocument(paper)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document).encode()
    finally:
        document.close()


@pytest.fixture(scope="module")
def morning() -> Iterator[Morning]:
    patch = pytest.MonkeyPatch()
    with ExitStack() as stack:
        stack.callback(patch.undo)
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="canary-")))
        for name in ("server", "temporary"):
            (root / name).mkdir()
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        patch.setenv("TMPDIR", str(root / "temporary"))
        patch.setattr(tempfile, "tempdir", None)
        centre = Centre(root / "server")
        centre.start()
        stack.callback(centre.close)
        tap = stack.enter_context(tapped(centre.port, centre.own_context(), centre.ca))
        one = Morning(root=root, centre=centre, tap=tap, corpus=drawn(SEED))
        one.lay()
        place = Place(
            folder=one.home, backend=one.desktop.backend, clock=system_clock(), user="maria"
        )
        logged(place)
        one.agent = stack.enter_context(opened(place))
        one.agent.start()
        yield one


@pytest.fixture(scope="module")
def evidence(morning: Morning) -> dict[str, bytes]:
    """Give what was sent, shown and said, by where; the files are searched beside."""
    count = morning.leak()
    desk = morning.agent.desk
    morning.until(lambda: len(desk.vault_items()) >= count)
    morning.until(lambda: not (morning.folder / "calls.old").exists())
    morning.until(morning.delivered)
    shown = Shown(desk, morning.root)
    told = [shown.page(page) for page in Page]
    shown.close()
    items = desk.vault_items()
    names = [item.path for item in items]
    assert morning.corpus.found_in("\n".join(names).encode()) >= set(morning.corpus.recognised)
    left = str(morning.folder)
    page = morning.home / "report.html"
    printed = morning.typed("scan", "--report", "html", "--output", str(page), left)
    found = {
        "a scan's lines": morning.typed("scan", "--format", "jsonl", left),
        "a scan's table": morning.typed("scan", left),
        "a scan's page": printed + page.read_bytes(),
        "the accessibility tree": "\n".join(tree for tree, _ in told).encode(),
        "every name": each_named(desk, morning.root, names).encode(),
        "pictures of the windows": "\n".join(text for _, text in told).encode(),
        "notices of the desktop": repr(morning.desktop.notices).encode(),
        "the system's log": repr(morning.desktop.logged).encode(),
        "the last report": desk.last_report().encode(),
        "doctor": morning.typed("doctor"),
        "check": morning.typed("check", "--json"),
        "the vault's list": morning.typed("vault", "list", "--json"),
        "the journal's export": morning.typed("journal", "export", str(morning.home / "out.jsonl")),
        "retention": morning.typed("retention", "--json"),
        "a crash": morning.crashed(),
    }
    codes = OfflineCodes(morning.home, system_clock()).issue(len(items))
    found["what was taken out"] = taken_out(desk, morning.root, items, codes).encode()
    morning.until(morning.delivered)
    found["the console's pages"] = morning.pages()
    return {**found, "the wire": morning.tap.heard()}


def kinds(morning: Morning) -> set[str]:
    return {entry.record.kind for entry in morning.agent.parts.storage.journal.read(0, 10_000)}


EXPECTED = {
    "a scan's lines": '"entity"',
    "a scan's table": "It is damaged",
    "a scan's page": "<html",
    "the accessibility tree": "What leaves this PC",
    "pictures of the windows": "Vault",
    "every name": "...",
    "what was taken out": "is back",
    "notices of the desktop": "(",
    "the system's log": "vault",
    "the last report": '"seq"',
    "doctor": "clipboard",
    "check": "pii-files",
    "the vault's list": FILE,
    "the journal's export": "",
    "retention": "rules",
    "a crash": "ValueError at",
    "the console's pages": "desk-17",
    "the wire": "finding.opened",
}
"""What each place says in any case: an empty place proves nothing."""


@pytest.mark.parametrize("where", EXPECTED)
def test_no_value_is_said_sent_or_shown(
    where: str, evidence: dict[str, bytes], morning: Morning
) -> None:
    assert EXPECTED[where].encode() in evidence[where]
    assert morning.corpus.found_in(evidence[where]) == set()


@pytest.mark.parametrize("folder", ["agent", "server", "temporary"])
@pytest.mark.usefixtures("evidence")
def test_no_value_lies_in_any_file(folder: str, morning: Morning) -> None:
    """The databases with their logs while they are in use, the vault, the programs' own logs."""
    names = {file.name for file in (morning.root / folder).rglob("*")}
    must = {"agent": {"journal.db", "journal.db-wal", "agentguard.log", "out.jsonl"}}
    assert must.get(folder, set()) <= names
    assert morning.corpus.found_in_files([morning.root / folder]) == {}


def test_the_name_of_a_file_stays_on_its_desk(evidence: dict[str, bytes], morning: Morning) -> None:
    for where in ("the wire", "the console's pages", "the last report"):
        assert FILE.encode() not in evidence[where]
    server = [f for f in (morning.root / "server").rglob("*") if f.is_file()]
    assert not [file.name for file in server if FILE.encode() in file.read_bytes()]


@pytest.mark.usefixtures("evidence")
def test_the_search_would_have_found_it(morning: Morning, tmp_path: Path) -> None:
    """A value that is planted in each kind of place is found there; so the rest may be believed."""
    value = morning.corpus.cards[0]
    (tmp_path / "agentguard.log").write_text(f"could not read {value}")
    (tmp_path / "dump").write_bytes(b"\0\xff" + value.replace(" ", "").encode("utf-16-le") + b"\0")
    found = morning.corpus.found_in_files([tmp_path])
    assert set(found) == {str(tmp_path / "agentguard.log"), str(tmp_path / "dump")}


@pytest.mark.usefixtures("evidence")
def test_a_value_that_is_shown_is_found_in_the_tree_and_in_the_picture(morning: Morning) -> None:
    shown = Shown(morning.agent.desk, morning.root)
    shown.page(Page.ABOUT)
    leak = QLabel(morning.corpus.cards[0], shown.window)
    leak.setStyleSheet("font-size: 28px; background: white; color: black")
    leak.setGeometry(400, 900, 700, 60)
    leak.show()
    leak.raise_()
    tree, picture = accessible(shown.window), shown.pictured(shown.window, "leak")
    shown.close()
    assert morning.corpus.found_in(tree.encode()) == {morning.corpus.cards[0]}
    assert morning.corpus.found_in(picture.encode()) == {morning.corpus.cards[0]}
