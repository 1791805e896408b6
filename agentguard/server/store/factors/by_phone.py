"""Opens a desk that no network reaches: it shows a challenge, a supervisor reads the answer out.

Challenges and answers are made from the endpoint's key, the device and the name of a set, and
stand nowhere. The desk holds digests alone, so who reads its disk can answer nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits
from agentguard.server.store.factors import proof_limits, tries
from agentguard.server.store.records import audit
from agentguard.server.store.schema.phone_tables import phone_answer, phone_set
from agentguard.server.store.schema.tables import device
from agentguard.wire.openings import ALPHABET, ANSWER, CHALLENGE, COUNT, Opening, digest

SECONDS = 15 * 60
"""How long the same challenge is answered, from its first answer on."""
HOUR = 3600
LATE = 2
"""Sets that are kept beside the new one and the one that the desk holds."""
MOST = 5
"""Answers for one desk in an hour."""
GROUP = 4
_BITS = 5
_NAME = re.compile(r"[0-9a-f]{32}")
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def make(
    connection: Connection, keys: ServerKeys, desk: str, holds: str, now: float
) -> tuple[str, tuple[Opening, ...]]:
    """Make the desk a new set: none is used twice, or what was used of it would open again.

    What the desk holds stays known, and the last ones too, since an answer may be late or lost.
    """
    names = _names(connection, desk)
    name = secrets.token_hex(16)
    kept = {holds, *names[-LATE:]}
    connection.execute(
        delete(phone_set).where(phone_set.c.device == desk, phone_set.c.name.not_in(kept))
    )
    for one in (name, holds):
        if one not in names and _NAME.fullmatch(one):  # one of before the endpoint was restored
            values = {"device": desk, "name": one, "made_at": now}
            connection.execute(insert(phone_set).values(values))
    pairs = (_pair(keys, desk, name, index) for index in range(COUNT))
    return name, tuple(
        Opening(challenge=asked, digest=digest(name, asked, told)) for asked, told in pairs
    )


def spent(connection: Connection, desk: str, used: Iterable[str], now: float) -> int:
    """Take in which challenges opened the desk; give how many of them nobody answered here."""
    unasked = 0
    for challenge in sorted(set(used))[: 2 * COUNT]:  # one may be open while a new set comes
        typed = normal(challenge)
        same = (phone_answer.c.device == desk, phone_answer.c.challenge == typed)
        asked = select(phone_answer.c.given_by, phone_answer.c.used_at).where(*same)
        row = connection.execute(asked.order_by(phone_answer.c.id.desc())).first()
        if not typed or (row is not None and row.used_at is not None):
            continue
        if row is None:
            unasked += 1
            _write(connection, desk, typed, ("", ""), now, used=True)
        else:
            still = phone_answer.c.used_at.is_(None)
            connection.execute(update(phone_answer).where(*same, still).values(used_at=now))
        act = "break-glass.used" if row is not None else "break-glass.unasked"
        audit.note(connection, now, f"device:{desk}", act, row.given_by if row else typed)
    return unasked


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A supervisor wants the answer to the letters that a desk shows."""

    desk: str
    letters: str
    reason: str
    by: str


def answer(
    connection: Connection, keys: ServerKeys, asked: Asked, *, now: float, limits: Limits
) -> tuple[str, str]:
    """Return the answer and no problem; or none, and the problem.

    The problems are `no-challenge` (it is none of this desk), `old`, `used` and `too-many`, also
    for who has typed too many letters that no desk shows.
    """
    desk, challenge = asked.desk, normal(asked.letters)
    counts = [proof_limits.PHONE.of(limits, asked.by)]
    problem = "too-many" if tries.reserve(connection, counts, now) else ""
    connection.execute(select(device.c.id).where(device.c.id == desk).with_for_update())
    told = "" if problem else _answers(keys, desk, _names(connection, desk)).get(challenge, "")
    if told:
        tries.release(connection, counts)
        problem = _held_back(connection, desk, challenge, now)
    problem = problem or ("" if told else "no-challenge")
    if problem:
        audit.note(connection, now, asked.by, "break-glass.refused", f"{desk} {problem}")
        return "", problem
    _write(connection, desk, challenge, (asked.reason, asked.by), now)
    audit.note(connection, now, asked.by, "break-glass.answered", desk)
    return shown(told), ""


def normal(typed: str) -> str:
    """Return the challenge that was meant; empty when it has no challenge's shape."""
    kept = "".join(c for c in typed.upper() if not c.isspace() and c != "-").translate(_ALIKE)
    return kept if len(kept) == CHALLENGE and set(kept) <= set(ALPHABET) else ""


def shown(code: str) -> str:
    """Return letters as people read them out."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def _held_back(connection: Connection, desk: str, challenge: str, now: float) -> str:
    mine = phone_answer.c.device == desk
    same = select(func.min(phone_answer.c.given_at), func.max(phone_answer.c.used_at)).where(
        mine, phone_answer.c.challenge == challenge
    )
    first, used = connection.execute(same).one()
    if used is not None:
        return "used"
    if first is not None and now - first >= SECONDS:
        return "old"
    recent = select(func.count()).where(mine, phone_answer.c.given_at > now - HOUR)
    return "too-many" if (connection.scalar(recent) or 0) >= MOST else ""


def _write(
    connection: Connection,
    desk: str,
    challenge: str,
    why: tuple[str, str],
    now: float,
    *,
    used: bool = False,
) -> None:
    connection.execute(
        insert(phone_answer).values(
            device=desk,
            challenge=challenge,
            reason=why[0][:250],
            given_by=why[1],
            given_at=now,
            used_at=now if used else None,
        )
    )


def _names(connection: Connection, desk: str) -> list[str]:
    """Return the names of the sets that the desk may hold, the newest last."""
    asked = select(phone_set.c.name).where(phone_set.c.device == desk)
    return list(connection.scalars(asked.order_by(phone_set.c.made_at, phone_set.c.name)))


def _answers(keys: ServerKeys, desk: str, names: Sequence[str]) -> dict[str, str]:
    return dict(_pair(keys, desk, name, index) for name in names for index in range(COUNT))


def _pair(keys: ServerKeys, desk: str, name: str, index: int) -> tuple[str, str]:
    """Return a challenge and its answer."""
    asked, told = (
        keys.opening(f"{what}\n{desk}\n{name}\n{index}") for what in ("challenge", "answer")
    )
    return _letters(asked, CHALLENGE), _letters(told, ANSWER)


def _letters(data: bytes, count: int) -> str:
    whole = int.from_bytes(data)
    return "".join(ALPHABET[whole >> _BITS * place & 31] for place in range(count))
