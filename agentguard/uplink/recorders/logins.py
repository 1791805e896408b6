"""Keeps what signs in at a recorder's platform: in the keyring, else in a file of this user's."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentguard.ports.secrets import SecretPlace
from agentguard.trust.secret_store import NOTE_ENDING, Safe
from agentguard.uplink.recorders.platform import Login

FILE = "recorder.login"


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    vendor: str
    user: str
    secret: str
    agent: str


class Logins:
    """The login of this person at one platform; it is never in a policy, a log or an error."""

    def __init__(self, folder: Path, places: tuple[SecretPlace, ...] = ()) -> None:
        self._file = folder / FILE
        self._safe = Safe(self._file, places, whole=lambda data: _read(data) is not None)

    def load(self, vendor: str) -> Login | None:
        """Return the login for a platform; None where there is none for it.

        Raises:
            SecretError: it is damaged, lost, or its place is closed.

        """
        kept = self._safe.load()
        read = _read(kept.secret) if kept is not None else None
        if read is None or read.vendor != vendor:
            return None
        return Login(user=read.user, secret=read.secret, agent=read.agent)

    def save(self, vendor: str, login: Login) -> str:
        """Keep a login in place of the one before; give the id of the place where it lies.

        Raises:
            SecretError: it could not be kept anywhere.

        """
        kept = _Kept(vendor=vendor, user=login.user, secret=login.secret, agent=login.agent)
        return self._safe.save(msgspec.json.encode(kept)).place

    def forget(self) -> None:
        """Let go of it.

        Raises:
            OSError: it could not be removed.

        """
        for file in (self._file, self._file.with_name(self._file.name + NOTE_ENDING)):
            file.unlink(missing_ok=True)


def _read(data: bytes) -> _Kept | None:
    try:
        return msgspec.json.decode(data, type=_Kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
