"""Whether this is a session of xrdp, and what xrdp lets out of it by its own settings.

Sources: xrdp.ini(5), CHANNELS: a channel that is not listed is closed, one of a kind of session
stands over it; sesman.ini(5): RestrictOutboundClipboard, EnableFuseMount.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from agentguard.model.machine import RemoteSessionSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux import ini
from agentguard.ports.desktop import Probe

CHANNELS = "etc/xrdp/xrdp.ini"
SESSIONS = "etc/xrdp/sesman.ini"
MARK = "XRDP_"
"""How the variables begin that xrdp's session manager gives to a session."""

_ALL = frozenset({"all", "true", "yes", "1"})


def read_from(root: Path, environment: Mapping[str, str], at: Moment) -> RemoteSessionSeen:
    """Judge the session of an environment by the settings below `root`."""
    if not any(name.startswith(MARK) for name in environment):
        return RemoteSessionSeen(at=at)
    channels, sessions = _words(root / CHANNELS), _words(root / SESSIONS)
    return RemoteSessionSeen(
        at=at,
        protocol="xrdp",
        clipboard=_both(_open(channels, "cliprdr"), _copies_out(sessions)),
        drives=_both(_open(channels, "rdpdr"), _mounts(sessions)),
    )


def _words(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _open(words: str | None, channel: str) -> bool | None:
    """Return whether a channel is open in some kind of session."""
    if words is None:
        return None
    every = dict(ini.settings(words, "globals"))
    if every.get("allow_channels", "true").lower() not in ini.TRUE:
        return False
    listed = dict(ini.settings(words, "channels")).get(channel, "")
    own = (value for key, value in ini.settings(words) if key == f"channel.{channel}")
    return any(value.lower() in ini.TRUE for value in (listed, *own))


def _copies_out(words: str | None) -> bool | None:
    """Return whether text may leave; files and pictures alone are not what card numbers are."""
    if words is None:
        return None
    said = dict(ini.settings(words, "security")).get("restrictoutboundclipboard", "none")
    closed = {word.strip() for word in said.lower().split(",")}
    return not (closed & _ALL or {"text", "file"} <= closed)


def _mounts(words: str | None) -> bool | None:
    if words is None:
        return None
    return dict(ini.settings(words, "chansrv")).get("enablefusemount", "true").lower() in ini.TRUE


def _both(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - two states
    """Return whether both are open; one that is closed is enough to know that they are not."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def read(at: Moment, _policy: Policy) -> RemoteSessionSeen:
    """Look at this program's own session."""
    return read_from(Path("/"), os.environ, at)


PROBE = Probe(name="remote-session", every=60, read=read)
