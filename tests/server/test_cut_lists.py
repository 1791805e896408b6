"""A list that goes no further says so, and what can still be acted on is never beyond its end."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.server.store.desks import batch_codes, enrolment_codes
from agentguard.server.store.desks.batch_codes import LISTED, Wish
from agentguard.server.store.floor import exception_pages
from agentguard.server.store.floor.pages import EVENTS
from tests.server.test_exceptions import ask, policy, said, three

__all__ = ["policy", "three"]


def test_row_469_a_code_that_lets_desks_in_is_listed_before_all_that_are_over(
    running: Any, browser: Any
) -> None:
    made = running.admin._database.run
    now = running.time()

    def codes(connection: Any) -> None:
        for turn in range(LISTED + 1):
            wish = Wish(team=0, most=5, hours=72, confirm=False)
            single = Wish(team=0, most=1, hours=72, confirm=False)
            enrolment_codes.make_for(connection, "Billing", wish, "sam", now + turn)
            enrolment_codes.make_for(connection, "Billing", single, "sam", now + turn)
        listed = batch_codes.list_batches(connection, now, limit=LISTED + 1)
        for one in listed[:-1]:
            batch_codes.revoke(connection, one.id, "sam", now)

    made(codes)
    page = browser.get("/codes").text
    open_ = [one for one in made(lambda c: batch_codes.list_batches(c, now)) if not one.revoked_by]
    assert [one.made_at for one in open_] == [now]
    assert f'action="/codes/{open_[0].id}/revoke"' in page
    assert page.count(f"At most {LISTED} are listed here: those that still let a desk in") == 2


def test_row_469_exceptions_and_what_happened_at_a_desk_say_where_they_end(
    running: Any,
    browser: Any,
    three: list[Any],
    event: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for one in three[:2]:
        assert ask(browser, place=f"desk:{one.id}").status_code == 303
    whole = said(browser.get("/exceptions"))
    assert "desk-0" in whole
    assert "are listed here" not in whole
    monkeypatch.setattr(exception_pages, "MOST", 1)
    assert "At most 1 are listed here: what waits for a decision" in said(
        browser.get("/exceptions")
    )
    few, many = three[:2]
    few.send(*(event(seq) for seq in range(1, EVENTS)))
    many.send(*(event(seq) for seq in range(1, EVENTS + 2)))
    told = f"At most the newest {EVENTS} are listed here."
    assert told not in said(browser.get(f"/desk/{few.id}"))
    assert told in said(browser.get(f"/desk/{many.id}"))
