"""A device is an agent or a keeper from its enrolment on; a key that changes unasked is news."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select, update

from agentguard.server.store.desks import keepers
from agentguard.server.store.desks.batch_codes import Wish
from agentguard.server.store.schema.identity_tables import device_identity, tamper_item
from agentguard.wire import keeper_messages, v1

CODES: dict[str, Callable[[Any, bool], str]] = {
    "for one": lambda admin, keeper: admin.enrol_code("Billing", keeper=keeper),
    "for many": lambda admin, keeper: admin.batch_code(
        "Billing",
        Wish(team=0, most=5, hours=1, confirm=False, role="keeper" if keeper else "agent"),
    ),
}


@pytest.fixture
def enrol(enrol: Any) -> Iterator[Callable[[Any, str], Any]]:
    """Enrol, and let go of the connection in the end."""
    with ExitStack() as open_ones:

        def made(running: Any, code: str) -> Any:
            desk = enrol(running, code)
            open_ones.callback(desk.http.close)
            return desk

        yield made


@pytest.fixture(params=CODES.values(), ids=CODES.keys())
def taken_in(request: pytest.FixtureRequest, running: Any, enrol: Any) -> Callable[[bool], Any]:
    """Enrol a device with a code for keepers, or for agents."""
    return lambda keeper: enrol(running, request.param(running.admin, keeper))


def signs(running: Any, device: str) -> dict[str, int]:
    asked = select(tamper_item.c.kind, tamper_item.c.times).where(
        tamper_item.c.device == device, tamper_item.c.kind.startswith("key-")
    )
    return {
        str(kind): int(times)
        for kind, times in running.admin._database.run(lambda c: c.execute(asked).all())
    }


def test_an_agent_is_no_keeper_whatever_it_sends_first(
    running: Any, taken_in: Any, browser: Any
) -> None:
    agent = taken_in(False)
    for path in (keeper_messages.KEEPER, keeper_messages.CODE):
        refused = agent.post(path, agent.report())
        assert (refused.status_code, refused.json()["kind"]) == (403, "no-keeper")
    assert agent.send().status_code == 200
    assert agent.id in browser.get("/").text, "nothing hides it from the floor"
    assert "agent" in browser.get("/devices").text


def test_a_keeper_reports_as_nothing_else_and_is_shown(
    running: Any, taken_in: Any, browser: Any
) -> None:
    keeper = taken_in(True)
    refused = keeper.send()
    assert (refused.status_code, refused.json()["kind"]) == (403, "no-agent")
    assert keeper.post(keeper_messages.KEEPER, keeper.report()).status_code == 200
    assert keeper.send().json()["kind"] == "no-agent"
    assert keeper.id not in browser.get("/").text, "it is no desk"
    page = browser.get("/devices").text
    assert f"/desk/{keeper.id}" in page
    assert "· keeper" in page


def test_what_a_keeper_is_given_takes_agents_in_and_never_keepers(
    running: Any, taken_in: Any, enrol: Any
) -> None:
    keeper = taken_in(True)
    keeper.post(keeper_messages.KEEPER, keeper.report())
    code = keeper.post(keeper_messages.CODE, b"").json()["code"]
    agent = enrol(running, code)
    assert agent.post(keeper_messages.KEEPER, agent.report()).status_code == 403
    assert agent.send().status_code == 200


def test_a_keeper_that_asks_many_times_at_once_is_given_no_more_codes_than_there_are(
    running: Any, enrol: Any
) -> None:
    keeper = enrol(running, running.admin.enrol_code("Billing", keeper=True))
    keeper.post(keeper_messages.KEEPER, keeper.report())
    with ThreadPoolExecutor(16) as crowd:
        told = list(
            crowd.map(lambda _: keeper.post(keeper_messages.CODE, b"").status_code, range(60))
        )
    assert (told.count(201), told.count(429)) == (keepers.MOST, 20)


def test_one_of_before_is_what_it_reports_as_first_and_stays_it(running: Any, enrol: Any) -> None:
    """Enrolled before codes said what for: nothing that was rolled out has to be done again."""
    first, second = (enrol(running, running.admin.enrol_code("Billing")) for _ in range(2))
    running.admin._database.run(lambda c: c.execute(update(device_identity).values(role=None)))
    assert first.post(keeper_messages.KEEPER, first.report()).status_code == 200
    assert first.send().json()["kind"] == "no-agent"
    assert second.send().status_code == 200
    assert second.post(keeper_messages.KEEPER, second.report()).json()["kind"] == "no-keeper"


def test_the_page_makes_codes_for_keepers_and_says_so(
    running: Any, browser: Any, enrol: Any
) -> None:
    token = browser.token()
    for count, keeper in (("1", ""), ("1", "yes"), ("3", ""), ("3", "yes")):
        fields = {"team": "Billing", "count": count, "keeper": keeper}
        page = browser.submit("/codes", token=token, **fields).text
        code = page.split('class="big"><code>')[1].split("<")[0]
        device = enrol(running, code)
        assert device.post(keeper_messages.KEEPER, device.report()).is_success is bool(keeper)
    assert browser.get("/codes").text.count(">for keepers<") == 2


def rotated(desk: Any, key: SigningKey, *, by: SigningKey | None = None) -> Any:
    nonce = secrets.token_urlsafe(18)
    asked = {
        "device": desk.id,
        "public_key": plain(key.verify_key.encode()),
        "nonce": nonce,
        "proof": plain(key.sign(f"{desk.id}\n{nonce}".encode()).signature),
    }
    return desk.post(v1.ROTATE, asked, key=by or desk.key)


def plain(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_key_that_is_replaced_though_nobody_asked_is_a_sign_and_its_owner_is_heard(
    running: Any, desk: Any, browser: Any
) -> None:
    """Who has stolen a desk's key makes itself the only owner."""
    desk.send()
    thief = SigningKey.generate()
    assert rotated(desk, thief).status_code == 200
    assert signs(running, desk.id) == {"key-unasked": 1}
    assert "nobody asked for it" in browser.get("/tamper").text
    owner = desk.key
    for key in (thief, owner):
        desk.key = key
        assert desk.send().status_code == 200, "what was on its way is not lost"
    assert "key-held-twice" not in signs(running, desk.id)
    running.time.at += 601
    assert desk.send().status_code == 200
    assert signs(running, desk.id)["key-held-twice"] == 1
    running.time.at += 24 * 3600
    for _ in range(3):
        told = desk.send()
        assert (told.status_code, told.json()["kind"]) == (401, "signature")
    assert signs(running, desk.id)["key-held-twice"] == 2, "again, and not once for each"
    running.time.at += 3601
    desk.send()
    assert signs(running, desk.id)["key-held-twice"] == 3


