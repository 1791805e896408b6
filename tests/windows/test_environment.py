"""A user's environment on Windows: what OPENSSL_CONF and PATH name is loaded by none of ours."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import winreg
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import environment
from agentguard.platforms._win32 import person_start, sessions
from tests.windows.keeping import PATIENCE, until

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("native") / "marker.c"
GCC = "x86_64-w64-mingw32-gcc"
CONFIGURATION = """
openssl_conf = all
[all]
providers = every
[every]
planted = marker
default = usual
[usual]
activate = 1
[marker]
module = {library}
activate = 1
"""
CLEAN = "from agentguard.base import environment; environment.clean()\n"
BELIEVER = (
    "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey\n"
    "Ed25519PrivateKey.generate()"
)
FINDER = (
    "import ctypes\n"
    "try:\n    ctypes.WinDLL('planted.dll', winmode=0); print('loaded')\n"
    "except OSError:\n    print('not found')"
)


@pytest.fixture
def planted() -> Iterator[Path]:
    """The marker, and in `openssl.cnf` the configuration that names it; gcc is one of Linux."""
    with tempfile.TemporaryDirectory(dir="Z:\\tmp") as name:
        library = Path(name) / "marker.dll"
        out, source = (one.as_posix().removeprefix("Z:") for one in (library, SOURCE))
        made = f"{GCC} -shared -o {out}.new {source} && mv {out}.new {out}"
        subprocess.run(("start", "/unix", "/bin/sh", "-c", made), check=False, timeout=PATIENCE)
        until(library.exists)
        text = CONFIGURATION.format(library=library.as_posix())
        (Path(name) / "openssl.cnf").write_text(text, encoding="utf-8")
        yield library


def loads(planted: Path, *words: str) -> bool:
    """Run a program to its end with the marker in its environment; tell whether it was loaded."""
    mark = planted.with_name("marker.dll.loaded")
    mark.unlink(missing_ok=True)
    env = {**os.environ, "OPENSSL_CONF": str(planted.with_name("openssl.cnf")),
           "SSLKEYLOGFILE": str(planted.with_name("keys")), "PYTHONPATH": str(ROOT)}  # fmt: skip
    subprocess.run((sys.executable, *words), env=env, check=False, timeout=PATIENCE)
    return mark.exists()


def test_row_92_no_program_of_ours_loads_what_openssl_conf_names(planted: Path) -> None:
    assert loads(planted, "-c", BELIEVER), "the marker is a good one"
    assert not loads(planted, "-c", CLEAN + BELIEVER)
    for words in (("doctor",), ("scan", str(planted)), ("keeper", "status"), ("catalogue",)):
        assert not loads(planted, "-m", "agentguard", *words)
    assert not planted.with_name("keys").exists()


def test_row_92_a_program_that_the_keeper_starts_gets_nothing_of_it() -> None:
    theirs = {**os.environ, "OPENSSL_CONF": "x", "SSLKEYLOGFILE": "x", "QT_PLUGIN_PATH": "x"}
    given = environment.for_person(theirs, os.environ)
    assert not {"OPENSSL_CONF", "SSLKEYLOGFILE", "QT_PLUGIN_PATH"} & given.keys()
    assert {name.upper() for name in given} >= {"SYSTEMROOT", "PATH", "LOCALAPPDATA", "USERNAME"}


@pytest.fixture
def set_by_a_person() -> Iterator[None]:
    """What anybody sets without a right, and Windows hands to each program that is started."""
    names = ("OPENSSL_CONF", "SSLKEYLOGFILE", "QT_QPA_PLATFORM_PLUGIN_PATH", "PYTHONPATH")
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, "Environment") as key:
        for name in names:
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, "C:\\planted")
        yield
        for name in names:
            winreg.DeleteValue(key, name)


@pytest.mark.usefixtures("set_by_a_person")
def test_row_92_what_a_person_sets_in_the_registry_reaches_no_program_of_the_keepers(
    tmp_path: Path,
) -> None:
    told = tmp_path / "told"
    tells = "import os, sys; open(sys.argv[1], 'w').write(repr(dict(os.environ)))"
    (session, *_) = sessions.logged_on()
    sessions.run(session, (sys.executable, "-I", "-c", tells, str(told)))
    given = told.read_text()
    assert "SYSTEMROOT" in given.upper()
    assert not [name for name in ("OPENSSL", "SSLKEY", "QT_QPA") if name in given.upper()]


def test_a_block_of_settings_is_read_as_windows_writes_it() -> None:
    import ctypes  # noqa: PLC0415 - what the block lies in

    block = ctypes.create_unicode_buffer("=C:=C:\\x\0A=1\0B=2=3\0EMPTY=\0")
    read = dict(person_start._settings(ctypes.addressof(block)))
    assert read == {"A": "1", "B": "2=3", "EMPTY": ""}


def test_libraries_are_looked_for_beside_the_program_and_never_in_path(tmp_path: Path) -> None:
    (tmp_path / "planted.dll").write_bytes(Path(r"C:\windows\system32\version.dll").read_bytes())
    env = {**os.environ, "PATH": f"{tmp_path};{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}

    def said(program: str) -> str:
        ended = subprocess.run(
            (sys.executable, "-c", program), env=env, capture_output=True, text=True, check=True,
            timeout=PATIENCE,
        )  # fmt: skip
        return ended.stdout.strip()

    assert (said(FINDER), said(CLEAN + FINDER)) == ("loaded", "not found")
