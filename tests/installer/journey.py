"""What an administrator does with the MSI, from the first install to the last removal, under Wine.

The same journey goes with stand-ins (seconds) and with the frozen agent. What only Windows itself
shows, the rollback of a transaction and rights of folders first, is in docs/release-checklist.md.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from installer import msi as database
from tests.installer import wine
from tests.installer.wine import DATA, EVENTS, OWN, PROGRAM, RUN, SOURCE, Windows

CODE = "K7QM-4RTX-VANE-22"
ENDPOINT, TEAM, KEY = (
    "https://127.0.0.1:9",
    "north 2",
    r"C:\policy-root.json",
)
SETTINGS = {"Endpoint": ENDPOINT, "Team": TEAM, "PolicyKey": KEY, "AutoStart": "0"}
PRIVATE_CODE = rf"{DATA}\private\enrolment-code"
USER = r"C:\users\root\AppData\Local\AgentGuard"
MENU = r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\AgentGuard.lnk"
OWN_MENU = r"C:\users\root\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\AgentGuard.lnk"
LOG = r"C:\install.log"
REFUSED = 1603
SHOWN = 300  # characters of what was not as it should be
_PATIENCE = 60.0


@dataclass(slots=True, kw_only=True)
class Report:
    """What was checked; a line for each thing that a person can read, which begins with `of`."""

    of: str = ""
    failed: list[str] = field(default_factory=list)
    count: int = 0

    def check(self, what: str, got: object, wanted: object = True) -> None:
        """Note one thing."""
        self.count += 1
        if got != wanted:
            self.failed.append(f"{self.of}{what}")
            print(
                f"FAILED  {self.of}{what}: {repr(got)[:SHOWN]}, not {repr(wanted)[:SHOWN]}",
                flush=True,
            )

    @contextmanager
    def leg(self, name: str) -> Iterator[None]:
        """Name a part of the journey and tell how long it took."""
        begun, before = time.monotonic(), self.count
        yield
        took = time.monotonic() - begun
        checks = self.count - before
        print(f"{took:7.1f} s  {checks:3d} checks  {self.of}{name}", flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An MSI, and the version in it."""

    msi: Path
    version: str


def eventually(seen: Callable[[], bool], seconds: float = _PATIENCE) -> bool:
    """Wait until something is so; tell whether it came."""
    end = time.monotonic() + seconds
    while not (so := seen()) and time.monotonic() < end:
        time.sleep(0.5)
    return so


def go(windows: Windows, report: Report, one: Package, two: Package, *, real: bool) -> None:
    """Go the whole way with two versions."""
    legs: tuple[tuple[str, Callable[[], None]], ...] = (
        ("install with every property", lambda: install(windows, report, one)),
        ("upgrades that fail", lambda: fail(windows, report, one, two)),
        ("upgrade while the tray runs", lambda: upgrade(windows, report, two, real=real)),
        ("downgrade", lambda: downgrade(windows, report, one, two)),
        ("repair", lambda: repair(windows, report, two)),
        ("new settings", lambda: set_anew(windows, report, two)),
        ("uninstall that keeps the data", lambda: uninstall_keeping(windows, report)),
        ("install over kept data", lambda: install_again(windows, report, two)),
        ("uninstall", lambda: uninstall(windows, report, two, real=real)),
    )
    for name, leg in legs:
        with report.leg(name):
            leg()


def install(windows: Windows, report: Report, one: Package) -> None:
    """Install silently; the code of the enrolment file is seen nowhere but in its place."""
    windows.path(r"C:\code.txt").write_text(f"{CODE}\n", encoding="ascii")
    ended = windows.msiexec(
        "/i", wine.seen(one.msi), f"ENDPOINT={ENDPOINT}", f"TEAM={TEAM}", f"POLICYKEY={KEY}",
        r"ENROLMENTFILE=C:\code.txt", "AUTOSTART=0", "/l*v", LOG,
    )  # fmt: skip
    report.check("it ends with 0", ended.code, 0)
    stands(windows, report, one)
    kept(windows, report)
    report.check("no start at logon was wanted", "AgentGuard" in windows.values(RUN), False)
    report.check("the code is kept for the system", windows.path(PRIVATE_CODE).is_file())
    logged = windows.path(LOG).read_text(encoding="utf-8", errors="replace")
    report.check("the log tells of the install", "INSTALL. Return value 1" in logged)
    report.check("the code is not in the log", CODE in logged, False)
    report.check("the code is not in the registry", CODE in str(windows.values(OWN)), False)
    report.check("the event source is there", windows.values(SOURCE).get("TypesSupported"), "0x7")
    report.check("the event log holds 20 MB", windows.values(EVENTS).get("MaxSize"), "0x1400000")
    places = [windows.path(place) for place in (MENU, OWN_MENU)]
    report.check("the start menu has it", any(place.is_file() for place in places))


