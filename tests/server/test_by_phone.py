"""A supervisor answers a desk's letters: which ones, whose, how often, and what is written down."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from nacl.signing import VerifyKey
from sqlalchemy import func, select, update

from agentguard.server.store.factors import by_phone
from agentguard.server.store.schema.phone_tables import phone_set
from agentguard.server.store.schema.tables import device
from agentguard.wire import openings
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]

PASSWORD = "correct horse battery staple"


def fetch(desk: Any, holds: str = "", **values: Any) -> openings.Openings:
    """Ask as a desk does, and verify what the endpoint has signed."""
    asked = {"device": desk.id, "nonce": "n-1", "holds": holds, **values}
    answer = desk.post(openings.OPENINGS, asked)
    assert answer.status_code == 200, answer.text
    given = msgspec.json.decode(answer.content, type=openings.OpeningsGiven)
    key = VerifyKey(base64.b64decode(desk.enrolled.receipt_key))
    key.verify(given.openings.encode(), base64.b64decode(given.signature))
    fresh = msgspec.json.decode(given.openings, type=openings.Openings)
    assert (fresh.device, fresh.nonce, len(fresh.items)) == (desk.id, "n-1", openings.COUNT)
    return fresh


def opens(fresh: openings.Openings, letters: str, answer: str) -> bool:
    """Judge an answer as the desk does."""
    known = {one.challenge: one.digest for one in fresh.items}
    told = openings.digest(fresh.name, letters, answer.replace("-", ""))
    return known[letters] == told


def ask(browser: Any, letters: str, desk: str = "desk-1", reason: str = "no network") -> str:
    fields = {"desk": desk, "letters": letters, "reason": reason}
    page: str = browser.submit("/break-glass", token=browser.token(), **fields).text
    return page


def answered(page: str) -> str:
    found = re.search(r"<code>([0-9A-Z]{4}(-[0-9A-Z]{4}){2})</code>", page)
    return found[1] if found else ""


@pytest.fixture
def sue(signed_in: Callable[..., Any]) -> Any:
    return signed_in("sue", teams=("Billing",))


def test_the_answer_that_a_supervisor_gets_is_the_one_that_the_desk_takes(
    running: Any, desk: Any, sue: Any
) -> None:
    fresh = fetch(desk)
    letters = fresh.items[3].challenge
    page = ask(sue, f" {letters[:4].lower()} - {letters[4:].replace('0', 'o')}")
    answer = answered(page)
    assert opens(fresh, letters, answer)
    assert "within 15 minutes of the letters" in page
    assert answer not in sue.get("/break-glass").text, "shown this once"
    assert answered(ask(sue, letters)) == answer, "the line was cut"
    assert "by phone" in sue.get("/break-glass").text
    assert ("break-glass.answered", desk.id) in audit(running, "sue")
    others = [one.challenge for one in fresh.items if one.challenge != letters]
    assert not any(opens(fresh, other, answer) for other in others)


def test_letters_of_another_desk_are_not_answered(
    running: Any, desk: Any, new_desk: Any, sue: Any
) -> None:
    other = new_desk(label="desk-2")
    fetch(desk)
    theirs = fetch(other).items[0].challenge
    for letters in (theirs, "7KX2-M9QW", "x", "0" * 20):
        page = ask(sue, letters)
        assert answered(page) == ""
        assert "These letters are not of this desk" in page
    assert ("break-glass.refused", f"{desk.id} no-challenge") in audit(running, "sue")


def test_who_may_not_see_a_desk_answers_nothing_of_it(
    running: Any, desk: Any, new_desk: Any, sue: Any, signed_in: Any
) -> None:
    hidden = new_desk(team="Sales", label="s-1")
    letters = fetch(hidden).items[0].challenge
    assert "There is no such desk" in ask(sue, letters, "s-1")
    assert "Say why" in ask(sue, fetch(desk).items[0].challenge, reason=" ")
    gone = update(device).where(device.c.id == desk.id).values(status="retired")
    running.admin._database.run(lambda c: c.execute(gone))
    assert "There is no such desk" in ask(sue, "7KX2-M9QW"), "one that was turned away"


def test_old_used_and_too_many_letters_are_not_answered(running: Any, desk: Any, sue: Any) -> None:
    fresh = fetch(desk)
    letters = [one.challenge for one in fresh.items]
    assert answered(ask(sue, letters[0]))
    running.time.at += by_phone.SECONDS
    sue.sign_in("sue", PASSWORD)
    assert "too old" in ask(sue, letters[0])
    fetch(desk, fresh.name, shown=[letters[0]], used=[letters[0]])
    assert "have opened the desk already" in ask(sue, letters[0])
    for one in letters[1:5]:
        assert answered(ask(sue, one)), one
    assert "too often" in ask(sue, letters[5])
    running.time.at += by_phone.HOUR
    sue.sign_in("sue", PASSWORD)
    assert answered(ask(sue, letters[5]))


def test_what_a_desk_says_was_used_is_written_down(running: Any, desk: Any, sue: Any) -> None:
    fresh = fetch(desk)
    given, never = fresh.items[0].challenge, fresh.items[1].challenge
    ask(sue, given, reason="the line is dead")
    for _ in range(2):
        fetch(desk, fresh.name, shown=[given, never], used=[given, never])
    notes = audit(running, f"device:{desk.id}")
    assert notes.count(("break-glass.used", "sue")) == 1
    assert notes.count(("break-glass.unasked", never)) == 1
    assert "Opened by phone, and nobody answered" in sue.get("/tamper").text
    for path in ("/break-glass", "/factors"):
        page = sue.get(path).text
        assert "the line is dead" in page
        assert "Nobody here" in page, "nobody at this endpoint has answered it"


def test_a_set_and_one_that_was_open_while_it_came_are_all_taken_in(
    running: Any, desk: Any
) -> None:
    before, fresh = fetch(desk), fetch(desk)
    used = [before.items[0].challenge, *(one.challenge for one in fresh.items)]
    fetch(desk, used=used)
    notes = audit(running, f"device:{desk.id}")
    assert {letters for act, letters in notes if act == "break-glass.unasked"} == set(used)


def test_no_set_is_given_twice_and_few_are_kept(running: Any, desk: Any, sue: Any) -> None:
    first = fetch(desk)
    names = {first.name} | {fetch(desk, first.name).name for _ in range(6)}
    assert len(names) == 7
    database = running.admin._database
    assert database.run(lambda c: c.scalar(select(func.count()).select_from(phone_set))) <= 4
    assert answered(ask(sue, first.items[0].challenge)), "the one that the desk holds"


def test_a_set_of_before_the_endpoint_was_restored_is_answered(
    running: Any, desk: Any, sue: Any
) -> None:
    held = fetch(desk)
    running.admin._database.run(lambda c: c.execute(phone_set.delete()))
    assert "not of this desk" in ask(sue, held.items[0].challenge)
    fetch(desk, held.name)
    assert opens(held, held.items[0].challenge, answered(ask(sue, held.items[0].challenge)))


@pytest.mark.parametrize("holds", ["", "x", "A" * 32, "f" * 400, "\u0000"])
def test_no_name_that_a_desk_makes_up_is_kept(running: Any, desk: Any, holds: str) -> None:
    fetch(desk, holds)
    database = running.admin._database
    names = database.run(lambda c: list(c.scalars(select(phone_set.c.name))))
    assert len(names) == 1
    assert re.fullmatch("[0-9a-f]{32}", names[0])


def test_a_request_that_is_wrong_or_of_another_desk_is_refused(desk: Any, new_desk: Any) -> None:
    other = new_desk(label="desk-2")
    for body, status in (
        (b"", 400),
        (b"{", 400),
        ({"device": desk.id}, 400),
        ({"device": desk.id, "nonce": "n" * 101}, 400),
        ({"device": other.id, "nonce": "n"}, 403),
    ):
        assert desk.post(openings.OPENINGS, body).status_code == status
    unsigned = desk.http.post(openings.OPENINGS, json={"device": desk.id, "nonce": "n"})
    assert unsigned.status_code == 400


def test_letters_and_answers_are_even_and_stand_in_no_table(running: Any, desk: Any) -> None:
    fresh = fetch(desk)
    letters = [one.challenge for one in fresh.items]
    assert len({*letters}) == openings.COUNT
    assert all(set(one) <= set(openings.ALPHABET) for one in letters)
    disk = b"".join(file.read_bytes() for file in running.settings.data.glob("server.db*"))
    assert not any(one.encode() in disk for one in letters)
