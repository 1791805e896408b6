"""Keeps the newest catalogue that was taken, so that there is one in force at any time.

What arrives is verified, unpacked within bounds and judged, then kept, and only then in force. The
one in force is the newest of the pack that was taken and of the catalogue that ships, so that
neither a refusal nor an older program takes anything away. A pack that was verified when it was
taken needs no key any more; it is known by its digest.

The mark is written before the pack and names both, so that stopped between the two the one before
is in force, and the new one is taken when it is offered again. What cannot be read at a moment, as
while a virus scanner holds it, is neither lost nor written over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agentguard.base import atomic_files
from agentguard.base.errors import AgentGuardError, PackRejected
from agentguard.model.messages import Message, say
from agentguard.software import pack, shipped
from agentguard.software.document import Contents
from agentguard.software.match import Matcher
from agentguard.trust.refusal import pack_rejected

if TYPE_CHECKING:
    from agentguard.trust.roots import Root

FILE, MARK = "catalogue-pack", "catalogue-mark.json"
UNKEPT = "unkept"
"""Why a pack is not taken that is good: this computer could not read or write its files."""


class Refused(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why the last pack that came over the network was not taken, and when (seconds since 1970)."""

    kind: str
    params: dict[str, str | int] = {}
    at: float = 0.0

    @property
    def message(self) -> Message:
        """The sentence that says so."""
        return say(f"pack.rejected.{self.kind}", **self.params)


class _Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The highest pack that was taken, the one before it, and what was refused since."""

    seq: int = 0
    digest: str = ""
    before: str = ""
    refused: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A catalogue that is in force, ready to be asked; `message` tells of a pack that is lost."""

    contents: Contents
    matcher: Matcher
    shipped: bool
    message: Message | None = None
    refused: Refused | None = None

    @property
    def seq(self) -> int:
        """Its number."""
        return self.contents.seq


