"""The endpoint's packages on a bare Debian 13: from nothing to a desk that reports, and back."""

from __future__ import annotations

import argparse
import configparser
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from pyrage import x25519

from agentguard.base import translations
from agentguard.commands.server import COMMAND
from installer.linux import parcel
from installer.server import parcels
from installer.server.parcels import SERVER
from tests.installer import bare, before, days
from tests.installer.before import OLD
from tests.installer.days import Service
from tests.installer.once import once
from tests.installer.throwaway import Computer, computer

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
NEW = "0.1.0"
DATA, BACKUPS = "/var/lib/agentguard-server", "/var/backups/agentguard-server"
ENV = "/etc/agentguard-server/server.env"
MOST = 260e6  # bytes that it takes when it is installed
VERIFY = "dpkg --verify agentguard-server"

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.xdist_group("server-packages"),
              pytest.mark.timeout(1500)]  # fmt: skip


def acts() -> list[str]:
    """Name every `agentguard server` command there is."""
    parser = argparse.ArgumentParser()
    COMMAND.arguments(parser, translations.load())
    (every,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return list(every.choices)


def build(folder: Path) -> Path:
    """Make of one tree of libraries the release before and this one, for both kinds of systems."""
    root, out = folder / "root", folder / "out"
    out.mkdir()
    parcels.tree(root, str(UV), NEW)
    parcel.deb(SERVER, root, NEW, out, quick=True)
    parcel.rpm(SERVER, root, NEW, out, quick=True)
    old, library = folder / "before", folder / "before" / SERVER.library
    shutil.copytree(root, old, symlinks=True)
    shutil.rmtree(library / "agentguard")
    parcel.own(library, *parcels.OF_TESTS, source=before.sources(folder / "sources"))
    parcel.settle(old, parcels.KEPT)
    parcel.deb(SERVER, old, OLD, out, quick=True)
    parcel.rpm(SERVER, old, OLD, out, quick=True)
    return out


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "parcels", build) / "out"


@pytest.fixture(scope="module")
def machine(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Computer]:
    lower = bare.root(SERVER.depends)
    with computer(tmp_path_factory.mktemp("machine"), built, lower) as made:
        yield made