def stands(windows: Windows, report: Report, package: Package) -> None:
    """Look that one version is there, whole, and kept running."""
    products = windows.products()
    report.check(
        "one entry in the list of programs",
        [p["DisplayVersion"] for p in products],
        [package.version],
    )
    report.check("the registry names it", windows.values(OWN).get("Version"), package.version)
    report.check("the keeper runs", eventually(lambda: windows.service() == "RUNNING"))
    told = windows.run(rf"{PROGRAM}\agentguard-ctl.exe", "--version")
    report.check("the program is that version", told.said.strip(), f"agentguard {package.version}")


def kept(windows: Windows, report: Report) -> None:
    """Look that the settings are as they were given at the first install."""
    values = windows.values(OWN)
    for name, value in SETTINGS.items():
        report.check(f"{name} is as it was given", values.get(name), value)
    report.check("the enrolment file is the system's", values.get("EnrolmentFile"), PRIVATE_CODE)


def fail(windows: Windows, report: Report, one: Package, two: Package) -> None:
    """Upgrade with a torn package, and with one that breaks before the transaction."""
    files = windows.tree()
    torn, broken = (windows.path(rf"C:\{name}.msi") for name in ("torn", "broken"))
    torn.write_bytes(two.msi.read_bytes()[: 1 << 14])
    report.check("a torn package is refused", windows.msiexec("/i", r"C:\torn.msi").code != 0)
    shutil.copy(two.msi, broken)
    database.change(broken, BREAKING)
    report.check("a failure is told", windows.msiexec("/i", r"C:\broken.msi").code, REFUSED)
    report.check("no file has changed", windows.tree(), files)
    stands(windows, report, one)
    kept(windows, report)
    for package in (torn, broken):
        package.unlink()


BREAKING = (
    database.insert(
        "CustomAction",
        {"Action": "Break", "Type": 19, "Target": "This package was broken by a test."},
    ),
    database.insert("InstallExecuteSequence", {"Action": "Break", "Sequence": 1490}),
)
"""An action of type 19 ends an install with an error; 1490 is right before the transaction."""


def upgrade(windows: Windows, report: Report, two: Package, *, real: bool) -> None:
    """Upgrade in silence, without properties, while the tray runs."""
    note(windows)
    before = windows.tree()
    tray = windows.begin(rf"{PROGRAM}\agentguard.exe", *(("tray", "--quiet") if real else ()))
    report.check("the tray runs", eventually(lambda: "agentguard.exe" in windows.processes()))
    ended = windows.msiexec("/i", wine.seen(two.msi), "/l*v", r"C:\upgrade.log")
    report.check("it ends with 0", ended.code, 0)
    report.check("the old tray has ended", eventually(lambda: tray.poll() is not None, 5.0))
    stands(windows, report, two)
    kept(windows, report)
    noted(windows, report)
    report.check("the marker is gone", windows.path(rf"{DATA}\upgrade.pending").exists(), False)
    report.check("the code waits on", windows.path(PRIVATE_CODE).is_file())
    if real:
        report.check(
            "no tray begins that nobody wanted", "agentguard.exe" in windows.processes(), False
        )
    else:
        only = {name for name in before if "only-" in name}
        report.check("files of the old version alone are gone", only & windows.tree(), set())
        said = windows.path(r"C:\said.txt").read_text(encoding="ascii").split("\n")
        report.check("nobody took leave", [w for w in said if w == "farewell"], [])


def note(windows: Windows) -> None:
    """Leave what an upgrade must keep: an enrolment, and a user's journal and vault."""
    for place in (rf"{DATA}\private\enrolment.json", rf"{USER}\noted.txt", rf"{USER}\vault\kept"):
        windows.path(place).parent.mkdir(parents=True, exist_ok=True)
        windows.path(place).write_text("noted", encoding="ascii")


