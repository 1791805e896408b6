"""Findings and exceptions in a real browser, as each role: a job each, its clicks counted."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import insert, update

from agentguard.base.errors import UsageError
from agentguard.commands._policy_reader import READING
from agentguard.server.roles import ROLES, Right, may
from agentguard.server.store.desks.policies import Label
from agentguard.server.store.schema.exception_tables import exception
from agentguard.server.store.schema.tables import device_seen, finding
from tests.browser import driving, scene
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD
from tests.unit.policy.signing import Said

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

REASON = "The new headsets need their driver from a stick."
ALLOWS = "exceptions: [{control: usb-storage, hours: 168}]\n"


class Hand:
    """Clicks, and counts."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks = page, 0

    def on(self, place: Any) -> None:
        place.click()
        self.page.wait_for_load_state("load")
        self.clicks += 1

    def button(self, name: str) -> None:
        self.on(self.page.get_by_role("button", name=name, exact=True).first)

    @property
    def words(self) -> str:
        self.page.wait_for_load_state("load")  # a click ends once the next page begins to arrive
        return str(self.page.locator("main").inner_text())


def put(centre: Any, subjects: tuple[str, ...]) -> None:
    """Have the shown desk tell of findings that stand first by age."""
    said = {"check": "usb-storage", "severity": "high", "message": "", "params": "{}"}
    for number, subject in enumerate(subjects):
        row = {**said, "hits": "[]", "place": subject, "owner": "", "subject": subject}
        new = insert(finding).values(
            device=centre.shown, opened_at=scene.START - 1e7 - number, **row
        )
        centre.admin._database.run(lambda c, new=new: c.execute(new))


def allow(centre: Any) -> None:
    """Have all desks under a policy that allows exceptions from USB storage for a week."""
    made = Said(version=9, loosens=True, rules=ALLOWS)
    policy = READING.parse(made.text.encode(), "site")
    label = Label(
        digest=policy.digest, name=policy.name, epoch=1, version=made.version, team=made.group
    )
    with suppress(UsageError):  # the file's tests share one endpoint: it is published already
        centre.admin.policies.publish(made.signed(), label, 100)
    every = update(device_seen).values(policy_digest=policy.digest)
    over = update(exception).values(state="withdrawn")  # what a walk before has left waiting
    for act in (every, over):
        centre.admin._database.run(lambda c, act=act: c.execute(act))


def ask(page: Any) -> int:
    """Ask for an exception for a team over three days; give how many clicks it took."""
    page.goto("/exceptions")
    hand = Hand(page)
    page.select_option("#ex-hours", "72")
    hand.clicks += 1
    for field in ("#ex-reason", "#ex-instead"):
        hand.on(page.locator(field))
        page.keyboard.type(REASON)
    hand.button("Ask")
    return hand.clicks


@pytest.mark.parametrize("role", ROLES)
def test_row_349_findings_get_done_by_each_role_that_may(
    centre: Any, chrome: Any, role: str
) -> None:
    put(centre, (f"{role}-one", f"{role}-two", f"{role}-three", f"{role}-four"))
    centre.admin.add_user("rob", PASSWORD, role, tuple(scene.TEAMS))
    with driving.visit(chrome, centre, "rob", **WAYS["wide"]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        page.goto(f"/findings?check=usb-storage&text={role}-")
        assert violations(page) == []
        boxes = page.locator("input[name=id]")
        assert boxes.count() == (4 if may(role, Right.CARE) else 0)
        hand = Hand(page)
        hand.on(page.get_by_role("link", name="Severity"))
        assert "sort=" in page.url
        page.get_by_text("Saved views").click()
        page.fill("#view-name", f"USB of {role}")
        hand.button("Save this view")
        assert f"USB of {role}" in page.content()
        if may(role, Right.CARE):
            _work(page, role)
        assert [one for one in complaints if "400" not in one] == [], "one was asked for"


def _work(page: Any, role: str) -> None:
    """Have one done, two given to oneself with a day, and one called a false alarm."""
    start = f"/findings?check=usb-storage&text={role}-&sort=since"
    page.goto(start)
    hand = Hand(page)
    hand.on(page.locator("input[name=id]").first)
    hand.button("Done")
    assert hand.clicks <= 3, "from the list to done"
    assert "Done, not proved" in hand.words
    page.goto(start + "&kind=open")
    boxes = page.locator("input[name=id]")
    for place in (0, 1):
        boxes.nth(place).check()
    page.select_option("#many-assignee", "rob")
    page.select_option("#many-due", index=2)
    page.fill("#many-note", "Seen to by the team.")
    hand.button("Being worked on")
    page.goto(start + "&assignee=rob")
    assert page.locator("input[name=id]").count() == 2
    assert violations(page) == []
    page.goto(start + "&kind=open")
    page.locator("input[name=id]").first.check()
    hand.button("False alarm")
    assert "20 characters" in hand.words, "a false alarm needs a reason"
    page.goto(start + "&kind=open")
    page.locator("input[name=id]").first.check()
    page.fill("#many-note", "The stick belongs to the desk and is encrypted.")
    hand.button("False alarm")
    page.goto(start + "&kind=false-alarm")
    assert page.locator("input[name=id]").count() == 1


@pytest.mark.parametrize("role", ROLES)
def test_row_349_an_exception_is_asked_approved_and_ended_by_those_who_may(
    centre: Any, chrome: Any, role: str
) -> None:
    allow(centre)
    centre.admin.add_user("rob", PASSWORD, role, tuple(scene.TEAMS))
    centre.admin.add_user("olga", PASSWORD, "officer")
    asker = "rob" if may(role, Right.CARE) else "olga"
    with driving.visit(chrome, centre, asker, **WAYS["wide"]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        assert ask(page) <= 4
        assert violations(page) == []
        ruling = page.get_by_role("button", name="Approve the exception").count()
        if asker == "olga" or may(role, Right.EXCEPT):
            page.get_by_role("button", name="Approve the exception").first.click()
            assert "somebody else must approve it" in Hand(page).words
        else:
            assert ruling == 0
    if asker == "olga":
        with driving.visit(chrome, centre, "rob", **WAYS["wide"]) as context:
            page = context.new_page()
            page.goto("/exceptions")
            assert violations(page) == []
            assert page.locator("main form button").count() == 0, "readers decide nothing"
        return
    with driving.visit(chrome, centre, "olga", **WAYS["wide"]) as context:
        page = context.new_page()
        page.goto("/exceptions")
        page.get_by_role("button", name="Approve the exception").first.click()
        assert "Desks unguarded" in Hand(page).words
        page.get_by_role("button", name="End the exception").first.click()
        assert "It was ended early." in Hand(page).words
        ask(page)
        page.get_by_role("button", name="Refuse the exception").first.click()
        assert "It was refused." in Hand(page).words
        assert violations(page) == []
    assert [one for one in complaints if "400" not in one] == []
