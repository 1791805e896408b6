"""The file for many desks on Windows: its `install.cmd`, with a Windows Installer that only notes.

What it is given is judged by the shell that calls it: paths are asked for as files, so that a name
that is cut at a space or lost between code pages is none. The `start` here is Wine's own.
"""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

from agentguard.server.console.endpoint_trust import Kind, Trust
from agentguard.server.console.rollout import MSI, Way, packed
from tests.installer.journey import Report
from tests.installer.wine import SHELL, Windows

ADDRESS = "https://guard.example.org:8443"
OWN = Way(address=ADDRESS, trust=Trust(kind=Kind.OWN, authority=b"PEM", fingerprint="AA"))
POLICY = r"HKLM\Software\Policies\AgentGuard"
TRUSTED = r"C:\Program Files\AgentGuard endpoint\ca.pem"
CODE = "ABCD-EFGH-IJKL-MNOP"
FAKE = r"C:\stand-in"
_NOTES = rf"""@echo off
if exist %2 echo the package is there>>{FAKE}\said
for %%w in (%*) do echo %%~w>>{FAKE}\said
exit /b %CODE_OF_MSIEXEC%
"""
SECONDS = 120.0


def go(windows: Windows, report: Report) -> None:
    """Install from folders with all sorts of names, and where something is missing or fails."""
    fake = windows.path(FAKE)
    fake.mkdir()
    (fake / "msiexec.bat").write_text(_NOTES.replace("\n", "\r\n"), encoding="ascii")
    with report.leg("the file for many desks"):
        for name in ("plain", "with space & (sign)", "مكتب الدعم"):
            folder = _laid(windows, name)
            ended, said = _installed(windows, name, 0)
            report.check(f"{name}: it ends with 0", ended, 0)
            report.check(f"{name}: the package is found", "the package is there" in said)
            report.check(f"{name}: it is silent", "/qn" in said)
            report.check(f"{name}: no code is given", CODE in said, wanted=False)
            report.check(f"{name}: the code lies where it lay", (folder / "code.txt").is_file())
        report.check("the address is given", f"ENDPOINT\n{ADDRESS}\n" in said.replace("\r", ""))
        report.check("the authority lies there", windows.path(TRUSTED).read_bytes(), b"PEM")
        told = windows.values(POLICY).get("CertificateFile")
        report.check("and is named by policy", told, TRUSTED)
        report.check("what fails is handed on", _installed(windows, "plain", 67)[0], 67)
        for missing in (MSI, "code.txt"):
            (windows.path("C:\\plain") / missing).unlink()
            report.check(
                f"without {missing} nothing begins", _installed(windows, "plain", 0), (2, "")
            )
    windows.run("reg", "delete", POLICY, "/f")


def _laid(windows: Windows, name: str) -> Path:
    folder = windows.disk / name
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(packed(OWN))) as bundle:
        bundle.extractall(folder)
    (folder / MSI).write_bytes(b"")
    (folder / "code.txt").write_text(f"{CODE}\n", encoding="ascii")
    return folder


def _installed(windows: Windows, name: str, code: int) -> tuple[int, str]:
    """Run it in its folder; give how it ended (8 bits of it), and what the installer was given."""
    said = windows.path(FAKE) / "said"
    said.unlink(missing_ok=True)
    env = {**windows.env, "WINEPATH": FAKE, "CODE_OF_MSIEXEC": str(code)}
    ended = subprocess.run(
        ("wine", SHELL, "/c", "install.cmd"), cwd=windows.disk / name, env=env,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    return ended.returncode, said.read_text(errors="replace") if said.is_file() else ""
