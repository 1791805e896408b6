"""A Windows of its own under Wine, for one journey: its disk, registry, services and processes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.windows.run import screen, served

RUN = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run"
OWN = r"HKLM\Software\AgentGuard"
UNINSTALL = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall"
EVENTS = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\AgentGuard"
SOURCE = rf"{EVENTS}\AgentGuard"
PROGRAM = r"C:\Program Files\AgentGuard"
DATA = r"C:\ProgramData\AgentGuard"
SERVICE = "AgentGuardKeeper"
SHELL = r"C:\windows\system32\cmd.exe"
"""By its whole path: of a bare name Wine starts `start.exe` first, which takes as long again."""
_LONGEST = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended: its exit code as Windows tells it, and what it said."""

    code: int
    said: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """One Windows: `disk` is its drive C, `env` what its programs are started with."""

    disk: Path
    env: Mapping[str, str]

    def path(self, windows: str) -> Path:
        r"""Give where a path such as C:\folder lies here."""
        return self.disk / windows.removeprefix("C:\\").replace("\\", "/")

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Ended:
        """Run a program to its end; its words go to a file, since what it starts keeps pipes open.

        Wine's own exit code is cut to 8 bits, so that cmd is asked, by a file for the quotes' sake.
        """
        line = " ".join(map(_quoted, words))
        batch = self.disk / f"run-{uuid.uuid4().hex}.bat"
        doubled = line.replace("%", "%%")
        batch.write_text(f"@echo off\n{doubled}\necho [code %errorlevel%]\n", encoding="utf-8")
        begun = time.monotonic()
        with tempfile.TemporaryFile() as said:
            subprocess.run(
                ("wine", SHELL, "/c", f"C:\\{batch.name}"),
                env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL, stdout=said,
                stderr=subprocess.DEVNULL, timeout=_LONGEST, check=False,
            )  # fmt: skip
            said.seek(0)
            text = said.read().decode("utf-8", errors="replace").replace("\r", "")
        batch.unlink()
        words_said, _, code = text.rpartition("[code ")
        return Ended(
            code=int(code.split("]")[0]), said=words_said, seconds=time.monotonic() - begun
        )

    def begin(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a program and let it run."""
        return subprocess.Popen(
            ("wine", *words), env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def msiexec(self, *words: str) -> Ended:
        """Run Windows Installer, silently."""
        return self.run("msiexec", *words, "/qn", "/norestart")

    def values(self, key: str) -> dict[str, str]:
        """Give the values of a key of the registry by their names; empty without the key."""
        told = self.run("reg", "query", key)
        if told.code:
            return {}
        return _values(told.said)

    def products(self) -> list[dict[str, str]]:
        """Give what stands of AgentGuard in the list of programs."""
        told = self.run("reg", "query", UNINSTALL, "/s").said
        _, *parts = re.split(r"^HKEY_\S+\\(\{[0-9A-Fa-f-]{36}\})$", told, flags=re.MULTILINE)
        keys = zip(parts[::2], parts[1::2], strict=True)
        every = [{"code": key, **_values(text.partition("\nHKEY_")[0])} for key, text in keys]
        return [one for one in every if one.get("DisplayName") == "AgentGuard"]

    def service(self) -> str:
        """Give the state of the keeper's service; empty when there is none."""
        found = re.search(r"STATE\s*:\s*\d+\s+(\w+)", self.run("sc", "query", SERVICE).said)
        return found[1] if found else ""

    def processes(self) -> list[str]:
        """Give the names of our programs that run."""
        told = self.run("tasklist").said
        return re.findall(r"^(agentguard[\w-]*\.exe)", told, re.MULTILINE)

    def tree(self) -> set[str]:
        """Give the program's files, from its folder."""
        folder = self.path(PROGRAM)
        return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def _values(told: str) -> dict[str, str]:
    lines = (re.match(r"\s+(\S.*?)\s+REG_\w+\s*(.*)", line) for line in told.split("\n"))
    return {found[1]: found[2].strip() for found in lines if found}


def _quoted(word: str) -> str:
    """Quote a word for cmd; of a property, Windows Installer wants the value alone in quotes."""
    if not re.search(r"[ &]", word):
        return word
    name, equals, value = word.partition("=")
    return f'{name}="{value}"' if equals and name.isupper() else f'"{word}"'


def seen(path: Path) -> str:
    """Give a file's path as Windows sees it."""
    return f"Z:{path.resolve()}".replace("/", "\\")


def _closed(private: Path) -> None:
    """Do what the table MsiLockPermissionsEx does on Windows; Wine's installer sets no rights.

    The keeper uses no folder that others could have made or may enter.
    """
    private.mkdir(parents=True)
    private.chmod(0o700)


@contextmanager
def windows(prefix: Path) -> Iterator[Windows]:
    """Give a Windows that is a copy of a prefix, with a screen of its own."""
    with tempfile.TemporaryDirectory(prefix="agentguard-msi-") as name, screen() as display:
        own = Path(name)
        shutil.copytree(prefix, own / "prefix", symlinks=True)
        (own / "run").mkdir(mode=0o700)
        env = {
            **os.environ,
            "WINEPREFIX": str(own / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "XDG_RUNTIME_DIR": str(own / "run"),
            "DISPLAY": display,
        }
        # Up before the first command, and with no pipe of ours in the hands of its services.
        served(env)
        quiet = subprocess.DEVNULL
        subprocess.run(
            ("wine", "wineboot"), env=env, stdin=quiet, stdout=quiet, stderr=quiet, check=False
        )
        made = Windows(disk=own / "prefix" / "drive_c", env=env)
        _closed(made.path(rf"{DATA}\private"))
        try:
            yield made
        finally:
            for word in ("-k", "-w"):
                subprocess.run(("wineserver", word), env=env, check=False, timeout=60)
