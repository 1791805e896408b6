"""Tells the endpoint of this computer's programs: what came and went since it said what it has.

What the endpoint holds is known by its signed answer alone and is kept in a file beside the
journal, which is written after the answer. Whatever ends between leaves the file as it was: the
next difference is to the list in it, and the endpoint, which knows both lists by their digests,
takes it, has it already, or asks for the whole. Without a file, or with one that cannot be read,
the whole is sent.

Of programs there leaves this computer what every desk may be known by, no more. The packages that
the system's maker keeps up with the system are left out. No path leaves: its last part stays, a
file's name, which a person may have chosen. The account's own name is taken out of what is
installed for one account; other people's names are not known here. What a source tells that cannot
be read now is kept as it was told last, so that nothing looks as if it were removed.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from agentguard.base import atomic_files
from agentguard.base.errors import UplinkError
from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.uplink.problems import LONGEST_BACKOFF, problem
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
LARGEST = 192 * 1024
"""Bytes of a list, so that it fits the endpoint's limit with what is around it."""
EXTENSIONS, OTHERS = "software-extensions", "software-others"
"""Why a list is not whole though every source has answered."""
TOO_MANY, NO_ANSWER = "too-many-programs", "no-answer"
HIDDEN = "[user]"
SHORTEST = 3
"""Letters of an account's name from which on it is a name and not a part of another word."""
_PATH = re.compile(
    r"^(?:[A-Za-z]:[\\/]|\\\\|~?/|%\w+%)|[\\/](?:Users|home|Documents and Settings)[\\/]"
)
_MAIL = re.compile(r"[^\s@<>\"']{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_JSON = msgspec.json.Encoder()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The list of a computer's programs, and why it is not whole (an id under `unread`)."""

    programs: tuple[Program, ...]
    unread: str = ""

    @property
    def digest(self) -> str:
        """What the list is known by."""
        return inventory.list_digest(self.programs)


def listed(seen: SoftwareSeen, told: Sequence[Program], user: str = "") -> Listed:
    """Make the list of what was seen; `told` is what the endpoint holds, `user` the account."""
    own = user.rpartition("\\")[2].partition("@")[0]
    made = dict.fromkeys(_program(i, own) for i in seen.items if i.kind is not Kind.PART)
    unread = seen.unread or ("" if seen.items else NO_ANSWER)
    if unread:
        sources = {one.source[: inventory.SHORT] for one in seen.items}
        made |= {one: None for one in told if _hidden(one, unread, sources)}
    kept = _bounded(sorted(made, key=_order))
    return Listed(programs=kept, unread=unread if len(kept) == len(made) else TOO_MANY)


def _hidden(one: Program, unread: str, sources: AbstractSet[str]) -> bool:
    """Check whether a program that was told may be there unseen, by why the list is not whole.

    The reason that weighs most is told alone, so that each stands for those that weigh less: a
    source for extensions, and both for other people.
    """
    if one.scope == "other-user":
        return True
    if one.kind == Kind.EXTENSION.value:
        return unread != OTHERS
    return unread not in {EXTENSIONS, OTHERS} and one.source not in sources


def _order(one: Program) -> tuple[bool, str, str, bytes]:
    """Put the system first, which is cut off last."""
    return one.kind != Kind.SYSTEM.value, one.name, one.version, inventory.digest(one)


def _bounded(programs: Iterable[Program]) -> tuple[Program, ...]:
    kept: list[Program] = []
    room = LARGEST
    for one in programs:
        room -= len(_JSON.encode(one)) + 1
        if room < 0 or len(kept) == inventory.MAX_PROGRAMS:
            break
        kept.append(one)
    return tuple(kept)


def _program(item: Software, user: str) -> Program:
    own = user if item.scope != "machine" else ""
    return Program(
        name=_clean(item.name, own, inventory.NAME),
        version=_clean(item.version, own, inventory.VERSION),
        publisher=_clean(item.vendor, own, inventory.MAKER),
        source=item.source[: inventory.SHORT],
        kind="" if item.kind is Kind.PROGRAM else item.kind.value,
        edition=_clean(item.edition, own, inventory.VERSION),
        arch=item.arch[: inventory.TINY],
        channel=_clean(item.channel, own, inventory.SHORT),
        scope=item.scope[: inventory.TINY],
        signer=_clean(item.signer, own, inventory.MAKER),
        ident=_clean(item.ident, own, inventory.NAME, mail=item.kind is not Kind.EXTENSION),
        host=_clean(item.host, own, inventory.SHORT),
        permissions=tuple(
            one[: inventory.PERMISSION] for one in item.permissions[: inventory.MAX_PERMISSIONS]
        ),
    )


def _clean(text: str, user: str, most: int, *, mail: bool = True) -> str:
    """Return a text without a path, an address of mail, the account's name and what is no sign.

    The id of an extension may have the form of an address, and is its maker's.
    """
    told = "".join(c if c.isprintable() else " " for c in text).strip()
    if _PATH.search(told):
        told = re.split(r"[\\/]", told.rstrip("\\/"))[-1]
    told = _MAIL.sub(HIDDEN, told) if mail else told
    if len(user) >= SHORTEST:
        told = re.sub(rf"(?i)(?<!\w){re.escape(user)}(?!\w)", HIDDEN, told)
    return told[:most].encode("utf-8", "replace").decode()
