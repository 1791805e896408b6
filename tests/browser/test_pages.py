"""Every page as each role, in a real browser: nothing is amiss, and everybody can use it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from agentguard.server.roles import ROLES
from agentguard.server.store.schema.tables import incident
from tests.browser import driving, scene
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

CENTRE = ("/policies", "/users", "/audit", "/evidence", "/retention", "/factors")
EVERYBODY = (
    "/",
    "/?kind=ok",
    "/?text=nobody-is-called-so",
    "/floor/wall",
    "/incidents",
    "/incidents?kind=unsigned",
    "/incidents/1",
    "/findings",
    "/findings?check=pii-files",
    "/findings?sort=team&down=1&older=1",
    "/findings/1",
    "/exceptions",
    "/queue",
    "/queue?kind=supervisor",
    "/queue?check=software",
    "/teams",
    "/teams?kind=site",
    "/teams?kind=shift",
    "/trends",
    "/trends?kind=2",
    "/software",
    "/catalogue",
    "/software?sort=name&page=1",
    "/software?kind=unknown&text=desk&of=program",
    "/software?of=remote-control",
    "/software/findings",
    "/software/desks",
    "/software/desks?kind=partial",
    "/software/desks?kind=ended",
    "/software/changes",
    "/software/changes?kind=came&days=30",
    "/software/products/chrome",
    "/software/products/oracle-jdk?kind=ended",
    "/software/programs/11",
    "/software/programs/15",
    "/training",
    "/requirements",
    "/requirements/pci-dss-8.2.8?kind=92",
    "/drills",
    "/trends?shift=1",
    "/people",
    "/exports",
    "/?kind=silent",
    "/?kind=away",
    "/tamper?kind=signed",
)
MAY: dict[str, tuple[str, ...]] = {
    "viewer": EVERYBODY,
    "supervisor": (*EVERYBODY, "/factors", "/break-glass"),
    "officer": (*EVERYBODY, *CENTRE, "/break-glass"),
    "auditor": (*EVERYBODY, *CENTRE),
    "admin": (
        *EVERYBODY,
        *CENTRE,
        "/teams/arrange",
        "/codes",
        "/break-glass",
        "/access",
        "/tokens",
        "/walls",
        "/wall",
        "/policies/new",
        "/catalogue/new",
    ),
}


def test_the_table_of_pages_knows_every_role() -> None:
    assert set(MAY) == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_walks_its_pages_and_the_browser_has_no_complaint(
    centre: Any, chrome: Any, role: str
) -> None:
    centre.admin.add_user("rob", PASSWORD, role, tuple(scene.TEAMS))
    with driving.visit(chrome, centre, "rob", **WAYS["wide"]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        desk, person = f"/desk/{centre.shown}", f"/people/{centre.person}"
        for path in (*MAY[role], desk, f"{desk}/held", f"{desk}/software", person):
            answer = page.goto(path)
            assert answer.status == 200, path
            assert page.locator("h1").count() == 1, path
            assert page.locator("main").count() == 1, path
        page.goto("/")
        for link in page.locator(".menu nav a").all():
            assert page.request.get(link.get_attribute("href")).status == 200
        assert complaints == []


@pytest.mark.parametrize("way", WAYS)
def test_no_page_has_a_barrier(centre: Any, chrome: Any, way: str) -> None:
    """axe, WCAG 2.2 A and AA, on what an administrator sees, who sees most."""
    centre.admin.add_user("sam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "sam", **WAYS[way]) as context:
        page = context.new_page()
        found: list[str] = []
        page.goto("/")
        menu = {one.get_attribute("href") for one in page.locator(".menu nav a").all()}
        desk, person = f"/desk/{centre.shown}", f"/people/{centre.person}"
        software = f"{desk}/software"
        for path in (
            *MAY["admin"],
            *sorted(menu - {*MAY["admin"]}),
            desk,
            f"{desk}/held",
            software,
            person,
        ):
            page.goto(path)
            found += violations(page, way)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} is wider than the window")
        assert found == []


@pytest.mark.parametrize("way", WAYS)
def test_which_desks_fell_silent_together_opens_by_keyboard_and_has_no_barrier(
    centre: Any, chrome: Any, way: str
) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "sam", **WAYS[way]) as context:
        page = context.new_page()
        page.goto("/tamper")
        link = page.get_by_role("link", name="orders-01")
        assert not link.is_visible()
        summary = page.get_by_text("Which 9 desks").first
        summary.focus()
        page.keyboard.press("Enter")
        link.wait_for()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "claims-07", "who is silent"
        page.locator("td summary").click()
        assert violations(page, way) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_name_is_opened_with_a_reason_and_by_nobody_else(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("oda", PASSWORD, "officer")
    with driving.visit(chrome, centre, "oda", **WAYS["phone"]) as context:
        page = context.new_page()
        page.goto(f"/people/{centre.person}")
        assert scene.name_of("billing-07") not in page.content()
        page.locator("summary", has_text="Open the name").press("Enter")
        page.get_by_label("Reason").fill("The desk's second factor is lost.")
        page.get_by_label("Reason").press("Enter")
        page.get_by_text(scene.name_of("billing-07")).wait_for()
        assert violations(page) == []
    team, *others = scene.TEAMS
    for who, role, teams, status, forms in (
        ("sue", "supervisor", (team,), 200, 1),
        ("tom", "supervisor", tuple(others), 404, 0),
        ("rob", "viewer", tuple(scene.TEAMS), 200, 0),
        ("amy", "auditor", (), 200, 0),
    ):
        centre.admin.add_user(who, PASSWORD, role, teams)
        with driving.visit(chrome, centre, who, **WAYS["phone"]) as context:
            page = context.new_page()
            assert page.goto(f"/people/{centre.person}").status == status, who
            assert page.locator('form[action$="/open"]').count() == forms, who
            assert scene.name_of("billing-07") not in page.content(), who


def test_without_a_team_each_page_says_whom_to_ask(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("new", PASSWORD, "supervisor")
    with driving.visit(chrome, centre, "new", **WAYS["phone"]) as context:
        page = context.new_page()
        found: list[str] = []
        for path in ("/", "/people", "/trends", "/factors"):
            page.goto(path)
            page.get_by_text("Nobody gave you a team yet").wait_for()
            found += violations(page)
        assert found == []


def test_the_menu_of_a_telephone_opens_and_closes_by_keyboard(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "sam", **WAYS["phone"]) as context:
        page = context.new_page()
        page.goto("/")
        trends = page.get_by_role("link", name="Trends")
        assert not trends.is_visible()
        page.get_by_role("button", name="Menu").press("Enter")
        assert trends.is_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        assert not trends.is_visible()


def test_a_card_of_a_telephone_names_nothing_that_it_does_not_tell(
    centre: Any, chrome: Any
) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "sam", **WAYS["phone"]) as context:
        page = context.new_page()
        page.goto("/findings")
        without = page.locator("td[data-label='Due']:empty")
        assert without.count() > 1
        assert not any(one.is_visible() for one in without.all())
        page.set_viewport_size(WAYS["wide"]["viewport"])
        assert without.first.is_visible(), "a column keeps its cells"


def test_the_floor_refreshes_and_keeps_the_focus(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "sam", **WAYS["wide"]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        page.goto("/")
        page.get_by_role("link", name="orders-06").focus()
        page.locator("details").first.evaluate("one => { one.open = true; }")
        centre.time.at += centre.settings.limits.silent_after - 1
        for status in (200, 304):  # the same again is not sent again, but its time is told
            with page.expect_response("**/floor/part*", timeout=60_000) as answer:
                pass
            assert answer.value.status == status
        centre.time.at += 2
        page.locator(".tile-silent strong", has_text="28").wait_for(timeout=60_000)
        assert page.evaluate("document.activeElement.textContent.trim()") == "orders-06"
        assert complaints == []


def test_a_session_that_ended_leads_to_the_sign_in(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "sam", **WAYS["wide"]) as context:
        page = context.new_page()
        page.goto("/")
        centre.time.at += centre.settings.limits.session_idle
        page.wait_for_url("**/sign-in", timeout=60_000)


def test_pages_work_without_scripts(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    how = {**WAYS["wide"], "java_script_enabled": False}
    with driving.visit(chrome, centre, "sam", **how) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Desk", exact=True).fill("billing")
        page.get_by_role("button", name="Show").click()
        page.wait_for_load_state("load")
        assert page.locator("main h2").all_inner_texts() == ["Billing"]
        page.get_by_role("link", name="Trends").click()
        page.wait_for_load_state("load")
        assert page.locator("figure").count() == 4


def test_an_open_list_of_incidents_shows_what_is_new_but_never_while_somebody_writes(
    centre: Any, chrome: Any
) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    said = {"category": "lost-device", "note": "My PC was stolen", "state": "open"}
    new = insert(incident).values(device=centre.shown, reported_at=scene.START, **said)
    with driving.visit(chrome, centre, "sam", **WAYS["wide"]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        page.goto("/incidents")
        badge = page.locator('.menu a[href="/incidents"] .badge')
        before = int(badge.inner_text().split()[0])
        note = page.get_by_label("What was done").first
        note.fill("The number is")
        page.locator("h1").click()
        centre.admin._database.run(lambda c: c.execute(new))
        centre.time.at += 10
        page.locator(".badge", has_text=f"{before + 1}").first.wait_for(timeout=60_000)
        assert note.input_value() == "The number is", "what is written stays"
        assert page.get_by_text("My PC was stolen").count() == 0
        note.fill("")
        page.locator("h1").click()
        page.get_by_text("My PC was stolen").wait_for(timeout=60_000)
        assert violations(page) == []
        assert complaints == []


def test_the_menu_of_any_page_tells_what_came_meanwhile(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    said = {"category": "other", "note": "", "state": "open"}
    new = insert(incident).values(device=centre.shown, reported_at=scene.START, **said)
    with driving.visit(chrome, centre, "sam", **WAYS["wide"]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        page.goto("/tamper")
        badge = page.locator('.menu a[href="/incidents"] .badge')
        before = int(badge.inner_text().split()[0])
        centre.admin._database.run(lambda c: c.execute(new))
        centre.time.at += 10
        page.locator(".badge", has_text=f"{before + 1}").first.wait_for(timeout=60_000)
        assert complaints == []
