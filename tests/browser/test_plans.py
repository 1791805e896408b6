"""Plans in a real browser: dark, narrow and at twice the size; made by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from agentguard.server.store.software import plans
from tests.browser import driving
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD
from tests.server import planned
from tests.server.conftest import START
from tests.server.planned import PAGE, on, wish

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

LONG = "Prüf- und Umstellungsplan für Telefoniearbeitsplätze" * 9
ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}


@pytest.fixture
def fleet(centre: Any) -> Any:
    """Give a centre with a plan in every state, with names and reasons in any script and length."""
    run = centre.admin._database.run

    def lay(connection: Connection) -> None:
        planned.remove(connection)
        planned.lay(connection)
        planned.install(connection, "vlc", "ended", ends="2025-12-31", desks=3, title="VLC " * 40)
        planned.install(connection, "putty", "ended", ends="2026-06-30", desks=9)
        for name in ("zoom", "java-8"):
            planned.install(connection, name, "ended", desks=1)
        for given, at in (
            (wish(START, "zoom"), START),
            (wish(START - 40 * 86400, "winrar", target=on(START, -12)), START - 40 * 86400),
            (wish(START, "putty", owner="מוקד הטלפונים " * 6, reason=LONG[:500]), START),
            (wish(START - 90 * 86400, "acrobat", target=on(START, 20), review_by=on(START, -2)),
             START - 90 * 86400),
        ):  # fmt: skip
            plans.put(connection, given, "olga", at)

    if not run(plans.every):
        run(lay)
    return centre


@pytest.mark.parametrize("way", [*WAYS, "zoomed"])
def test_no_page_of_plans_has_a_barrier_or_is_wider_than_the_window(
    fleet: Any, chrome: Any, way: str
) -> None:
    fleet.admin.add_user("olga", PASSWORD, "officer")
    how = {**WAYS, "zoomed": ZOOMED}[way]
    with driving.visit(chrome, fleet, "olga", **how) as context:
        page = context.new_page()
        complaints, found = driving.complaints(page), []
        for path in (
            PAGE,
            f"{PAGE}?kind=wanted&sort=-desks",
            f"{PAGE}?text=nobody",
            f"{PAGE}/product?name=putty",
            f"{PAGE}/product?name=vlc",
        ):
            assert page.goto(path).status == 200
            found += violations(page, way)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} is wider than the window")
        assert found == []
        assert complaints == []


def test_a_plan_is_made_by_keyboard_alone(fleet: Any, chrome: Any) -> None:
    fleet.admin.add_user("olga", PASSWORD, "officer")
    with driving.visit(chrome, fleet, "olga", **WAYS["wide"]) as context:
        page = context.new_page()
        page.goto(f"{PAGE}/product?name=java-8")
        page.focus("#plan-owner")
        page.keyboard.type("Telephony")
        page.keyboard.press("Tab")
        page.fill("#plan-target", on(START, 45))
        page.focus("#plan-reason")
        page.keyboard.type("The wallboard needs it")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=in 45 days")
        assert "Goes on while attackers are known to use a fault of it" in page.inner_text("main")
    made = fleet.admin._database.run(lambda c: plans.of(c, "java-8"))
    assert (made.owner, made.covers_attacked) == ("Telephony", True)
