"""Keeps under which address desks and browsers come: `origin` in the endpoint's data folder.

`serve --origin` wins over it. The endpoint's own certificate names its host as well.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from agentguard.base import atomic_files

FILE = "origin"
LONGEST = 253
_HOST = re.compile(r"[A-Za-z0-9.:_-]+")


def read(data: Path) -> str:
    """Return the address, such as `https://guard.example.org:8443`; empty when none is kept."""
    try:
        said = (data / FILE).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
    return said if fits(said) else ""


def is_damaged(data: Path) -> bool:
    """Check whether something is kept, and no address can be read in it."""
    return os.path.lexists(data / FILE) and not read(data)


def fits(said: str) -> bool:
    """Check whether this is an address: https, a host, perhaps a port, and nothing else."""
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    plain = f"https://{f'[{host}]' if ':' in host else host}"
    return (
        bool(_HOST.fullmatch(host)) and len(host) <= LONGEST and said in {plain, f"{plain}:{port}"}
    )


def write(data: Path, origin: str) -> None:
    """Keep the address.

    Raises:
        OSError: it could not be written.

    """
    atomic_files.make_folder(data)
    atomic_files.write(data / FILE, f"{origin}\n".encode())


def host_of(origin: str) -> str:
    """Return the host's name or address; empty when there is none."""
    return urlsplit(origin).hostname or ""
