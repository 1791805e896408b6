"""The installed agent itself: it is whole, comes up, finds a planted file, and reports."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from tests.flow.centre import Centre
from tests.installer import wine
from tests.installer.journey import PRIVATE_CODE, USER, Package, Report, eventually
from tests.installer.wine import DATA, PROGRAM, Windows

ROOT = Path(__file__).resolve().parents[2]
CTL, TRAY = rf"{PROGRAM}\agentguard-ctl.exe", "agentguard.exe"
FINDINGS = 'SELECT "check" FROM finding'
DEVICES = 2  # the keeper and one agent
CARD = "4539 1488 0343 6467"
PLANTED = f"card {CARD}, paid by telephone"
WITHIN = 180.0


def whole(windows: Windows, report: Report) -> None:
    """Compare the program's catalogue with the generated one, and ask its doctor."""
    told = windows.run(CTL, "catalogue", "--json")
    wanted = (ROOT / "resources" / "catalogue.json").read_text(encoding="utf-8")
    report.check("its catalogue is the generated one", told.said.strip(), wanted.strip())
    doctor = windows.run(CTL, "doctor", "--json")
    report.check("its doctor ends as it should", doctor.code in {0, 1})
    capabilities = json.loads(doctor.said)["capabilities"]
    failed = [one for one in capabilities if one["standing"] == "failed"]
    report.check("no capability has failed", failed, [])
    standing = {one["name"]: one["standing"] for one in capabilities}
    report.check("it hears of the clipboard", standing.get("clipboard"), "works")
    recorded(windows, report)
    policy = windows.run(CTL, "policy", "schema")
    report.check("its policies are aboard", policy.code, 0)
    without = windows.run(CTL, "serve", "--help")
    report.check("the endpoint is not", without.code, 2)


def recorded(windows: Windows, report: Report) -> None:
    """Record what Wine answers, with the installed keeper; what is not Wine's alone differs."""
    record = windows.run(CTL, "doctor", "--record", r"C:\answers.jsonl")
    report.check("its recorder ends as it should", record.code in {0, 1})
    lines = windows.path(r"C:\answers.jsonl").read_text(encoding="ascii").splitlines()
    told = {line["id"]: line for line in map(json.loads, lines)}
    report.check("a recording is whole", told["end"], {**told["end"], "lines": len(told) - 2})
    report.check("nothing broke", [one for one, line in told.items() if "fault" in line], [])
    report.check("answers to compare with are aboard", told["job.limits"]["expected"], "same")
    report.check("the keeper's service is found", told["service.configuration"]["rc"], 0)


def finds(windows: Windows, report: Report) -> None:
    """Scan a planted file with a scan child of the frozen program."""
    file = windows.path(r"C:\planted\letter.txt")
    file.parent.mkdir()
    file.write_text(PLANTED, encoding="utf-8")
    told = windows.run(CTL, "scan", r"C:\planted", "--format", "jsonl")
    report.check("the scan finds something", told.code, 1)
    report.check("it is one value", '"count": 1' in told.said)
    report.check("it is masked", CARD in told.said, False)


def reports(windows: Windows, report: Report, folder: Path, one: Package, two: Package) -> None:
    """Install as a fleet is installed, with an endpoint and a code, and touch nothing more.

    The keeper enrols itself and the agent; the agent finds a planted file, and the endpoint hears
    of it, of the upgrade, and of the removal.
    """
    centre = Centre(folder)
    centre.start()
    try:
        planted(windows, centre)
        with report.leg("a fleet's install: enrolled and reporting by itself"):
            rolled_out(windows, report, centre, one)
        with report.leg("the installed agent is whole"):
            whole(windows, report)
            finds(windows, report)
        with report.leg("upgrade of an enrolled computer"):
            upgraded(windows, report, centre, two)
        with report.leg("removal of an enrolled computer"):
            removed(windows, report, centre, two)
    finally:
        centre.close()


def planted(windows: Windows, centre: Centre) -> None:
    """Prepare the computer: whom it trusts, its code, and a letter with a card number."""
    shutil.copy(centre.ca, windows.path(r"C:\ca.pem"))
    windows.run(
        "reg", "add", r"HKLM\Software\Policies\AgentGuard", "/v", "CertificateFile", "/d",
        r"C:\ca.pem", "/f",
    )  # fmt: skip
    windows.path(r"C:\code.txt").write_text(
        centre.admin.enrol_code("north", keeper=True), encoding="ascii"
    )
    letter = windows.path(r"C:\users\root\Documents\letter.txt")
    letter.parent.mkdir(parents=True, exist_ok=True)
    letter.write_text(PLANTED, encoding="utf-8")


def rolled_out(windows: Windows, report: Report, centre: Centre, one: Package) -> None:
    ended = windows.msiexec(
        "/i", wine.seen(one.msi), f"ENDPOINT={centre.url}", r"ENROLMENTFILE=C:\code.txt"
    )
    report.check("it ends with 0", ended.code, 0)
    report.check("the tray comes up by itself", eventually(lambda: TRAY in windows.processes()))
    used = eventually(lambda: not windows.path(PRIVATE_CODE).exists(), WITHIN)
    report.check("the code is used and gone", used)
    known = eventually(lambda: len(versions(centre)) == DEVICES, WITHIN)
    report.check("the keeper and the agent report", known)
    found = eventually(lambda: "pii-files" in asked(centre, FINDINGS), WITHIN)
    report.check("the endpoint knows of the planted file", found)
    report.check("it has not got the number", CARD.encode() in centre.raw(), False)


def upgraded(windows: Windows, report: Report, centre: Centre, two: Package) -> None:
    before = asked(centre, "SELECT id FROM device")
    ended = windows.msiexec("/i", wine.seen(two.msi))
    report.check("it ends with 0", ended.code, 0)
    report.check("the tray is there again", eventually(lambda: TRAY in windows.processes()))
    new = eventually(lambda: versions(centre) == [two.version] * DEVICES, WITHIN)
    report.check("both report as the new version", new)
    report.check("by the same enrolment", asked(centre, "SELECT id FROM device"), before)


def removed(windows: Windows, report: Report, centre: Centre, two: Package) -> None:
    report.check("it ends with 0", windows.msiexec("/x", wine.seen(two.msi)).code, 0)
    told = eventually(lambda: "keeper.removed" in asked(centre, "SELECT kind FROM event"))
    report.check("the endpoint knows of the removal", told)
    report.check("no process", windows.processes(), [])
    report.check("no data of the computer", windows.path(DATA).exists(), False)
    report.check("no data of its users", windows.path(USER).exists(), False)


def versions(centre: Centre) -> list[str]:
    """Give the versions that the devices of the endpoint last reported as."""
    return sorted(asked(centre, "SELECT agent FROM device_seen"))


def asked(centre: Centre, question: str) -> list[str]:
    """Ask the endpoint's database for one column; nothing while the endpoint writes."""
    database = sqlite3.connect(f"file:{centre.folder / 'server.db'}?mode=ro", uri=True)
    with closing(database), suppress(sqlite3.OperationalError):
        return sorted(row[0] for row in database.execute(question))
    return []