class KeptPack:
    """Gives the catalogue in force; `folder` is this user's data folder.

    `root` gives the root document that is believed, None where there is none, and raises
    PackRejected where it is lost; `today` gives the latest day that it can be. Safe for threads.
    """

    def __init__(
        self, folder: Path, root: Callable[[], Root | None], today: Callable[[], date]
    ) -> None:
        self._folder = folder
        self._root = root
        self._today = today
        self._lock = threading.Lock()
        self._known: tuple[bytes, Present] | None = None

    def start(self) -> Present:
        """Return the catalogue in force, read anew only when another was taken.

        Raises:
            CannotError: no pack was taken, and a file of the shipped catalogue is damaged.

        """
        with self._lock:
            return self._in_force()

    @property
    def seq(self) -> int:
        """The number of the newest catalogue that is here; one that was taken and lost is not."""
        with self._lock:
            try:
                mark = self._mark()
                held = bool(mark.digest) and self._digest_kept(mark) == mark.digest
            except OSError:  # not now
                held = False
            return max(mark.seq if held else 0, shipped.seq())

    def offer(self, raw: bytes) -> Present:
        """Take a signed pack that is newer than the one in force; give what is in force then.

        Raises:
            PackRejected: it is not taken, and says why; the one in force stays.

        """
        with self._lock:
            self._offered(raw)
            return self._in_force()

    def deliver(self, raw: bytes, at: float) -> None:
        """As `offer`, of a pack that came over the network at a time: a refusal is noted.

        Raises:
            PackRejected: it is not taken, and says why; the one in force stays.

        """
        with self._lock:
            try:
                self._offered(raw)
            except PackRejected as error:
                refused = Refused(kind=error.kind, params=dict(error.params), at=at)
                with suppress(OSError):  # it is in the log all the same
                    self._save(msgspec.structs.replace(self._mark(), refused=refused))
                raise

    def _offered(self, raw: bytes) -> None:
        root = self._root()
        if root is None:
            raise pack_rejected("no-root")
        packed = _verified(raw, root)
        made = pack.opened(packed)
        if (day := pack.from_the_future(made, self._today())) is not None:
            raise pack_rejected("future", day=day.isoformat())
        try:
            self._keep(raw, made, pack.digest(packed))
        except OSError as error:
            raise pack_rejected(UNKEPT, why=error.strerror or type(error).__name__) from error

    def _keep(self, raw: bytes, made: Contents, digest: str) -> None:
        """Keep a pack that is newer than what is known.

        Raises:
            PackRejected: it is none.
            OSError: what is known cannot be read, or the pack not be written.

        """
        mark = self._mark()
        known = self._highest(mark)
        if made.seq < known or made.seq == shipped.seq():
            raise pack_rejected("older", seq=made.seq, known=known)
        if made.seq == mark.seq and digest != mark.digest:
            raise pack_rejected("other", seq=made.seq)
        atomic_files.make_folder(self._folder)
        self._save(_Mark(seq=made.seq, digest=digest, before=self._digest_kept(mark)))
        atomic_files.write(self._folder / FILE, raw)

    def _highest(self, mark: _Mark) -> int:
        """Return the highest number that is known; without a mark the kept pack tells its own."""
        kept = None if mark.seq else self._taken(self._read(FILE), mark)
        return max(mark.seq, kept.seq if kept else 0, shipped.seq())

    def _digest_kept(self, mark: _Mark) -> str:
        """Return the digest of the pack that is kept now, if it may be in force.

        Raises:
            OSError: it is there, and cannot be read.

        """
        try:
            digest = pack.digest(_payload(self._read(FILE)))
        except PackRejected:
            return ""
        return digest if digest in {mark.digest, mark.before} else ""

    def _in_force(self) -> Present:
        try:
            raw, mark = self._read(FILE), self._mark()
        except OSError:
            return self._known[1] if self._known is not None else self._shipped(lost=True)
        if self._known is None or self._known[0] != raw:
            self._known = raw, self._chosen(raw, mark)
        known = self._known[1]
        return Present(
            contents=known.contents,
            matcher=known.matcher,
            shipped=known.shipped,
            message=known.message,
            refused=mark.refused,
        )

    def _chosen(self, raw: bytes, mark: _Mark) -> Present:
        made = self._taken(raw, mark)
        if made is None or made.seq < shipped.seq():
            return self._shipped(lost=made is None and bool(mark.seq or raw))
        return Present(contents=made, matcher=Matcher(made.catalogue), shipped=False)

    def _shipped(self, *, lost: bool) -> Present:
        return Present(
            contents=shipped.known(),
            matcher=shipped.matcher(),
            shipped=True,
            message=say("pack.lost") if lost else None,
        )

    def _taken(self, raw: bytes, mark: _Mark) -> Contents | None:
        """Return the pack that is kept; one of which nothing is noted is verified anew."""
        try:
            packed = _payload(raw)
            if pack.digest(packed) not in {mark.digest, mark.before}:
                root = self._root()
                if mark.seq or root is None:
                    return None
                packed = _verified(raw, root)
            return pack.opened(packed)
        except AgentGuardError:
            return None

    def _mark(self) -> _Mark:
        """Return what is noted; nothing where the note is lost or damaged.

        Raises:
            OSError: it is there, and cannot be read.

        """
        try:
            return msgspec.json.decode(self._read(MARK), type=_Mark)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _Mark()

    def _save(self, mark: _Mark) -> None:
        atomic_files.write(self._folder / MARK, msgspec.json.encode(mark))

    def _read(self, name: str) -> bytes:
        """Return a file; empty where there is none.

        Raises:
            OSError: it is there, and cannot be read.

        """
        try:
            return atomic_files.read(self._folder / name)
        except (FileNotFoundError, NotADirectoryError):
            return b""


def _payload(raw: bytes) -> bytes:
    """Return the pack in an envelope, unverified.

    Raises:
        PackRejected: it is no envelope of a pack.

    """
    if not raw:
        raise pack_rejected("form")
    from agentguard.trust import signed_packs  # noqa: PLC0415 - 7 MB that a desk without a pack does not need

    return signed_packs.read(raw).payload


def _verified(raw: bytes, root: Root) -> bytes:
    """Return the pack in an envelope that the root's keys have signed.

    Raises:
        PackRejected: it is none.

    """
    from agentguard.trust import signed_packs  # noqa: PLC0415 - as above

    return signed_packs.opened(raw, root)
