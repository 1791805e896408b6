"""A fleet's products in states that want a plan, as the taking in of inventories leaves them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert

from agentguard.server.store.schema.software_tables import product_count, program, program_count
from agentguard.server.store.software.plans import Wish

RANKS = {"exploited": 0, "ended": 1, "ending": 2, "unknown": 3, "allowed": 4, "supported": 5}


def install(connection: Connection, product: str, state: str, **more: Any) -> None:
    """Have desks report a product in a state; `desks` have it, 3 without a word."""
    desks = more.pop("desks", 3)
    told = {"name": product, "version": "1", "title": product.title(), "ends": "", **more}
    named = f"{product}{state}{sorted(told.items())}".encode()
    made = connection.execute(
        insert(program).values(
            digest=hashlib.sha256(named).digest(), product=product, state=state, rank=RANKS[state],
            first_seen=1.0, since=1.0, **told,
        )
    )  # fmt: skip
    key = made.inserted_primary_key
    assert key is not None
    connection.execute(insert(program_count).values(program=key[0], desks=desks))
    connection.execute(
        insert(product_count).values(product=product, rank=RANKS[state], desks=desks)
    )


def remove(connection: Connection) -> None:
    """Take every product from every desk; what was told of versions stays a while."""
    connection.execute(delete(product_count))
    connection.execute(delete(program_count))


PAGE = "/software/plans"
DAY = 86400.0


def on(now: float, days: int = 0) -> str:
    """Give a day so many days after another, as it is written."""
    return (datetime.fromtimestamp(now, UTC).date() + timedelta(days=days)).isoformat()


def wish(now: float, product: str = "oracle-jdk", **more: Any) -> Wish:
    """Give a plan that may be, for sixty days."""
    told = {"owner": "Telephony", "target": on(now, 60), "reason": "the wallboard"}
    return Wish(**{"product": product, "review_by": on(now, 200), **told, **more})


def fields(now: float, product: str = "oracle-jdk", **more: str) -> dict[str, str]:
    """Give the same as a form."""
    told = {"owner": "Telephony", "target": on(now, 60), "reason": "the wallboard"}
    return {"product": product, "review": on(now, 200), **told, **more}


def lay(connection: Connection) -> None:
    """Have desks report four products, of which three want a plan."""
    install(connection, "winrar", "exploited", desks=2)
    install(connection, "oracle-jdk", "ended", desks=40, ends="2022-03-31")
    install(connection, "oracle-jdk", "supported", desks=5, version="21")
    install(connection, "acrobat", "ending", desks=7, ends="2026-11-30")
    install(connection, "7-zip", "supported", desks=99)
    install(connection, "", "unknown", desks=12)
    install(connection, "-", "ended", desks=12)
