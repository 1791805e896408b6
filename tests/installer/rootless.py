"""Podman as somebody without rights has it: who builds and starts images here is not root.

It runs as `nobody` in a namespace of its own, in which that user has 65,536 others to give to
containers. What it keeps lies in a folder of the test, and all its processes end with the holder.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER = "nobody"
FIRST = 200_000  # of the users that it may give
SECONDS = 600
NO_GROUP = "nogroup"
# Podman keeps nothing on a root that is not shared, crun wants version 2 of control groups alone,
# and pasta, which lets the world reach a container's port, wants a tunnel that everybody may open.
MOUNTS = """
set -e
mount --make-shared /
mount -t cgroup2 none /sys/fs/cgroup
mount --bind {folder} /mnt
chmod 755 /mnt
echo {user}:{first}:65536 > /mnt/users
for one in /etc/subuid /etc/subgid; do
    test -e $one || : > $one
    mount --bind /mnt/users $one
done
mknod -m 666 /mnt/tunnel c 10 200
mount --bind /mnt/tunnel /dev/net/tun
install -d -o {user} -m 700 /mnt/home /mnt/home/run
echo ready
exec sleep infinity
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Podman:
    """Types its commands; `given` is the folder that is /mnt to it."""

    holder: int
    given: Path

    def words(self, *words: str) -> tuple[str, ...]:
        """Give a command as it is started from outside."""
        inside = ("nsenter", "-t", str(self.holder), "-m", "-p", "--wdns=/mnt/home")
        env = ("env", "-i", "HOME=/mnt/home", "XDG_RUNTIME_DIR=/mnt/home/run", "LANG=C.UTF-8",
               "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")  # fmt: skip
        rights = ("setpriv", "--reuid", USER, "--regid", NO_GROUP, "--clear-groups")
        return (*inside, *env, *rights, "podman", *words)

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.words(*words), input=given, capture_output=True, text=True,
                              check=False, timeout=SECONDS)  # fmt: skip

    def says(self, *words: str, given: str = "") -> str:
        ended = self.run(*words, given=given)
        assert ended.returncode == 0, f"{words}\n{ended.stdout}{ended.stderr}"
        return ended.stdout.strip()

    def take(self, root: Path, name: str) -> None:
        """Make an image of a folder that holds a whole system; its devices are not taken."""
        words = ("tar", "-C", root, "--exclude=./dev/*", "--exclude=*.deb", "-c", ".")
        with subprocess.Popen(words, stdout=subprocess.PIPE) as packed:
            taken = subprocess.run(self.words("import", "--quiet", "-", name), stdin=packed.stdout,
                                   capture_output=True, check=False, timeout=SECONDS)  # fmt: skip
        assert (packed.returncode, taken.returncode) == (0, 0), taken.stderr


@contextmanager
def podman(folder: Path) -> Iterator[Podman]:
    """Have one whose images, containers and volumes lie in this folder."""
    script = MOUNTS.format(folder=folder, user=USER, first=FIRST)
    alone = ("unshare", "-m", "-p", "--fork", "--kill-child", "--mount-proc",
             "--propagation", "private")  # fmt: skip
    with subprocess.Popen((*alone, "/bin/sh", "-c", script), stdout=subprocess.PIPE,
                          text=True) as parent:  # fmt: skip
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == "ready\n"
            children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
            yield Podman(holder=int(children.read_text(encoding="ascii")), given=folder)
        finally:
            parent.kill()
