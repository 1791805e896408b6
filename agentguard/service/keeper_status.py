"""How the desks of this computer stand, as the keeper last saw them: told, and written down."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentguard.base import atomic_files

FILE = "keeper.json"
_READABLE = 0o644  # every user may see what the keeper tells of this computer


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of sessions, of those without an agent, and of files of the program that are gone.

    `failing` is the number of sessions whose agent ended again and again of late, and
    `settled` is the number of agents that the endpoint must have heard of by now.
    `at` is when this was seen and `reported` when the endpoint last took it, as ISO 8601 in UTC;
    `problem` is the kind of what keeps it from the endpoint, `lost` the name of one file that is
    gone; `device` is the keeper's own name at the endpoint. `proxy` is the address of the proxy on
    the way there, empty without one, and `named_by` who named the way (`ports.network.Told`).
    `drilled` is how the keeper's newest drill of its own ended, `drilled_ms` how soon a killed
    stand-in ran again, and `drilled_at` when, in boot time.
    """

    at: str = ""
    sessions: int = 0
    missing: int = 0
    failing: int = 0
    settled: int = 0
    gone: int = 0
    lost: str = ""
    upgrading: bool = False
    reported: str = ""
    problem: str = ""
    device: str = ""
    proxy: str = ""
    named_by: str = ""
    drilled: str = ""
    drilled_ms: int = 0
    drilled_at: float = 0.0

    @property
    def well(self) -> bool:
        """Check whether every session is guarded by a whole program."""
        return not (self.missing or self.failing or self.gone)


def write(folder: Path, standing: Standing) -> None:
    """Write it down for every user to read.

    Raises:
        OSError: it could not be written.

    """
    atomic_files.write(folder / FILE, msgspec.json.encode(standing))
    (folder / FILE).chmod(_READABLE)


def read(folder: Path) -> Standing | None:
    """Return what was last written; None when no keeper ever was here, or it is damaged.

    Raises:
        OSError: it could not be read.

    """
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Standing)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
