"""Row 92: nothing that a user's environment names is loaded, trusted or written by a program."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.desktop.harness import Desktop
from tests.faults.planting import BEFORE_MAIN, Plants, planted

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0
CARD = "card number 4556 7375 8689 9855"

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(400)]

BELIEVER = """
import ssl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtWidgets import QApplication
ssl.create_default_context()
Ed25519PrivateKey.generate()
shown = QApplication([])
print("\\n".join(line.split()[-1] for line in open("/proc/self/maps")))
"""
"""A program that believes its environment: what it loads shows that the markers are good ones."""

INSIDE = """
mount --bind {home} {real} || exit 99
exec {launcher} "$@"
"""
"""Gives a shipped program another home: the system's own word for it cannot be changed else."""


@pytest.fixture(scope="module")
def plants(tmp_path_factory: pytest.TempPathFactory) -> Plants:
    return planted(tmp_path_factory.mktemp("plants") / "planted")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree that a package installs, with the libraries of this Python beside it."""
    library = tmp_path_factory.mktemp("shipped")
    ignored = shutil.ignore_patterns("__pycache__", "_win32", "server")
    shutil.copytree(ROOT / "agentguard", library / "agentguard", ignore=ignored)
    for room in ("resources", "policies"):
        shutil.copytree(ROOT / room, library / "agentguard" / "_data" / room)
    for one in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not (library / one.name).exists():
            (library / one.name).symlink_to(one)
    launcher = (ROOT / "installer" / "linux" / "launcher").read_text(encoding="utf-8")
    text = launcher.replace("/usr/bin/python3.13", os.path.realpath(sys.executable))
    (library / "launcher").write_text(text.replace("/usr/lib/agentguard", str(library)))
    (library / "launcher").chmod(0o755)
    return library


def _inside(home: Path, shipped: Path) -> str:
    real = pwd.getpwuid(0).pw_dir  # who is nobody else inside
    return INSIDE.format(home=home, real=real, launcher=shipped / "launcher")


def within(holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def test_row_92_a_program_that_believes_its_environment_loads_every_marker(
    plants: Plants, fresh_session: Desktop
) -> None:
    plants.forget()
    said = fresh_session.run(sys.executable, "-c", BELIEVER, env=plants.environment)
    assert plants.loaded() >= {
        "OPENSSL_CONF", "SSLKEYLOGFILE", "GTK_MODULES", "GTK_SETTINGS", *BEFORE_MAIN,
    }  # fmt: skip
    assert f"{plants.folder}/qt/platforms/libqxcb.so" in said


@pytest.mark.parametrize("command", ["run", "tray"])
def test_row_92_an_agent_loads_none_of_them(
    command: str, plants: Plants, fresh_session: Desktop, tmp_path: Path
) -> None:
    plants.forget()
    mine = {n: v for n, v in plants.environment.items() if n not in {*BEFORE_MAIN}}
    env = {**mine, "AGENTGUARD_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    agent = fresh_session.start(sys.executable, "-m", "agentguard", command, env=env)
    assert within((tmp_path / "local.json").exists), "it is at work"
    assert plants.mapped(agent.pid) == set()
    fresh_session.end(agent)
    assert plants.loaded() == set()


@pytest.mark.parametrize("command", ["run", "tray"])
def test_row_92_a_shipped_agent_begins_anew_without_what_came_before_its_first_line(
    command: str, plants: Plants, shipped: Path, fresh_session: Desktop, tmp_path: Path
) -> None:
    """The first start had them already: the loader is done before anybody can ask."""
    plants.forget()
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    script = INSIDE.format(
        home=home, real=Path("~root").expanduser(), launcher=shipped / "launcher"
    )
    env = {**plants.environment, "AGENTGUARD_HOME": str(elsewhere), "HOME": str(elsewhere),
           "XDG_DATA_HOME": str(elsewhere)}  # fmt: skip
    agent = fresh_session.start("unshare", "-r", "-m", "sh", "-c", script, "sh", command, env=env)
    folder = home / ".local" / "share" / "AgentGuard"
    assert within((folder / "local.json").exists), "it is at work, where it belongs"
    assert not (elsewhere / "agent.lock").exists()
    assert plants.mapped(agent.pid) == set()
    carried = Path(f"/proc/{agent.pid}/environ").read_bytes()
    assert str(plants.folder).encode() not in carried.replace(
        f"XDG_CONFIG_HOME={plants.folder}".encode(), b""
    )
    fresh_session.end(agent)
    assert plants.loaded() <= {"LD_PRELOAD", "LD_AUDIT"}


@pytest.mark.parametrize("words", [("scan", "{file}"), ("doctor",), ("keeper", "status")])
def test_row_92_neither_do_a_scan_with_its_child_a_doctor_and_a_keeper(
    words: tuple[str, ...], plants: Plants, shipped: Path, tmp_path: Path
) -> None:
    plants.forget()
    (tmp_path / "letter.txt").write_text(CARD)
    given = [word.format(file=tmp_path / "letter.txt") for word in words]
    script = _inside(tmp_path, shipped)
    ended = subprocess.run(
        ("unshare", "-r", "-m", "sh", "-c", script, "sh", *given),
        env={**os.environ, **plants.environment}, capture_output=True, text=True, check=False,
        timeout=PATIENCE,
    )  # fmt: skip
    assert ended.returncode in {0, 1, 3}, ended.stderr
    assert "Traceback" not in ended.stderr
    assert plants.loaded() <= {"LD_PRELOAD", "LD_AUDIT"}


def test_row_92_a_keeper_that_runs_loads_none_of_them(
    plants: Plants, fresh_session: Desktop, tmp_path: Path
) -> None:
    plants.forget()
    mine = {n: v for n, v in plants.environment.items() if n not in {*BEFORE_MAIN}}
    env = {**mine, "AGENTGUARD_MACHINE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    keeper = fresh_session.start(sys.executable, "-m", "agentguard", "keeper", "run", env=env)
    assert within((tmp_path / "private" / "logs").exists)
    time.sleep(1.0)  # whatever its first round loads
    assert plants.mapped(keeper.pid) == set()
    fresh_session.end(keeper)
    assert plants.loaded() == set()


def test_row_92_every_unit_of_linux_drops_what_acts_before_the_first_line() -> None:
    units = sorted((ROOT / "installer" / "linux").glob("*.service"))
    assert len(units) == 3
    for unit in units:
        lines = unit.read_text(encoding="utf-8").splitlines()
        dropped = {w for s in lines if s.startswith("UnsetEnvironment=") for w in s[17:].split()}
        assert dropped >= {"LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "GCONV_PATH", "LOCPATH"}