def settings(machine: Computer) -> dict[str, str]:
    """What the unit and its file tell the service."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(machine.says("cat /usr/lib/systemd/system/agentguard-server.service"))
    told = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "": unit["Service"]["ExecStart"]}
    for line in machine.says(f"cat {ENV}").splitlines():
        name, found, value = line.partition("=")
        if found and not line.startswith("#"):
            told[name] = value
    return told


def begin(machine: Computer, port: int) -> subprocess.Popen[str]:
    """Start the endpoint as its unit does, but at a port that is free here."""
    env = settings(machine)
    words = [
        word
        for one in shlex.split(env.pop(""))
        for word in (env["SERVE_OPTIONS"].split() if one == "$SERVE_OPTIONS" else [one])
    ]
    words[words.index("8443")] = str(port)
    words[words.index("--host") + 1] = "127.0.0.1"
    return machine.confined(words, user="agentguard", writable=(DATA, BACKUPS), env=env)


def service(machine: Computer, data: str = "") -> Service:
    """Give the installed endpoint; a release that knew no other way is told its folder."""

    def do(command: str) -> str:
        words = command.replace("PROGRAM ", "agentguard-server ")
        act = words.partition("agentguard-server ")[2].partition(" ")[0]
        return machine.says(
            words.replace(f"agentguard-server {act}", f"agentguard-server {act} {data}")
        )

    return Service(do=do, begin=partial(begin, machine),
                   authority=lambda: machine.says(f"cat {DATA}/ca.pem"))  # fmt: skip


@pytest.fixture(scope="module")
def lived(machine: Computer) -> tuple[Computer, days.Desk]:
    """The release before, with an administrator and a desk that has reported."""
    machine.says(f"dpkg -i /tmp/given/agentguard-server_{OLD}_amd64.deb")
    machine.says(f"sed -i 's|--port 8443|--port 8443 --data {DATA}|' {ENV}")
    return machine, days.first_day(service(machine, f"--data {DATA}"))


def test_it_is_installed_with_its_user_its_folders_and_their_modes(
    lived: tuple[Computer, days.Desk],
) -> None:
    machine, _ = lived
    assert "nologin" in machine.says("getent passwd agentguard")
    for place, owner in (
        (DATA, "agentguard agentguard 700"),
        (BACKUPS, "agentguard agentguard 700"),
        (ENV, "root root 600"),
        (f"{DATA}/server.key", "agentguard agentguard 600"),
        (f"{DATA}/server.db", "agentguard agentguard 600"),
        ("/usr/bin/agentguard-server", "root root 755"),
    ):
        assert machine.says(f"stat -c '%U %G %a' {place}") == owner, place
    assert machine.says(f"find {DATA} -not -user agentguard") == "", "root made none of it"
    for place in ("/usr/lib/firewalld/services/agentguard-server.xml",
                  "/etc/ufw/applications.d/agentguard-server",
                  "/usr/share/doc/agentguard-server/README",
                  "/usr/share/man/man1/agentguard-server.1.gz"):  # fmt: skip
        assert machine.has(place)
    assert not machine.has("/etc/systemd/system/multi-user.target.wants/agentguard-server.service")


def test_an_upgrade_keeps_what_was_there_and_brings_the_schema_on(
    lived: tuple[Computer, days.Desk],
) -> None:
    machine, desk = lived
    before = machine.says(f"agentguard-server status --data {DATA} --json")
    told = machine.says(f"dpkg --force-confdef -i /tmp/given/agentguard-server_{NEW}_amd64.deb")
    assert "not started" not in told, "that is for the first time"
    assert f"--data {DATA}" in machine.says(f"cat {ENV}"), "the administrator's change"
    assert machine.says("agentguard-server --version") == f"agentguard {NEW}"
    days.next_day(service(machine), desk, ["desk-1"])
    assert machine.says("agentguard-server status --json") != before
    looked = machine.run("agentguard-server doctor")
    assert "Traceback" not in looked.stdout + looked.stderr
    assert "BAD" not in looked.stdout.upper().split(), looked.stdout


def test_a_backup_is_made_where_the_package_has_a_place_for_it(
    lived: tuple[Computer, days.Desk],
) -> None:
    machine, _ = lived
    key = x25519.Identity.generate()
    days.kept(service(machine), f"{BACKUPS}/one.age", f"{key.to_public()}\n{key}")
    assert machine.says(f"stat -c '%U %a' {BACKUPS}/one.age") == "agentguard 600"


def test_the_service_writes_nowhere_else(lived: tuple[Computer, days.Desk]) -> None:
    machine, _ = lived
    tried = ("/bin/sh", "-c", f"touch /etc/x /usr/x /root/x {DATA}/x; ls -A {DATA}; id -u")
    with machine.confined(tried, user="agentguard", writable=(DATA,), env={}) as process:
        said, _ = process.communicate(timeout=60)
    assert said.count("cannot touch") == 3, said
    assert "x" in said.split()
    machine.says(f"rm {DATA}/x")
    changed = {line.split()[-1] for line in machine.says(VERIFY).splitlines()}
    assert changed <= {ENV}, "what an administrator may change, and nothing else"


def test_every_command_is_there_without_what_only_a_desk_loads(
    lived: tuple[Computer, days.Desk],
) -> None:
    machine, _ = lived
    machine.says(f"dpkg --force-confdef -i /tmp/given/agentguard-server_{NEW}_amd64.deb")
    for name in SERVER.left_out:
        place = name.replace("-", "_").replace("python_", "").replace("_python", "")
        assert not machine.has(f"/usr/lib/agentguard-server/{place}"), name
    told = machine.says(
        f"for act in {' '.join(acts())}; do agentguard-server $act --help || exit 1; done"
    )
    assert told.count("--data") >= len(acts())
    assert "--proxy" in machine.says("agentguard-server serve --help")


def test_a_removal_leaves_data_and_a_purge_says_how_to_delete_them(
    lived: tuple[Computer, days.Desk],
) -> None:
    machine, _ = lived
    machine.says("dpkg -r agentguard-server")
    assert not machine.has("/usr/lib/agentguard-server")
    assert machine.has(ENV)
    told = machine.says("dpkg -P agentguard-server")
    assert f"rm -r {DATA}" in told
    assert machine.has(f"{DATA}/server.db")
    assert not machine.has("/etc/agentguard-server")


def test_the_rpm_lives_the_same_day(built: Path, machine: Computer, tmp_path: Path) -> None:
    with computer(tmp_path, built, bare.root((*SERVER.depends, *bare.BESIDE))) as other:
        old, new = (f"/tmp/given/agentguard-server-{one}-1.x86_64.rpm" for one in (OLD, NEW))
        asked = other.says(f"rpm -qpR {new}")
        assert {"/usr/bin/python3.13", "systemd"} <= set(asked.split())
        other.says(f"rpm --initdb; rpm -i --nodeps {old}")
        assert other.says(f"stat -c '%U %G %a' {ENV}") == "root root 600"
        other.says(f"sed -i 's|--port 8443|--port 8443 --data {DATA}|' {ENV}")
        desk = days.first_day(service(other, f"--data {DATA}"))
        other.says(f"rpm -U --nodeps {new}")
        assert f"--data {DATA}" in other.says(f"cat {ENV}"), "the administrator's change"
        assert other.says("agentguard-server --version") == f"agentguard {NEW}"
        days.next_day(service(other), desk, ["desk-1"])
        changed = other.run("rpm -V --nodeps agentguard-server").stdout.splitlines()
        assert {line.split()[-1] for line in changed} == {ENV}
        key = x25519.Identity.generate()
        days.kept(service(other), f"{BACKUPS}/one.age", f"{key.to_public()}\n{key}")
        other.says("rpm -e agentguard-server")
        assert not other.has("/usr/lib/agentguard-server")
        assert other.has(f"{DATA}/server.db")


def test_two_builds_of_one_tree_are_one_package(built: Path, tmp_path: Path) -> None:
    name, root = f"agentguard-server_{NEW}_amd64.deb", tmp_path / "root"
    shutil.copytree(built.parent / "root", root, symlinks=True, copy_function=os.link)
    again = parcel.deb(SERVER, root, NEW, tmp_path, quick=True)
    assert again.read_bytes() == (built / name).read_bytes()


def test_it_is_no_larger_than_it_may_be(built: Path) -> None:
    files = [p for p in (built.parent / "root").rglob("*") if p.is_file() and not p.is_symlink()]
    assert sum(file.stat().st_size for file in files) < MOST


def test_a_program_that_fails_is_told_with_its_words(tmp_path: Path) -> None:
    nothing = replace(SERVER, name="no name")
    with pytest.raises(parcel.BuildError, match="dpkg-deb ended with"):
        parcel.deb(nothing, tmp_path, NEW, tmp_path)
