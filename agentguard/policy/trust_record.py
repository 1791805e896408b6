"""What is believed about policies, kept durably: the pinned root, and the highest version taken."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentguard.base import atomic_files

FILE = "policy-trust.json"
MOST_KEPT = 8


class Trust(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The pinned root and the high-water mark.

    `root` is the envelope of the pinned root. `epoch`, `version` and `digest` are of the highest
    policy that was taken, `before` is the digest of the one that was in its trial then, `kept` the
    digests of those that were verified when they were taken, `failed` that of the last one whose
    trial failed, `time` the greatest time (seconds since 1970) that the endpoint has signed.
    `damaged` is never written.
    """

    root: str = ""
    root_version: int = 0
    epoch: int = 0
    version: int = 0
    digest: str = ""
    before: str = ""
    kept: tuple[str, ...] = ()
    failed: str = ""
    time: float = 0.0
    damaged: bool = False

    def keeping(self, digest: str) -> Trust:
        """Return it with one more digest that was verified; the oldest are forgotten."""
        others = tuple(one for one in self.kept if one != digest)
        return msgspec.structs.replace(self, kept=(*others, digest)[-MOST_KEPT:])


def load(folder: Path) -> Trust:
    """Read what is believed; without a file nothing is, and a damaged one says so."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Trust)
    except (FileNotFoundError, NotADirectoryError):
        return Trust()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Trust(damaged=True)


def save(folder: Path, trust: Trust) -> None:
    """Write it; at any instant the file is the old or the new one.

    Raises:
        OSError: it is as before.

    """
    atomic_files.make_folder(folder)
    atomic_files.write(folder / FILE, msgspec.json.encode(trust))
