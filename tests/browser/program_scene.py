"""The programs of the thirty desks: common ones in many versions, and names of any kind."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import Connection, select

from agentguard.server.store.engine import times
from agentguard.server.store.schema.tables import device
from agentguard.server.store.software import plans
from agentguard.server.store.software.plans import Wish
from tests.server import programs
from tests.server.programs import Held, One

DAY = 86_400.0
LONG = "Workstation Telephony Integration Companion for Contact Centres " * 4
NO_RULE, NEWEST = "support.no-rule", "support.newest"
DATED = {"ended": "support.ended", "ending": "support.ending", "supported": "support.until"}
"""What is said of a state with a day."""
ATTACKED = {
    "id": "support.attacked-through",
    "params": {"cve": "CVE-2025-8088", "added": "2025-08-12", "version": "7.12"},
}
BEHIND = {
    "id": "support.behind-too-far",
    "params": {"weeks": 5, "newest": "151", "compiled": "2026-08-22", "limit": 4},
}
PLANNED = {"date": "2026-12-31", "reason": "the telephony add-in", "owner": "Telephony team"}
ALLOWED = {"id": "support.allowed", "params": PLANNED}
TITLES = {
    "oracle-jdk": "Oracle JDK",
    "office": "Microsoft Office",
    "libreoffice": "LibreOffice",
    "zoom": "Zoom",
}
DATELESS = {"id": "support.no-dates", "params": {}}
TALK = (("Otter", "Otter.ai, Inc."), ("腾讯QQ", "深圳市腾讯计算机系统有限公司"))
ODD = (
    "מרכזיית שיחות לדלפק",
    "برنامج مركز الاتصال",
    "通话录音助手 专业版",
    "Программа учёта звонков",
    LONG.strip()[:300],
    "Z" * 300,
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
)


IN_PART = "claims-05"
"""A desk whose list is not whole, and of which the catalogue knows five programs of seven."""


def every(now: float) -> dict[int, One]:
    """Give the versions of the fleet by their numbers."""
    old, lately = now - 80 * DAY, now - 3 * DAY
    known = [
        _one("WinRAR", "7.11", "exploited", "winrar", "win.rar GmbH", why=ATTACKED, at=old),
        _one("WinRAR", "7.13", "supported", "winrar", "win.rar GmbH", at=lately),
        _one(
            "Java 8 Update 211",
            "8.0.2110.9",
            "ended",
            "oracle-jdk",
            "Oracle Corporation",
            ends="2022-03-31",
            line="8",
            at=old,
        ),
        _one(
            "Java(TM) SE Development Kit 21.0.8",
            "21.0.8.0",
            "supported",
            "oracle-jdk",
            "Oracle Corporation",
            ends="2028-09-30",
            line="21",
            at=old,
        ),
        _one(
            "LibreOffice 7.5",
            "7.5.9.2",
            "ended",
            "libreoffice",
            "The Document Foundation",
            ends="2024-11-26",
            line="7.5",
            at=old,
        ),
        _one(
            "LibreOffice 26.2",
            "26.2.1.2",
            "ending",
            "libreoffice",
            "The Document Foundation",
            ends="2026-11-30",
            line="26.2",
            at=old,
            since=lately,
        ),
        _one(
            "Google Chrome",
            "150.0.7871.46",
            "ended",
            "chrome",
            "Google LLC",
            why=BEHIND,
            at=old,
            since=lately,
        ),
        _one("Google Chrome", "151.0.7922.174", "supported", "chrome", "Google LLC", at=lately),
        _one(
            "Microsoft Office LTSC Professional Plus 2021 - en-us",
            "16.0.14334.20848",
            "allowed",
            "office",
            "Microsoft Corporation",
            ends="2026-10-13",
            line="2021",
            why=ALLOWED,
            at=old,
        ),
        _one("Genesys Cloud", "2.53.923", "supported", "genesys-cloud", "Genesys", at=old),
    ]
    odd = [
        One(
            name=name,
            state="unknown",
            publisher="",
            why=_why(NO_RULE),
            first_seen=old,
            version=str(n),
        )
        for n, name in enumerate(ODD)
    ]
    many = [
        One(
            name=f"Desk helper {n:02}",
            version=f"{n}.4",
            state="unknown",
            why=_why(NO_RULE),
            publisher=f"Helpful Tools {n % 7} Ltd",
            first_seen=old + n * DAY,
        )
        for n in range(50)
    ]
    parts = [
        One(
            name="Security Update for Office (KB5002700)",
            version="",
            state="",
            kind="program",
            product="-",
            why=_why("support.part"),
            first_seen=old,
        )
    ]
    talk = [
        _one("Zoom Workplace (X64)", "6.5.11", "supported", "zoom", "Zoom", at=lately),
        _one(
            "Slack", "4.46.99", "unknown", "slack", "Slack Technologies Inc.", why=DATELESS, at=old
        ),
        *(
            One(name=name, state="unknown", publisher=maker, why=_why(NO_RULE), first_seen=old)
            for name, maker in TALK
        ),
    ]
    return dict(enumerate([*known, *odd, *many, *parts, *talk], 1))


def fill(connection: Connection, now: float) -> None:
    """Let all desks but four tell their programs, `IN_PART` not all of them."""
    dice, all_of_them = random.Random(7), every(now)
    desks = connection.execute(select(device.c.id, device.c.label).order_by(device.c.label)).all()
    held = [_held(dice, id_, label, all_of_them, now) for id_, label in desks[:-4]]
    programs.put(connection, all_of_them, held, now)


def plan(connection: Connection, now: float) -> None:
    """Let people plan: in time, allowed by the policy, and past its day."""
    for product, owner, target, reason, days in (
        ("oracle-jdk", "Telephony", 60, "the wallboard needs Java 8 until it is replaced", 0),
        ("office", PLANNED["owner"], 101, PLANNED["reason"], 20),
        ("libreoffice", "Facilities", -12, "the letter templates are moved one by one", 40),
    ):
        wish = Wish(
            product=product,
            owner=owner,
            target=_day(now, target),
            reason=reason,
            review_by=_day(now, 200),
        )
        plans.put(connection, wish, "olga", now - days * DAY)


def _day(now: float, ahead: int) -> str:
    return times.day(now + ahead * DAY).isoformat()


def _held(
    dice: random.Random, id_: str, label: str, all_of_them: dict[int, One], now: float
) -> Held:
    some = {2 if dice.random() < 0.8 else 1, 8 if dice.random() < 0.7 else 7, 4, 10}
    some |= {n for n in (3, 5, 6, 9) if dice.random() < 0.3}
    some |= {n for n in range(11, len(all_of_them) + 1) if dice.random() < 0.2}
    if label == "billing-07":
        some = {1, 3, 4, 7, 10, *range(11, 40), *range(69, len(all_of_them) + 1)}
    if label == "orders-03":
        some |= {5}
    if label == IN_PART:
        some = {2, 4, 8, 10, 11, 12, 69, 70}
    first = {n: max(all_of_them[n].first_seen, now - dice.uniform(0, 80) * DAY) for n in some}
    had = [(7, now - 70 * DAY, now - dice.uniform(0, 6) * DAY)] if 7 not in some else []
    return Held(device=id_, has=first, had=had, unread="software-part" if label == IN_PART else "")


def _one(
    name: str, version: str, state: str, product: str, publisher: str, *, at: float, **more: Any
) -> One:
    ends = str(more.get("ends", ""))
    why = more.pop("why", None) or (
        _why(DATED[state], date=ends) if ends else {"supported": _why(NEWEST)}[state]
    )
    return One(
        name=name,
        version=version,
        state=state,
        product=product,
        publisher=publisher,
        title=TITLES.get(product, name),
        why=why,
        first_seen=at,
        page="https://endoflife.date/",
        **more,
    )


def _why(id_: str, **params: str) -> dict[str, object]:
    return {"id": id_, "params": params}
