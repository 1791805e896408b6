"""The passkeys of people, by realm: `console` for its users, `desk` for agents."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, delete, insert, select, update

from agentguard.server.signin.passkeys import Passkey
from agentguard.server.store.schema.sign_in_tables import passkey


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A passkey as it is listed; `id` is hex."""

    id: str
    label: str
    made_at: float
    used_at: float | None


def put(
    connection: Connection, realm: str, owner: str, new: Passkey, *, label: str, now: float
) -> bool:
    """Keep a new passkey; False when it is known already."""
    if connection.scalar(select(passkey.c.id).where(passkey.c.id == new.id)) is not None:
        return False
    connection.execute(
        insert(passkey).values(
            id=new.id,
            realm=realm,
            owner=owner,
            label=label[:100],
            rp=new.rp,
            data=new.data,
            counter=new.count,
            made_at=now,
        )
    )
    return True


def of(connection: Connection, realm: str, owner: str) -> list[Passkey]:
    """Return a person's passkeys."""
    rows = connection.execute(_own(realm, owner))
    return [Passkey(id=row.id, data=row.data, rp=row.rp, count=row.counter) for row in rows]


def owner_of(connection: Connection, realm: str, id_: bytes) -> tuple[str, Passkey] | None:
    """Return whose passkey it is, with the passkey; None when it is nobody's."""
    asked = select(passkey).where(passkey.c.id == id_, passkey.c.realm == realm)
    row = connection.execute(asked).first()
    if row is None:
        return None
    return row.owner, Passkey(id=row.id, data=row.data, rp=row.rp, count=row.counter)


def list_passkeys(connection: Connection, realm: str, owner: str) -> list[Listed]:
    """List a person's passkeys."""
    return [
        Listed(id=row.id.hex(), label=row.label, made_at=row.made_at, used_at=row.used_at)
        for row in connection.execute(_own(realm, owner))
    ]


def used(connection: Connection, known: Passkey, now: float) -> bool:
    """Write down a use with its count; False when a request beside this one used it first."""
    newer = (passkey.c.counter < known.count) | (passkey.c.counter == 0)
    marked = connection.execute(
        update(passkey)
        .where(passkey.c.id == known.id, newer)
        .values(counter=known.count, used_at=now)
    )
    return marked.rowcount == 1


def forget(connection: Connection, realm: str, owner: str, id_: str) -> bool:
    """Take one of a person's passkeys away; False when there is no such one."""
    try:
        known = bytes.fromhex(id_)
    except ValueError:
        return False
    where = (passkey.c.id == known, passkey.c.realm == realm, passkey.c.owner == owner)
    return connection.execute(delete(passkey).where(*where)).rowcount == 1


def forget_all(connection: Connection, realm: str, owner: str) -> None:
    """Take all of a person's passkeys away."""
    where = (passkey.c.realm == realm, passkey.c.owner == owner)
    connection.execute(delete(passkey).where(*where))


def _own(realm: str, owner: str) -> Select[tuple[object, ...]]:
    where = (passkey.c.realm == realm, passkey.c.owner == owner)
    return select(passkey).where(*where).order_by(passkey.c.made_at)
