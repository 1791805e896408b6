"""Says where something is in general words: a path never leaves this computer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentguard.base.logs import mask
from agentguard.model.records import Json

_CLASSES = {
    "documents": "documents",
    "desktop": "desktop",
    "downloads": "downloads",
    "tmp": "temporary",
    "temp": "temporary",
    "onedrive": "cloud",
    "dropbox": "cloud",
    "google drive": "cloud",
    "media": "removable",
    "mnt": "mounted",
}
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$")
_IS_PATH = re.compile(r"^(?:~|/|\\\\|[A-Za-z]:[\\/])")
_PATH = re.compile(r"(?<![\w/\\])(?:~?/|\\\\|[A-Za-z]:[\\/])[^/\\,;]+[/\\][^,;]*")
_FILE_KEYS = frozenset({"path", "file", "document", "subject"})
LONGEST = 200


def place(subject: str) -> str:
    """Return the folder's class and the extension of a path; empty for what is no path."""
    if not _IS_PATH.match(subject):
        return ""
    parts = [part.lower() for part in re.split(r"[/\\]+", subject)]
    known = [_CLASSES[part] for part in parts[:-1] if part in _CLASSES]
    folder = known[-1] if known else "network" if subject.startswith("\\\\") else "other"
    extension = _EXTENSION.search(parts[-1])
    return f"{folder} .{extension[1]}" if extension else folder


def params(payload: Json) -> dict[str, str | int]:
    """Return a message's parameters without paths and without what looks like a value."""
    if not isinstance(payload, Mapping):
        return {}
    return {
        _whole(str(key)): value if isinstance(value, int) else text(_param(str(key), value))
        for key, value in payload.items()
        if isinstance(value, int | str)
    }


def _param(key: str, value: str) -> str:
    if key in _FILE_KEYS:
        return place(value) or place(f"/{value}")
    return value


def text(value: str) -> str:
    """Return a text with paths and values masked, and no longer than the wire should carry."""
    general = _PATH.sub(lambda found: place(found[0]), value)
    return _whole(mask(general)[:LONGEST])


def _whole(value: str) -> str:
    """Replace what is no character: JSON on the wire is UTF-8."""
    return value.encode("utf-8", "replace").decode()
