"""Services of a compose file, started in its order without a daemon: what it says is done, by step.

A container is a process in namespaces of its own (bubblewrap), on a root under an overlay, with the
user, rights, folders, secrets and names that the file gives it. `images.py` has the roots.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.installer.composed import Project, Service
from tests.installer.images import Image
from tests.installer.wires import Network, network

PATIENCE = 60.0
PAUSE = 0.05  # between two questions for its health; a daemon asks as often as the file says
GIVEN = ("CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID",
         "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE")  # fmt: skip
"""The rights of a container of which nothing is said (docs.docker.com, Runtime privilege)."""


@dataclass
class Container:
    """One of a service; `pid` is its first process, as this computer counts."""

    name: str
    service: Service
    image: Image
    holder: int
    address: str
    binds: list[tuple[str, str, str]]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    pid: int = 0

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def env(self) -> dict[str, str]:
        return {**self.image.env, **self.service.environment}

    def rights(self) -> list[str]:
        """Give how a program gets this service's user and rights, and no other."""
        user, _, group = (self.service.user or self.image.user).partition(":")
        dropped = "ALL" in self.service.cap_drop
        kept = {*(() if dropped else GIVEN), *self.service.cap_add}
        bounds = ",".join(["-all", *(f"+{one.lower()}" for one in sorted(kept))])
        no_more = ["--no-new-privs"] if self.service.security_opt else []
        return ["setpriv", "--reuid", user, "--regid", group or "0", "--clear-groups", *no_more,
                f"--bounding-set={bounds}", "--inh-caps=-all"]  # fmt: skip

    def start(self) -> None:
        """Start it, on a root that nobody has written on."""
        image, service = self.image, self.service
        words = [*image.entrypoint, *(service.command or image.command)]
        layers = [word for one in image.layers for word in ("--overlay-src", str(one))]
        binds = [word for one in self.binds for word in one]
        secrets = ["--perms", "0755", "--dir", "/run/secrets"] if service.secrets else []
        folders = [word for one in service.tmpfs for word in ("--perms", "1777", "--tmpfs", one)]
        sealed = ["--remount-ro", "/"] if service.read_only else []
        env = [word for pair in self.env().items() for word in ("--setenv", *pair)]
        told, tell = os.pipe()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net=/proc/{self.holder}/ns/net", *image.computer, "--",
                 "bwrap", *layers, "--tmp-overlay", "/", *secrets, *binds, *folders,
                 "--proc", "/proc", "--dev", "/dev", *sealed,
                 "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", self.name,
                 "--as-pid-1", "--die-with-parent", "--clearenv", *env, "--chdir", "/",
                 "--cap-add", "ALL", "--info-fd", str(tell), *self.rights(), *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(tell,),
            )  # fmt: skip
        os.close(tell)
        with os.fdopen(told, "rb") as info:
            line = info.read()
        assert line, self.said()
        self.pid = json.loads(line)["child-pid"]

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program in it, as `compose exec` does: with its user, rights and settings."""
        env = [f"{name}={value}" for name, value in self.env().items()]
        return subprocess.run(
            ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-i", "-u", "-r", "-w",
             "/usr/bin/env", "-i", *env, *self.rights(), *words],
            input=given, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    def says(self, *words: str, given: str = "") -> str:
        ended = self.run(*words, given=given)
        assert ended.returncode == 0, f"{words}\n{ended.stdout}{ended.stderr}"
        return ended.stdout

    def is_well(self) -> bool:
        """Ask it as the file says; who is not asked is well if it runs."""
        assert self.runs, f"{self.name} has ended:\n{self.said()}"
        health = self.service.healthcheck
        return health is None or self.run(*health.words).returncode == 0

    def wait(self) -> None:
        """Wait until it is well, no longer than a daemon would."""
        assert self.service.healthcheck is not None
        limit, nothing = time.monotonic() + self.service.healthcheck.patience, threading.Event()
        while not self.is_well():
            assert time.monotonic() < limit, f"{self.name} is not well:\n{self.said()}"
            nothing.wait(PAUSE)

    def end(self, how: signal.Signals) -> None:
        """Signal its first process, and wait until all of it has ended."""
        assert self.process is not None
        if self.runs:
            os.kill(self.pid, how)
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()


@dataclass
class Started:
    """A project whose services run; volumes outlive `down`."""

    project: Project
    images: Mapping[str, Image]
    folder: Path
    beside: Path
    wires: Network
    containers: dict[str, list[Container]] = field(default_factory=dict)

    def make(self) -> None:
        """Make the volumes and the containers, none of which runs yet."""
        for name, service in self.project.services.items():
            image = self.images[service.image]
            self.containers[name] = []
            for number in range(1, service.deploy.replicas + 1):
                one, address = self.wires.join()
                names = self.folder / f"{name}-{number}.resolv"
                names.write_text("nameserver 127.0.0.11\noptions ndots:0\n", encoding="ascii")
                self.containers[name].append(
                    Container(name=f"{name}-{number}", service=service, image=image, holder=one,
                              address=address, log=self.folder / f"{name}-{number}.log",
                              binds=[*self._binds(service, image),
                                     ("--ro-bind", str(names), "/etc/resolv.conf")])
                )  # fmt: skip

    def _binds(self, service: Service, image: Image) -> Iterator[tuple[str, str, str]]:
        for one in service.mounts():
            source = self.beside / one.source
            if one.is_named:
                source = self._volume(one.source, one.target, image)
            yield "--ro-bind" if one.read_only else "--bind", str(source), one.target
        for name in service.secrets:
            file = self.beside / self.project.secrets[name].file
            yield "--ro-bind", str(file), f"/run/secrets/{name}"

    def _volume(self, name: str, target: str, image: Image) -> Path:
        """Give a named volume; a new one begins as the image's own folder, or as root's."""
        place = self.folder / "volumes" / name
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            for layer in reversed(image.layers):
                inside = f"{layer}{target}"
                words = ("nsenter", *image.computer, "--", "cp", "-a", inside, str(place))
                if subprocess.run(words, check=False, capture_output=True).returncode == 0:
                    return place
            place.mkdir(mode=0o755)
        return place

    def up(self) -> None:
        """Start every service, those first which others wait for, until they are well."""
        for name in self.project.in_order():
            for other in self.project.services[name].depends_on:
                for one in self.containers[other]:
                    one.wait()
            for one in self.containers[name]:
                self.start(one)

    def start(self, one: Container) -> None:
        one.start()
        self.wires.names.setdefault(one.name.rpartition("-")[0], set()).add(one.address)

    def kill(self, one: Container) -> None:
        """End a container as a crash does; it has no name from then on."""
        one.end(signal.SIGKILL)
        self.wires.names[one.name.rpartition("-")[0]].discard(one.address)

    def again(self) -> None:
        """Start those that have ended, if the file says that they are to be."""
        for every in self.containers.values():
            for one in every:
                if not one.runs and one.service.restart == "unless-stopped":
                    self.start(one)

    def down(self) -> None:
        """Ask every service to end, those last which others wait for."""
        for name in reversed(self.project.in_order()):
            for one in self.containers.get(name, ()):
                if one.process is not None:
                    one.end(one.image.stop)
                    self.wires.names[name].discard(one.address)

    def port(self, name: str) -> int:
        """Have this computer's port lead to the one that a service publishes; give it."""
        (one,) = self.containers[name]
        (published,) = one.service.ports
        return self.wires.published(one.address, int(published.partition(":")[2]))


@contextmanager
def started(
    project: Project, images: Mapping[str, Image], folder: Path, beside: Path
) -> Iterator[Started]:
    """Have a project whose containers are made; `beside` is the compose file's folder."""
    with network(project.subnet) as wires:
        made = Started(project=project, images=images, folder=folder, beside=beside, wires=wires)
        made.make()
        try:
            yield made
        finally:
            for every in made.containers.values():
                for one in every:
                    if one.runs:
                        one.end(signal.SIGKILL)
            shutil.rmtree(folder / "volumes", ignore_errors=True)