def noted(windows: Windows, report: Report) -> None:
    """Look that it is all there."""
    for place in (rf"{DATA}\private\enrolment.json", rf"{USER}\noted.txt", rf"{USER}\vault\kept"):
        report.check(f"{place} is kept", windows.path(place).is_file())


def downgrade(windows: Windows, report: Report, one: Package, two: Package) -> None:
    """Try to go back: refused, and nothing changes. The sentence is looked for in shown.py."""
    files = windows.tree()
    ended = windows.msiexec("/i", wine.seen(one.msi))
    report.check("it is refused", ended.code, REFUSED)
    report.check("no file has changed", windows.tree(), files)
    stands(windows, report, two)


def repair(windows: Windows, report: Report, two: Package) -> None:
    """Put back a file that was lost. Wine does not know `/fa {code}`; REINSTALL is the same."""
    lost = windows.path(PROGRAM) / min(n for n in windows.tree() if "_internal/" in n)
    lost.unlink()
    code = windows.products()[0]["code"]
    ended = windows.msiexec("/i", code, "REINSTALL=ALL", "REINSTALLMODE=amus")
    report.check("it ends with 0", ended.code, 0)
    report.check("the file is back", lost.is_file())
    stands(windows, report, two)
    kept(windows, report)


def set_anew(windows: Windows, report: Report, two: Package) -> None:
    """Give one property anew: the others stay."""
    code = windows.products()[0]["code"]
    ended = windows.msiexec("/i", code, "TEAM=south", "REINSTALL=ALL", "REINSTALLMODE=amus")
    report.check("it ends with 0", ended.code, 0)
    values = windows.values(OWN)
    report.check("the team is the new one", values.get("Team"), "south")
    report.check("the endpoint is the old one", values.get("Endpoint"), ENDPOINT)
    stands(windows, report, two)


def uninstall_keeping(windows: Windows, report: Report) -> None:
    """Remove the program and keep all data."""
    code = windows.products()[0]["code"]
    ended = windows.msiexec("/x", code, "KEEPDATA=1", "/l*v", LOG)
    report.check("it ends with 0", ended.code, 0)
    gone(windows, report)
    noted(windows, report)
    report.check("the code waits on", windows.path(PRIVATE_CODE).is_file())


def gone(windows: Windows, report: Report) -> None:
    """Look that the program is gone."""
    report.check("no entry in the list of programs", windows.products(), [])
    report.check("no program folder", windows.path(PROGRAM).exists(), False)
    report.check("no settings", windows.values(OWN), {})
    report.check("no service", windows.service(), "")
    report.check("no start at logon", "AgentGuard" in windows.values(RUN), False)
    report.check("no event log", windows.values(EVENTS), {})
    report.check("no event source", windows.values(SOURCE), {})
    report.check("no process", windows.processes(), [])
    for place in (MENU, OWN_MENU):
        report.check("nothing in the start menu", windows.path(place).exists(), False)


def install_again(windows: Windows, report: Report, two: Package) -> None:
    """Install over kept data, with the marker that a broken upgrade left, and no property."""
    windows.path(rf"{DATA}\upgrade.pending").write_text("0\n", encoding="ascii")
    report.check("it ends with 0", windows.msiexec("/i", wine.seen(two.msi)).code, 0)
    stands(windows, report, two)
    noted(windows, report)
    report.check("the old marker is gone", windows.path(rf"{DATA}\upgrade.pending").exists(), False)
    report.check("the keeper starts it", windows.values(OWN).get("AutoStart"), "1")
    report.check("nothing else does", "AgentGuard" in windows.values(RUN), False)


def uninstall(windows: Windows, report: Report, two: Package, *, real: bool) -> None:
    """Remove everything, by the package, while a tray runs that does not listen."""
    if not real:
        windows.begin(rf"{PROGRAM}\agentguard.exe", "--stubborn")
    report.check("a tray runs", eventually(lambda: "agentguard.exe" in windows.processes()))
    ended = windows.msiexec("/x", wine.seen(two.msi), "/l*v", LOG)
    report.check("it ends with 0", ended.code, 0)
    gone(windows, report)
    report.check("no data of the computer", windows.path(DATA).exists(), False)
    if real:
        report.check("no data of its users", windows.path(USER).exists(), False)
    else:
        said = windows.path(r"C:\said.txt").read_text(encoding="ascii").splitlines()
        report.check("both removals took leave of the endpoint", said.count("farewell"), 2)
