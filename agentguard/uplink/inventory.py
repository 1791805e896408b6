"""Tells the endpoint of this computer's programs: what came and went since it said what it has.

What the endpoint holds is known by its signed answer alone and is kept in a file beside the
journal, which is written after the answer. Whatever ends between leaves the file as it was: the
next difference is to the list in it, and the endpoint, which knows both lists by their digests,
takes it, has it already, or asks for the whole. Without a file, or with one that cannot be read,
the whole is sent.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from agentguard.base import atomic_files
from agentguard.base.errors import UplinkError
from agentguard.model.facts import SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.uplink.problems import LONGEST_BACKOFF, problem
from agentguard.uplink.program_list import Listed, listed
from agentguard.uplink.signing import Sign, signed_by
from agentguard.wire import inventory
from agentguard.wire.inventory import Inventory, InventoryAnswer, InventoryTaken, Program

LOG = logging.getLogger(__name__)

FILE = "programs.told"
LARGEST_FILE = 1024 * 1024  # bytes, as it is and unpacked
DAY = 24 * 3600.0
"""Seconds after which a list that has not changed is told again, in a line: it is still the same.
So often as well is an endpoint asked again that refused the list, as one of before does."""
REFUSED = "http_4xx"

Look = Callable[[], SoftwareSeen | None]


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint last said that it holds of a device."""

    device: str
    digest: str = ""
    unread: str = ""
    programs: tuple[Program, ...] = ()


def nothing_installed() -> SoftwareSeen | None:
    """Know of no list."""
    return None


class Programs:
    """Where the newest list is found; nowhere until there is an engine that knows it."""

    def __init__(self) -> None:
        self._look: Look = nothing_installed

    def found_by(self, look: Look) -> None:
        """Find it by `look` from now on."""
        self._look = look

    def __call__(self) -> SoftwareSeen | None:
        """Return the newest list; None before the first."""
        return self._look()


@dataclass(slots=True, kw_only=True)
class Listing:
    """Tells of the programs after a report that arrived, when they changed or a day has passed."""

    client: Client
    sign: Sign
    enrolment: Enrolment
    folder: Path
    look: Look
    user: str = ""
    last: bytes = b""
    """The last list that was sent and taken, as it left."""
    _told: Told | None = field(default=None)
    _seen: SoftwareSeen | None = field(default=None)
    _again: float = field(default=0.0)
    _sure: bool = field(default=False)

    def follow(self, now: Moment) -> None:
        """Tell of the programs if there is something to tell; what fails is told again later."""
        seen = self.look()
        if seen is None or (now.boot < self._again and (seen is self._seen or not self._sure)):
            return
        try:
            self._follow(seen, now)
        except UplinkError as error:
            LOG.warning("the programs were not told (%s): %s", error.kind, error.title)
            wait = DAY if error.kind == REFUSED else error.retry_after or LONGEST_BACKOFF
            self._again, self._sure = now.boot + wait, False

    def doubt(self) -> None:
        """Tell it again soon: the endpoint does not hold all that it once did."""
        self._again = 0.0

    def _follow(self, seen: SoftwareSeen, now: Moment) -> None:
        told = self._told if self._told is not None else self._read()
        wanted = listed(seen, told.programs, self.user)
        same = (wanted.digest, wanted.unread) == (told.digest, told.unread)
        if not (same and self._sure and now.boot < self._again):
            self._tell(wanted, told, now)
        self._seen, self._sure = seen, True

    def _tell(self, wanted: Listed, told: Told, now: Moment) -> None:
        change = self._change(wanted, told, now)
        taken = self._sent(change)
        if taken.need_full:
            change = self._whole(wanted, now)
            taken = self._sent(change)
        if taken.need_full:
            raise problem("portal", self.client.host)
        self.last, self._again = msgspec.json.encode(change), now.boot + DAY
        self._keep(
            Told(
                device=self.enrolment.device,
                digest=change.digest,
                unread=wanted.unread,
                programs=wanted.programs,
            )
        )

    def _change(self, wanted: Listed, told: Told, now: Moment) -> Inventory:
        before, after = set(told.programs), set(wanted.programs)
        added, gone = after - before, before - after
        if not told.digest or len(added) + len(gone) >= len(after):
            return self._whole(wanted, now)
        return Inventory(
            device=self.enrolment.device,
            sent_at=now.iso,
            digest=wanted.digest,
            programs=len(after),
            base=told.digest,
            added=tuple(one for one in wanted.programs if one in added),
            gone=tuple(one for one in told.programs if one in gone),
            unread=wanted.unread,
        )

    def _whole(self, wanted: Listed, now: Moment) -> Inventory:
        return Inventory(
            device=self.enrolment.device,
            sent_at=now.iso,
            digest=wanted.digest,
            programs=len(wanted.programs),
            full=True,
            added=wanted.programs,
            unread=wanted.unread,
        )

    def _sent(self, change: Inventory) -> InventoryTaken:
        """Send a list; give what the endpoint says of it, signed by its own key for this list."""
        body = msgspec.json.encode(change)
        given = self.client.put(inventory.INVENTORY, body, InventoryAnswer, self.sign)
        if not signed_by(self.enrolment.receipt_key, given.taken.encode(), given.signature):
            raise problem("portal", self.client.host)
        try:
            taken = msgspec.json.decode(given.taken, type=InventoryTaken)
        except msgspec.DecodeError as error:
            raise problem("portal", self.client.host) from error
        if (taken.device, taken.digest, taken.at) != (change.device, change.digest, change.sent_at):
            raise problem("portal", self.client.host)
        return taken

    def _read(self) -> Told:
        nothing = Told(device=self.enrolment.device)
        try:
            if (self.folder / FILE).stat().st_size > LARGEST_FILE:
                return nothing
            raw = atomic_files.read(self.folder / FILE)
            unpack = zlib.decompressobj()
            told = msgspec.json.decode(unpack.decompress(raw, LARGEST_FILE), type=Told)
        except (OSError, zlib.error, msgspec.DecodeError):
            return nothing
        return told if told.device == self.enrolment.device else nothing

    def _keep(self, told: Told) -> None:
        """Keep what the endpoint holds; where that cannot be, a later start sends the whole."""
        self._told = told
        try:
            packed = zlib.compress(msgspec.json.encode(told))
            atomic_files.write(self.folder / FILE, packed)
        except OSError as error:
            LOG.warning("what was told of programs could not be kept: %s", type(error).__name__)
