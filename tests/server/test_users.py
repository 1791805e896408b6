"""The users' page: added with a first password, changed, let in no more; never the last one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from agentguard.server.store.accounts import members
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.verify import verify_file
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]


@pytest.fixture
def boss(browser: Any) -> Any:
    """Give Sam, an administrator, who has just proved who it is."""
    browser.csrf = browser.token()
    return browser


def send(browser: Any, path: str, **fields: Any) -> Any:
    """Send a form, with several teams if so."""
    form = {"token": browser.csrf, **fields}
    return browser.http.post(path, data=form, headers={"sec-fetch-site": "same-origin"})


def held(running: Any) -> dict[str, members.Member]:
    return {one.name: one for one in running.admin._database.run(members.list_members)}


def test_a_user_is_added_and_signs_in_with_the_first_password(
    running: Any, desk: Any, boss: Any, another: Any
) -> None:
    assert desk.id
    page = send(boss, "/users", name="  Bea ", role="viewer", team=["1"])
    found = re.search(r"<code>([a-z0-9-]{24})</code>", page.text)
    assert found is not None
    assert found[1] not in boss.get("/users").text, "it is shown once"
    bea = held(running)["bea"]
    assert (bea.role, bea.teams, bea.disabled) == ("viewer", frozenset({1}), False)
    with another() as browser:
        assert browser.sign_in("bea", found[1]).status_code == 303
        assert "Billing" in browser.get("/").text
    assert ("user.added", "bea") in audit(running, "sam")


def test_a_name_that_is_taken_or_empty_adds_nobody(running: Any, boss: Any) -> None:
    before = held(running)
    for name in ("", "   ", "sam", "SAM", "a\x01b", "a\u202eb"):
        assert send(boss, "/users", name=name, role="viewer").status_code == 409, name
    assert held(running) == before


def test_a_change_ends_the_sessions_and_counts_at_once(
    running: Any, new_desk: Any, boss: Any, signed_in: Any
) -> None:
    new_desk(team="Billing", label="b-1")
    new_desk(team="Sales", label="s-1")
    bea = signed_in("bea", teams=("Billing",))
    assert send(boss, "/users/change", name="bea", role="supervisor", team=["2"]).status_code == 303
    assert bea.get("/").status_code == 303
    assert held(running)["bea"].teams == {2}
    assert ("user.changed", "bea") in audit(running, "sam")
    send(boss, "/users/change", name="bea", role="odd", team=["99", "x"])
    assert (held(running)["bea"].role, held(running)["bea"].teams) == ("supervisor", frozenset())


def test_who_is_let_in_no_more_is_out_at_once(running: Any, boss: Any, signed_in: Any) -> None:
    bea = signed_in("bea")
    send(boss, "/users/disable", name="bea", off="1")
    assert bea.get("/").status_code == 303
    assert held(running)["bea"].disabled
    assert "Not let in" in boss.get("/users").text
    send(boss, "/users/disable", name="bea", off="0")
    assert not held(running)["bea"].disabled


def test_the_last_administrator_cannot_lock_everybody_out(
    running: Any, boss: Any, signed_in: Any
) -> None:
    assert send(boss, "/users/disable", name="sam", off="1").status_code == 409
    assert send(boss, "/users/change", name="sam", role="viewer").status_code == 409
    for path, role in (("/users/change", "viewer"), ("/users/disable", "")):
        refused = send(boss, path, name="sam", role=role, off="1")
        assert "this is the last administrator" in refused.text
        gone = send(boss, path, name="nobody", role=role, off="1")
        assert gone.status_code == 409
        assert "there is no such user any more" in gone.text
        assert "last administrator" not in gone.text
    assert held(running)["sam"].role == "admin"
    signed_in("ann", "admin")
    assert send(boss, "/users/change", name="sam", role="viewer").status_code == 303
    assert held(running)["sam"].role == "viewer"
    assert ("user.refused", "sam") in audit(running, "sam")


def test_a_change_of_users_asks_first_who_it_is(running: Any, boss: Any) -> None:
    running.time.at += running.settings.limits.proof_fresh + 1
    before = set(held(running))
    for path, fields in (
        ("/users", {"name": "eve", "role": "admin"}),
        ("/users/change", {"name": "sam", "role": "admin"}),
        ("/users/disable", {"name": "sam", "off": "0"}),
    ):
        asked = send(boss, path, **fields)
        assert asked.status_code == 403
        assert 'action="/prove"' in asked.text
    assert set(held(running)) == before
    proved = boss.prove(send(boss, "/users", name="eve", role="viewer"))
    assert proved.status_code == 200
    assert "eve" in held(running)


def test_an_auditor_reads_users_and_acts_and_changes_nothing(
    running: Any, boss: Any, signed_in: Any
) -> None:
    reader = signed_in("ada", "auditor")
    page = reader.get("/users").text
    assert "sam" in page
    assert '<form method="post" action="/users' not in page
    log = reader.get("/audit?text=SIGNED-in").text
    assert "Signed in" in log
    assert "Looked at the floor" not in log
    assert "Looked at the audit log" in reader.get("/audit").text
    assert ("audit.seen", "SIGNED-in") in audit(running, "ada")
    assert boss.get("/audit").status_code == 200


def test_an_auditor_takes_the_whole_audit_log_away_and_it_is_proved(
    running: Any, signed_in: Any, tmp_path: Path
) -> None:
    given = signed_in("ada", "auditor").get("/audit/export.jsonl")
    assert given.headers["content-disposition"] == 'attachment; filename="audit.jsonl"'
    file = tmp_path / "audit.jsonl"
    file.write_bytes(given.content)
    now = running.time()
    found = verify_file(file, Demands(key=running.admin.receipt_key, now=now, since=now - 60))
    assert (found.review, found.receipted) == ((), found.entries)
    assert '"audit.exported"' in given.text.splitlines()[-2], "the export is its last act"
