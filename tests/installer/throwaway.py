"""A computer to throw away: a Debian under an overlay, in a namespace of its own.

What is installed, changed and removed there is gone afterwards; nothing of it is seen outside.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SECONDS = 240
MOUNTS = """
set -e
mount -t tmpfs none {upper}
mkdir {upper}/upper {upper}/work
mount -t overlay overlay -o lowerdir={lower},upperdir={upper}/upper,workdir={upper}/work {root}
mount -t proc proc {root}/proc
mount --bind /dev {root}/dev
mount -t tmpfs none {root}/tmp
mount -t tmpfs none {root}/root
mkdir {root}/tmp/given {root}/tmp/home
cp {given}/* {root}/tmp/given/
echo ready
exec sleep infinity
"""


class Computer:
    """Runs commands of the shell in it."""

    def __init__(self, pid: int, root: Path) -> None:
        self._enter = ("nsenter", "-t", str(pid), "-m")
        self._root = str(root)
        self._inside = (*self._enter, "chroot", self._root, "/bin/sh", "-c")

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (*self._inside, f"cd /; export HOME=/tmp/home; {command}"),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
        )

    def says(self, command: str) -> str:
        ended = self.run(command)
        assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
        return ended.stdout.strip()

    def confined(
        self, words: Sequence[str], *, user: str, writable: Sequence[str], env: Mapping[str, str]
    ) -> subprocess.Popen[str]:
        """Start a program as a confined service: nothing may be written but what is said.

        It has no capability, may win none, and is a process of this user.
        """
        binds = [word for one in writable for word in ("--bind", f"{self._root}{one}", one)]
        inside = ("setpriv", "--reuid", user, "--regid", user, "--init-groups", "--no-new-privs",
                  "--bounding-set=-all", "--inh-caps=-all")  # fmt: skip
        settings = [word for name, value in env.items() for word in ("--setenv", name, value)]
        return subprocess.Popen(
            (*self._enter, "bwrap", "--ro-bind", self._root, "/", *binds,
             "--perms", "1777", "--tmpfs", "/tmp",
             "--proc", "/proc", "--dev", "/dev", "--die-with-parent", "--unshare-pid",
             "--clearenv", *settings,
             "--chdir", "/", "--cap-add", "ALL", *inside, *words),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def has(self, path: str) -> bool:
        return self.run(f"test -e {path}").returncode == 0


@contextmanager
def computer(folder: Path, given: Path, lower: Path = Path("/")) -> Iterator[Computer]:
    """Have one, of this Debian or of another root; the files of `given` lie in its /tmp/given."""
    upper, root = folder / "upper", folder / "root"
    upper.mkdir()
    root.mkdir()
    script = MOUNTS.format(upper=upper, root=root, given=given, lower=lower)
    with subprocess.Popen(
        ("unshare", "-m", "--propagation", "private", "/bin/sh", "-c", script),
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            yield Computer(holder.pid, root)
        finally:
            holder.kill()
