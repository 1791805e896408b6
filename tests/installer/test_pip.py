"""The wheel as people install it: pip and pipx, with the extra for an endpoint and without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyrage import x25519

from tests.installer import before, days
from tests.installer.days import Service

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
SECONDS = 900
NO_EXTRA = (
    "agentguard: agentguard {0} needs the endpoint's part of the program, which is not installed "
    'here. Install it with: pip install "agentguard[server]". A desk does not need it.\n'
)

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.xdist_group("server-packages"),
              pytest.mark.timeout(1500)]  # fmt: skip


def run(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a program; pip compiles nothing beforehand, most of which no test would ever load."""
    told = {**os.environ, "PIP_NO_COMPILE": "1", **env}
    told.pop("PYTHONPATH", None)
    return subprocess.run([str(word) for word in words], env=told, cwd="/", capture_output=True,
                          text=True, check=False, timeout=SECONDS)  # fmt: skip


def must(*words: str | Path, **env: str) -> str:
    ended = run(*words, **env)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    must(UV, "build", "--wheel", "--quiet", "--out-dir", folder, ROOT)
    (made,) = folder.glob("*.whl")
    return made


def environment(folder: Path, *extra: str) -> Path:
    """Make an environment with pip and the lock file's packages, and give its programs' folder."""
    must(UV, "venv", "--quiet", "--seed", "--python", sys.executable, folder / "venv")
    listed = folder / "packages.txt"
    must(UV, "export", "--project", ROOT, "--frozen", "--no-dev", "--no-emit-project", "--quiet",
         *extra, "--output-file", listed)  # fmt: skip
    must(UV, "pip", "install", "--quiet", "--python", folder / "venv" / "bin" / "python",
         "--requirement", listed)  # fmt: skip
    return folder / "venv" / "bin"


def installed(programs: Path) -> str:
    asked = "import importlib.metadata as them; print(them.version('agentguard'))"
    return must(programs / "python", "-c", asked).strip()


def service(program: Path, home: Path) -> Service:
    """Give the endpoint that this program is, with its data in a folder of the test."""
    env = {**os.environ, "HOME": str(home), "AGENTGUARD_SERVER_DATA": str(home / "data")}
    env.pop("PYTHONPATH", None)

    def do(command: str) -> str:
        words = command.replace("PROGRAM ", f"{program} server ")
        ended = subprocess.run(("/bin/sh", "-c", words), env=env, cwd="/", capture_output=True,
                               text=True, check=False, timeout=120)  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def begin(port: int) -> subprocess.Popen[str]:
        words = (str(program), "serve", "--port", str(port))
        return subprocess.Popen(words, env=env, cwd="/", stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)  # fmt: skip

    return Service(do=do, begin=begin, authority=(home / "data" / "ca.pem").read_text)


def lives_on(endpoint: Service, desk: days.Desk, home: Path) -> None:
    """Serve what is there to the desk that it knows, and back it up."""
    days.next_day(endpoint, desk, ["desk-1"])
    key = x25519.Identity.generate()
    days.kept(endpoint, f"{home}/one.age", f"{key.to_public()}\n{key}", f"{home}/identity")


def test_row_372_pip_with_the_extra_makes_an_endpoint_and_an_upgrade_keeps_it(
    wheel: Path, tmp_path: Path
) -> None:
    programs = environment(tmp_path, "--extra", "server")
    program = programs / "agentguard"
    must(programs / "pip", "install", f"{before.wheel(tmp_path / 'before')}[server]")
    assert installed(programs) == before.OLD
    desk = days.first_day(service(program, tmp_path))
    must(programs / "pip", "install", "--no-index", "--upgrade", f"{wheel}[server]")
    must(programs / "pip", "check")
    assert f"-{installed(programs)}-" in wheel.name
    lives_on(service(program, tmp_path), desk, tmp_path)


def test_row_372_pip_without_the_extra_says_in_one_sentence_what_to_install(
    wheel: Path, tmp_path: Path
) -> None:
    programs = environment(tmp_path)
    must(programs / "pip", "install", "--no-index", wheel)
    for words in (("serve",), ("server", "doctor"), ("server", "setup"), ("demo", "--once")):
        said = run(programs / "agentguard", *words, HOME=str(tmp_path))
        assert (said.returncode, said.stdout, said.stderr) == (3, "", NO_EXTRA.format(words[0]))
    assert "agentguard" in must(programs / "agentguard", "--version", HOME=str(tmp_path))


def test_row_372_pipx_makes_an_endpoint(wheel: Path, tmp_path: Path) -> None:
    must(UV, "venv", "--quiet", "--seed", "--python", sys.executable, tmp_path / "tool")
    must(tmp_path / "tool" / "bin" / "pip", "install", "--quiet", "pipx")
    env = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(tmp_path / "bin"),
           "PIPX_MAN_DIR": str(tmp_path / "man")}  # fmt: skip
    must(tmp_path / "tool" / "bin" / "pipx", "install", f"{wheel}[server]", **env)
    endpoint = service(tmp_path / "bin" / "agentguard", tmp_path)
    lives_on(endpoint, days.first_day(endpoint), tmp_path)
