"""The image, without a daemon: the recipe's own lines on a bare Debian, and what it then starts."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from installer.server.parcels import SERVER
from tests.installer import bare, days
from tests.installer.days import Service
from tests.installer.test_server_packages import built
from tests.installer.throwaway import Computer, computer

RECIPE = Path(__file__).parents[2] / "installer" / "server" / "Containerfile"
DATA, BACKUPS = "/var/lib/agentguard-server", "/var/backups/agentguard-server"
USER = "65532"

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.xdist_group("server-packages"),
              pytest.mark.timeout(1500)]  # fmt: skip
__all__ = ["built"]


@dataclass
class Image:
    """What a recipe made, and how it is started."""

    machine: Computer
    env: dict[str, str] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    user: str = "root"

    def start(self, *more: str, **env: str) -> subprocess.Popen[str]:
        """Start it as `podman run --read-only --cap-drop ALL` does, with other words or its own."""
        words = [*self.words["ENTRYPOINT"], *(more or self.words["CMD"])]
        settings = {"PATH": "/usr/local/bin:/usr/bin:/bin", **self.env, **env}
        places = (*self.words["VOLUME"], *(["/run/secrets"] if env else []))
        return self.machine.confined(words, user=self.user, writable=places, env=settings)

    def ask(self, command: str, **env: str) -> str:
        """Type a command in it; `PROGRAM` is its own."""
        before, _, typed = command.partition("PROGRAM ")
        with self.start(*shlex.split(typed), **env) as process:
            given = before.strip().removeprefix("echo ").rstrip(" |").strip("'")
            said, _ = process.communicate(f"{given}\n", timeout=120)
        assert process.returncode == 0, said
        return said


def made(machine: Computer, text: str) -> Image:
    """Do what a recipe says, line by line."""
    image = Image(machine)
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "COPY":
            source, target = rest.split()
            machine.says(f"cp /tmp/given/{source} {target}")
        elif word == "RUN":
            machine.says(rest)
        elif word == "ENV":
            image.env |= dict(one.split("=", 1) for one in rest.split())
        elif word == "USER":
            image.user = rest.partition(":")[0]
        elif word in {"ENTRYPOINT", "CMD", "VOLUME"}:
            image.words[word] = json.loads(rest)
        else:
            assert word in {"", "#", "ARG", "FROM", "EXPOSE", "HEALTHCHECK"}, line
    return image


@pytest.fixture(scope="module")
def image(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    folder, given = tmp_path_factory.mktemp("image"), tmp_path_factory.mktemp("dist")
    (package,) = (one for one in built.glob("*.deb") if "_0.0." not in one.name)
    (given / package.name).write_bytes(package.read_bytes())
    with computer(folder, given, bare.root(SERVER.depends)) as machine:
        yield made(machine, RECIPE.read_text(encoding="utf-8"))


def begin(image: Image, port: int) -> subprocess.Popen[str]:
    words = [word.replace("8443", str(port)) for word in image.words["CMD"]]
    words[words.index("--host") + 1] = "127.0.0.1"
    return image.start(*words)


def test_row_373_it_serves_without_rights_on_a_root_that_nobody_writes(image: Image) -> None:
    assert image.user == USER
    service = Service(do=image.ask, begin=partial(begin, image),
                      authority=lambda: image.machine.says(f"cat {DATA}/ca.pem"))  # fmt: skip
    desk = days.first_day(service)
    days.next_day(service, desk, ["desk-1"])
    assert image.machine.says(f"find {DATA} {BACKUPS} -not -uid {USER}") == ""
    assert image.machine.says(f"stat -c %a {DATA}/server.key") == "600"


def test_row_373_a_secret_that_its_user_cannot_read_is_named(image: Image) -> None:
    file = "/run/secrets/database"
    image.machine.says(f"mkdir -p /run/secrets; echo sqlite:///{DATA}/other.db > {file}")
    image.machine.says(f"chown {USER} {file}; chmod 400 {file}")
    image.ask("PROGRAM enrol-code --team A", AGENTGUARD_DATABASE_FILE=file)
    assert json.loads(image.ask("PROGRAM desks --json", AGENTGUARD_DATABASE_FILE=file)) == []
    image.machine.says(f"chown 0 {file}")
    with image.start("desks", AGENTGUARD_DATABASE_FILE=file) as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert file in said
    assert "Traceback" not in said


def test_row_373_its_health_is_asked_by_what_is_in_it(image: Image) -> None:
    text = RECIPE.read_text(encoding="utf-8")
    found = re.search(r"^HEALTHCHECK .*? CMD (\[.*\])$", text, re.MULTILINE)
    assert found is not None
    program, how, line = json.loads(found[1])
    assert how == "-ISc"
    compile(line, "healthcheck", "exec")
    image.machine.says(f"{program} -ISc 'import ssl, urllib.request'")
    asked = f"https://127.0.0.1:{image.words['CMD'][-1]}/healthz"
    assert asked in line
