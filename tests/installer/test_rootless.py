"""The image as people without root have it: built of the recipe by podman, and started by it.

No registry is asked: what it begins with is a bare Debian of this computer.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyrage import x25519

from installer.server.parcels import SERVER
from tests.installer import bare, days, rootless
from tests.installer.days import Service
from tests.installer.rootless import Podman
from tests.installer.test_server_packages import built

ROOT = Path(__file__).parents[2]
RECIPE = "installer/server/Containerfile"
PAGE = ROOT / "docs" / "install-server.md"
DATA, BACKUPS = "/var/lib/agentguard-server", "/var/backups/agentguard-server"
BASE, IMAGE, NAME = "localhost/bare", "agentguard-server", "endpoint"

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.xdist_group("server-packages"),
              pytest.mark.timeout(1500)]  # fmt: skip
__all__ = ["built"]


def typed(word: str) -> list[str]:
    """Give the line that our page tells to type for `podman build` or `podman run`."""
    (line,) = re.findall(rf"^podman {word} .*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return shlex.split(line)[1:]


@pytest.fixture(scope="module")
def podman(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """Podman with the image, which it built as our page says."""
    folder = tmp_path_factory.mktemp("podman")
    (package,) = (one for one in built.glob("*.deb") if "_0.0." not in one.name)
    for name, data in ((f"dist/{package.name}", package.read_bytes()),
                       ("recipe", (ROOT / RECIPE).read_bytes())):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o644)
    with rootless.podman(folder) as made:
        made.take(bare.root(SERVER.depends), BASE)
        places = {RECIPE: "/mnt/recipe", "dist": "/mnt/dist"}
        words = [places.get(word, word) for word in typed("build")]
        made.says("build", "--build-arg", f"BASE={BASE}", *words[1:])
        yield made


def started(podman: Podman, port: int, *more: str) -> subprocess.Popen[str]:
    """Start it as our page says, but at a port of this computer that is free."""
    words = [f"127.0.0.1:{port}:8443" if word == "8443:8443" else word for word in typed("run")]
    place = words.index("-v")
    words[place:place] = ["--name", NAME, "--rm", "-v", f"backups:{BACKUPS}", *more]
    return subprocess.Popen(podman.words(*words), stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)  # fmt: skip


def service(podman: Podman) -> Service:
    """Give the endpoint in its container; commands are typed in that which runs, or in another."""

    def do(command: str) -> str:
        inside = command.replace("PROGRAM ", "agentguard-server ")
        return podman.says("run", "--rm", "--read-only", "--cap-drop", "ALL", "--network", "none",
                           "-v", f"agentguard:{DATA}", "-v", f"backups:{BACKUPS}",
                           "--entrypoint", "/bin/sh", IMAGE, "-c", inside)  # fmt: skip

    return Service(do=do, begin=lambda port: started(podman, port),
                   authority=lambda: do(f"cat {DATA}/ca.pem"))  # fmt: skip


def test_row_561_an_image_that_nobody_with_rights_built_serves_and_keeps_what_it_holds(
    podman: Podman,
) -> None:
    endpoint = service(podman)
    desk = days.first_day(endpoint)
    days.next_day(endpoint, desk, ["desk-1"])
    key = x25519.Identity.generate()
    days.kept(endpoint, f"{BACKUPS}/one.age", f"{key.to_public()}\n{key}")


def test_row_561_it_has_no_right_and_writes_nowhere_but_in_its_folders(podman: Podman) -> None:
    tried = f"id -u; grep -E '^(Cap|NoNew)' /proc/self/status; touch /x /usr/x {DATA}/x {BACKUPS}/x"
    with service(podman).serving():
        seen = podman.run("exec", NAME, "sh", "-c", tried)
        users = podman.says("exec", NAME, "cat", "/proc/self/uid_map")
        podman.says("healthcheck", "run", NAME)
    user, *rights = seen.stdout.split("\n")
    assert user == "65532"
    told = dict(one.split(":\t") for one in rights if one)
    assert told.pop("NoNewPrivs") == "1"
    assert {int(one, 16) for one in told.values()} == {0}
    assert [line for line in seen.stderr.splitlines() if "Read-only" in line] != []
    assert seen.stderr.count("cannot touch") == 2, seen.stderr
    assert str(rootless.FIRST) in users.split(), "root in it is nobody outside"


def test_row_561_a_secret_is_read_if_it_is_its_users_and_named_if_not(podman: Podman) -> None:
    file = podman.given / "home" / "database"
    file.write_text(f"sqlite:///{DATA}/other.db\n", encoding="utf-8")
    asked = ("run", "--rm", "--read-only", "--cap-drop", "ALL", "-v", f"agentguard:{DATA}",
             "-v", "/mnt/home/database:/run/secrets/database:ro",
             "-e", "AGENTGUARD_DATABASE_FILE=/run/secrets/database", IMAGE)  # fmt: skip
    file.chmod(0o400)
    shutil.chown(file, rootless.USER, rootless.NO_GROUP)
    podman.says("unshare", "chown", "65532", "/mnt/home/database")
    podman.says(*asked, "enrol-code", "--team", "A")
    assert json.loads(podman.says(*asked, "desks", "--json")) == []
    podman.says("unshare", "chown", "0", "/mnt/home/database")
    refused = podman.run(*asked, "desks")
    assert refused.returncode == 2
    assert "/run/secrets/database" in refused.stderr
    assert "Traceback" not in refused.stderr