def test_an_owner_whose_new_key_the_thief_does_not_use_yet_is_heard_as_well(
    running: Any, desk: Any
) -> None:
    desk.send()
    rotated(desk, SigningKey.generate())
    running.time.at += 24 * 3600 + 300
    assert desk.send().status_code == 401
    assert "key-held-twice" not in signs(running, desk.id), "a person may have replaced it by hand"
    running.time.at += 601
    assert desk.send().status_code == 401
    assert signs(running, desk.id)["key-held-twice"] == 1


def test_an_agent_that_runs_on_with_a_key_that_was_replaced_by_hand_is_no_thief(
    running: Any, desk: Any
) -> None:
    """`enroll --rotate` beside an agent, which takes the new key once the old one is refused."""
    new = SigningKey.generate()
    rotated(desk, new)
    for _ in range(23):
        running.time.at += 3600
        assert desk.send().status_code == 200
    running.time.at += 3601
    assert desk.send().status_code == 401
    desk.key = new
    assert desk.send().status_code == 200
    assert set(signs(running, desk.id)) == {"key-unasked"}


def test_a_key_that_is_replaced_as_it_was_asked_for_is_no_sign(running: Any, desk: Any) -> None:
    running.time.at += running.settings.limits.key_days * 86400
    assert desk.send().json()["new_key"] is True
    new = SigningKey.generate()
    assert rotated(desk, new).status_code == 200
    assert rotated(desk, new, by=new).status_code == 200, "the answer got lost"
    running.time.at += 601
    desk.key = new
    assert desk.send().status_code == 200
    assert signs(running, desk.id) == {}


def test_a_stranger_s_key_and_an_old_request_raise_no_sign(running: Any, desk: Any) -> None:
    rotated(desk, SigningKey.generate())
    running.time.at += 25 * 3600
    stranger = desk.post(v1.REPORTS, desk.report(), key=SigningKey.generate())
    assert (stranger.status_code, stranger.json()["kind"]) == (401, "signature")
    old = desk.post(v1.REPORTS, desk.report(), created=running.time.at - 25 * 3600)
    assert old.json()["kind"] == "signature"
    assert "key-held-twice" not in signs(running, desk.id)
