"""The page of retention: officers and administrators change it, auditors read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.jobs.retention import Retention
from agentguard.server.store.engine import audit_chain
from agentguard.server.store.records import ages, audit, legal_holds
from agentguard.server.store.records.classes import RECORDS
from agentguard.server.store.schema.tables import audit_log

PASSWORD = "correct horse battery staple"
YEAR = 365 * 86400.0
PAGE = "/retention"


@pytest.fixture
def as_role(
    running: Any, add_known: Any, another: Callable[..., Any]
) -> Iterator[Callable[[str], Any]]:
    """Give a browser of a new user with a role."""
    with ExitStack() as open_ones:

        def make(role: str) -> Any:
            add_known(running, f"a-{role}", PASSWORD, role)
            one = open_ones.enter_context(another())
            assert one.sign_in(f"a-{role}", PASSWORD).status_code == 303
            return one

        yield make


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def set_ages(running: Any) -> dict[str, int]:
    return {a.record: a.days for a in do(running, ages.list_ages) if a.set_by}


def test_everything_is_told_in_words(running: Any, as_role: Any) -> None:
    for at in (running.time() - 2 * YEAR, running.time()):  # what lies between is proved
        do(running, lambda c, at=at: audit.note(c, at, "sam", "sign-in"))
        do(running, lambda c, at=at: audit_chain.sign(c, running.admin._keys, at))
    Retention(running.admin._database, running.time()).run()
    page = as_role("auditor").get(PAGE).text
    assert page.count('<tr><th scope="row">') == len(RECORDS) + 1
    assert "console.retention" not in page
    assert "<form" not in page.split("<h1>")[1].split("</main>")[0]


@pytest.mark.parametrize("role", ["officer", "admin"])
def test_an_age_is_set_and_a_hold_placed_and_ended(running: Any, as_role: Any, role: str) -> None:
    one = as_role(role)
    token = one.token(PAGE)
    assert one.submit(f"{PAGE}/ages", token=token, record="posture", days="30").status_code == 303
    assert set_ages(running) == {"posture": 30}
    wish = {"kind": "person", "subject": "Sam", "reason": "<b>inquiry</b>"}
    assert one.submit(f"{PAGE}/holds", token=token, **wish).status_code == 303
    (hold,) = do(running, legal_holds.list_holds)
    assert (hold.subject, hold.placed_by) == ("sam", f"a-{role}")
    assert "&lt;b&gt;inquiry&lt;/b&gt;" in one.get(PAGE).text
    assert one.submit(f"{PAGE}/holds/{hold.id}/end", token=token).status_code == 303
    assert do(running, legal_holds.list_holds) == []
    acts = do(running, lambda c: list(c.scalars(select(audit_log.c.act))))
    assert {"retention.set", "hold.placed", "hold.ended"} <= set(acts)


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("/ages", {"record": "audit", "days": "30"}, "at least 365 days"),
        ("/ages", {"record": "audit", "days": "-1"}, "whole number"),
        ("/ages", {"record": "audit", "days": "99999"}, "at most 3650 days"),
        ("/ages", {"record": "x", "days": "30"}, "no such records"),
        ("/holds", {"kind": "team", "subject": "Nobody", "reason": "x"}, "no such desk or team"),
        ("/holds", {"kind": "x", "subject": "Nobody", "reason": "x"}, "a desk, a team or a person"),
        ("/holds", {"kind": "person", "subject": "sam", "reason": " "}, "Give a reason"),
    ],
)
def test_what_cannot_be_is_told_plainly(
    running: Any, as_role: Any, path: str, form: dict[str, str], said: str
) -> None:
    one = as_role("officer")
    page = one.submit(f"{PAGE}{path}", token=one.token(PAGE), **form)
    assert page.status_code == 200
    assert said in page.text
    assert set_ages(running) == {}
    assert do(running, legal_holds.list_holds) == []


def test_others_change_nothing(running: Any, as_role: Any) -> None:
    reader = as_role("auditor")
    token = reader.token(PAGE)
    for role, status in (("auditor", 200), ("supervisor", 404), ("viewer", 404)):
        one = reader if role == "auditor" else as_role(role)
        token = one.token("/")
        assert one.get(PAGE).status_code == status
        for path, form in (
            ("/ages", {"record": "posture", "days": "30"}),
            ("/holds", {"kind": "person", "subject": "sam", "reason": "x"}),
            ("/holds/1/end", {}),
        ):
            assert one.submit(f"{PAGE}{path}", token=token, **form).status_code == 404
    assert set_ages(running) == {}


def test_an_old_proof_is_not_enough(running: Any, as_role: Any) -> None:
    one = as_role("officer")
    token = one.token(PAGE)
    running.time.at += 10 * 60
    answer = one.submit(f"{PAGE}/ages", token=token, record="posture", days="30")
    assert set_ages(running) == {}
    assert "proof" in answer.text
