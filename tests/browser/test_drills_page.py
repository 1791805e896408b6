"""The page of drills with every kind of outcome has no barrier, wide, dark and on a telephone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from agentguard.server.store.schema.drill_tables import drill_run
from agentguard.server.store.schema.tables import device
from tests.browser import driving
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD

pytestmark = pytest.mark.heavy
OUTCOMES = ("passed", "failed", "not-possible", "put-off")
LONG = "a-drill-of-tomorrow-with-a-very-long-id"


def put(connection: Connection, now: float) -> None:
    """Have every desk tell of drills."""
    rows = connection.execute(select(device.c.id, device.c.team).order_by(device.c.id)).all()
    for number, row in enumerate(rows):
        for drill in ("card-file", "idle-clock", LONG):
            outcome = OUTCOMES[number % 3 and (number + len(drill)) % len(OUTCOMES)]
            connection.execute(
                insert(drill_run).values(
                    device=row.id,
                    run=f"{drill}-{number}"[:40],
                    drill=drill,
                    team=row.team,
                    began_at=now - 3600 * number,
                    ended_at=now - 3600 * number + 2,
                    outcome=outcome,
                    why="not-noticed" if outcome == "failed" else "",
                    noticed_ms=420 + number if outcome == "passed" else None,
                )
            )


def test_the_page_of_drills_has_no_barrier(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("dee", PASSWORD, "admin")
    centre.admin._database.run(lambda c: put(c, centre.admin._now()))
    found: list[str] = []
    for way, how in WAYS.items():
        with driving.visit(chrome, centre, "dee", **how) as context:
            page = context.new_page()
            page.goto("/drills")
            assert "What failed" in page.content()
            found += violations(page, way)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{way} is wider than the window")
            if folder := os.environ.get("AGENTGUARD_SHOTS"):
                page.screenshot(path=str(Path(folder) / f"drills-{way}.png"), full_page=True)
    assert found == []
