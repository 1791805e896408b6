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
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD
from tests.browser.test_languages import WIDER

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

OPENED = "for (const one of document.querySelectorAll('details')) one.open = true"
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
        found += violations(page, way)
        page.goto("/incidents/new")
        page.fill("#desk", "billing-07")
        page.select_option("#playbook", "insider")
        page.get_by_role("button", name="Begin", exact=True).click()
        page.fill("#look", "To talk to the person")
        page.get_by_role("button", name="Ask to see the names").click()
        found += violations(page, way)
        for path in ("/incidents", "/account", page.url):
            page.goto(path)
            found += violations(page, way)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} is wider than the window")
        assert found == []


LONG = ("de", "fil")
"""The languages with the longest words."""
LARGE = ((640, "100%"), (320, "100%"), (640, "200%"))
"""Pixels and letters: windows of 1,280 and of 640 at 200 %, and one with letters twice as large."""
SIZED = "of => document.documentElement.style.fontSize = of"


def begin_all(page: Any) -> list[str]:
    """Begin an incident by each playbook; give the pages that there are."""
    pages = ["/incidents", "/incidents/new"]
    page.goto(pages[1])
    for playbook in page.locator("#playbook option").evaluate_all("all => all.map(o => o.value)"):
        page.goto(pages[1])
        page.fill("#desk", "billing-07")
        page.select_option("#playbook", playbook)
        page.get_by_role("button", name="Begin", exact=True).click()
        page.wait_for_load_state("load")
        pages.append(page.url)
    return pages


def test_no_page_of_an_incident_scrolls_sideways_when_it_is_large(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("olga", PASSWORD, "officer")
    with driving.visit(chrome, centre, "olga", **WAYS["wide"]) as context:
        page = context.new_page()
        pages = [begin_from_finding(page, centre, "large")]
        page.select_option("#act", "lock")
        page.fill("#why", "x" * 200)
        page.get_by_role("button", name="Ask for it").click()
        page.wait_for_load_state("load")
        pages += begin_all(page)
    assert len(set(pages)) > 4
    found = {}
    for language in LONG:
        with driving.visit(chrome, centre, "olga", locale=language, **WAYS["wide"]) as context:
            page = context.new_page()
            for path in pages:
                page.goto(path)
                page.evaluate(OPENED)
                for width, letters in LARGE:
                    page.set_viewport_size({"width": width, "height": 400})
                    page.evaluate(SIZED, letters)
                    if wider := page.evaluate(WIDER):
                        found[f"{path} {language} {width} {letters}"] = wider
    assert found == {}
