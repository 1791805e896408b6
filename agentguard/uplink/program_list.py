"""Makes the list of programs that leaves this computer: what every desk may be known by, no more.

The packages that the system's maker keeps up with the system are left out. No path leaves: its last
part stays, a file's name, which a person may have chosen. The account's own name is taken out of
what is installed for one account; other people's names are not known here. What a source tells
that cannot be read now is kept as it was told last, so that nothing looks as if it were removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import msgspec

from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.wire import inventory
from agentguard.wire.inventory import Program

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
