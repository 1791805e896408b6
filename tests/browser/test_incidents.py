"""Work on incidents in a real browser, as each role: a job each, its clicks counted, no barrier."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert, update

from agentguard.server.roles import ROLES, Right, may
from agentguard.server.store.schema.response_tables import containment
from agentguard.server.store.schema.tables import finding
from tests.browser import driving, scene
from tests.browser.driving import PASSWORD
from tests.browser.test_pages import WAYS, violations

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

EARLIER = count(1)
"""Each finding is made older than the one before, so that it stands first."""


def begin_from_finding(page: Any, centre: Any, subject: str) -> str:
    """Begin an incident from a finding that stands first, in two clicks; give its address."""
    said = {"check": "pii-files", "severity": "critical", "message": "", "params": "{}"}
    values = {
        **said,
        "hits": "[]",
        "place": "",
        "opened_at": scene.START - 1e6 * next(EARLIER),
        "owner": "",
    }
    new = insert(finding).values(device=centre.shown, subject=subject, **values)
    over = update(containment).values(state="ended")  # what a walk before has left in force
    for act in (new, over):
        centre.admin._database.run(lambda c, act=act: c.execute(act))
    page.goto("/findings?check=pii-files")
    page.get_by_role("link", name="Begin an incident").first.click()
    page.get_by_role("button", name="Begin", exact=True).click()
    assert page.locator("h1").inner_text().startswith("Card data was found")
    return str(page.url)


@pytest.mark.parametrize("role", ROLES)
def test_row_329_each_role_does_its_job_and_is_offered_no_other(
    centre: Any, chrome: Any, role: str
) -> None:
    centre.admin.add_user("sue", PASSWORD, "supervisor", tuple(scene.TEAMS))
    with driving.visit(chrome, centre, "sue", **WAYS["wide"]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        at = begin_from_finding(page, centre, role)
        step = page.locator("#step-no-copy")
        step.get_by_role("button", name="Done").click()
        assert "Done" in page.locator("#step-no-copy").inner_text()
        page.locator("#step-sad").get_by_label("No", exact=True).check()
        page.locator("#step-sad").get_by_role("button", name="Done").click()
        page.select_option("#act", "turn-away")
        page.fill("#why", "Somebody else may have it")
        page.get_by_role("button", name="Ask for it").click()
        page.wait_for_load_state("load")
        assert "Waits for a second person" in page.locator("main").inner_text()
        assert page.get_by_role("button", name="Grant").count() == 0
        assert complaints == []
    centre.admin.add_user("rob", PASSWORD, role, tuple(scene.TEAMS))
    with driving.visit(chrome, centre, "rob", **WAYS["wide"]) as context:
        page = context.new_page()
        page.goto(at)
        offered = page.get_by_role("button", name="Grant").count()
        assert (offered > 0) is may(role, Right.CARE)
        assert violations(page) == []
        if offered:
            page.get_by_role("button", name="Grant").click()
            page.wait_for_load_state("load")
            assert "In force" in page.locator("main").inner_text()
        new = page.goto("/incidents/new")
        assert (new.status == 200) is may(role, Right.CARE)
        if new.status == 200:
            inside = page.locator("#playbook option[value=insider]").count()
            assert (inside == 1) is may(role, Right.INSIDE)
            assert violations(page) == []


@pytest.mark.parametrize("way", WAYS)
def test_row_329_no_page_of_an_incident_has_a_barrier(centre: Any, chrome: Any, way: str) -> None:
    centre.admin.add_user("olga", PASSWORD, "officer")
    with driving.visit(chrome, centre, "olga", **WAYS[way]) as context:
        page = context.new_page()
        found = []
        begin_from_finding(page, centre, way)
        page.select_option("#act", "lock")
        page.fill("#why", "x" * 200)
        page.get_by_role("button", name="Ask for it").click()
        found += violations(page)
        page.goto("/incidents/new")
        page.fill("#desk", "billing-07")
        page.select_option("#playbook", "insider")
        page.get_by_role("button", name="Begin", exact=True).click()
        page.fill("#look", "To talk to the person")
        page.get_by_role("button", name="Ask to see the names").click()
        found += violations(page)
        for path in ("/incidents", "/account", page.url):
            page.goto(path)
            found += violations(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} is wider than the window")
        assert found == []
