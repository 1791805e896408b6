"""Who a desk is: codes for many, desks that wait, keys that are replaced, copies that are told."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import msgspec
import pytest
from nacl.signing import SigningKey, VerifyKey

from agentguard.server.store.desks import enrolment_codes, identities
from agentguard.server.store.desks.batch_codes import Wish
from agentguard.server.store.schema.tables import audit_log, device
from agentguard.wire import fingerprint, v1

HOUR, DAY = 3600, 86400


@pytest.fixture
def http(running: Any, connect: Any) -> Iterator[httpx.Client]:
    with connect(running) as one:
        yield one


@pytest.fixture
def join(running: Any, enrol: Any) -> Iterator[Callable[[str], Any]]:
    """Enrol desks, and hang up in the end."""
    with ExitStack() as every:

        def one(code: str) -> Any:
            desk = enrol(running, code)
            every.callback(desk.http.close)
            return desk

        yield one


def batch(running: Any, *, most: int = 3, confirm: bool = False, assets: Any = ()) -> str:
    wish = Wish(team=0, most=most, hours=24, confirm=confirm, assets=assets)
    made: str = running.admin.batch_code("Billing", wish)
    return made


def states(running: Any) -> list[str]:
    def read(connection: Any) -> list[str]:
        return [r.status for r in connection.execute(device.select().order_by(device.c.id))]

    found: list[str] = running.admin._database.run(read)
    return found


def new_key(desk: Any, key: SigningKey, b64: Any, **other: Any) -> dict[str, Any]:
    nonce = secrets.token_urlsafe(18)
    return {
        "device": desk.id,
        "public_key": b64(key.verify_key.encode()),
        "nonce": nonce,
        "proof": b64(key.sign(f"{desk.id}\n{nonce}".encode()).signature),
        **other,
    }


def taken(desk: Any, answer: httpx.Response) -> v1.Taken:
    """Give what the endpoint signed."""
    assert answer.status_code == 200, answer.text
    given = msgspec.json.decode(answer.content, type=v1.KeyTaken)
    VerifyKey(base64.b64decode(desk.enrolled.receipt_key)).verify(
        given.taken.encode(), base64.b64decode(given.signature)
    )
    return msgspec.json.decode(given.taken, type=v1.Taken)


def test_a_code_for_many_takes_in_as_many_as_it_says(
    running: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    code = batch(running, most=2)
    answers = [ask_to_enrol(http, SigningKey.generate(), code) for _ in range(3)]
    assert [a.status_code for a in answers] == [201, 201, 403]
    assert answers[2].json()["kind"] == "code-full"
    assert states(running) == ["active", "active"]


def test_a_lost_answer_does_not_count_twice(
    running: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    code, key = batch(running, most=1), SigningKey.generate()
    first = ask_to_enrol(http, key, code).json()
    assert ask_to_enrol(http, key, code).json() == first


def test_a_code_that_was_withdrawn_or_has_expired_takes_nobody_in(
    running: Any, http: httpx.Client, ask_to_enrol: Any, browser: Any
) -> None:
    code = batch(running)
    browser.submit("/codes/1/revoke", token=browser.token())
    said = ask_to_enrol(http, SigningKey.generate(), code).json()
    assert said["kind"] == "code-revoked"
    late = batch(running)
    running.time.at += 24 * HOUR
    assert ask_to_enrol(http, SigningKey.generate(), late).json()["kind"] == "code-expired"


def test_a_code_bound_to_asset_tags_takes_each_of_them_in_once(
    running: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    code = batch(running, assets=("PC-001", "pc-002 "))

    def kind(asset: str) -> str:
        answer = ask_to_enrol(http, SigningKey.generate(), code, asset=asset)
        return str(answer.json().get("kind", "in"))

    assert [kind("pc-001"), kind("PC-001 "), kind("PC-003"), kind("")] == [
        "in",
        "code-asset",
        "code-asset",
        "code-asset",
    ]
    assert kind("PC-002") == "in"


def test_a_desk_that_waits_is_told_so_until_its_words_are_compared(
    running: Any, join: Any, browser: Any
) -> None:
    desk = join(batch(running, confirm=True))
    assert desk.enrolled.pending
    answer = desk.send()
    assert (answer.status_code, answer.json()["kind"]) == (403, "pending")
    assert desk.get(v1.POLICY).status_code == 403
    shown = browser.get("/devices").text
    assert fingerprint.words(desk.key.verify_key.encode()) in shown
    assert browser.get("/").text.count("desk-1") == 0, "it is not on the floor yet"
    browser.submit(f"/devices/{desk.id}/confirm", token=browser.token())
    running.time.at += running.settings.limits.key_fresh
    assert desk.send().status_code == 200


def test_a_desk_whose_words_differ_is_turned_away(running: Any, join: Any, browser: Any) -> None:
    desk = join(batch(running, confirm=True))
    browser.submit(f"/devices/{desk.id}/refuse", token=browser.token())
    running.time.at += running.settings.limits.key_fresh
    assert desk.send().status_code == 410


def test_a_desk_that_was_turned_away_does_not_come_back_by_the_code_it_has(
    running: Any, join: Any, browser: Any, ask_to_enrol: Any, http: httpx.Client
) -> None:
    one_code, many = running.admin.enrol_code("Billing"), batch(running)
    desk = join(one_code)
    browser.submit(f"/devices/{desk.id}/turn-away", token=browser.token())
    assert states(running) == ["retired"]
    again = ask_to_enrol(http, desk.key, one_code)
    assert again.json()["kind"] == "code-used"
    assert ask_to_enrol(http, desk.key, many).json()["pending"], "a person has to say so"
    assert ask_to_enrol(http, desk.key, running.admin.enrol_code("Billing")).status_code == 201
    assert states(running) == ["active"]


def test_a_supervisor_confirms_desks_of_the_own_teams_alone(
    running: Any, join: Any, another: Any
) -> None:
    desk = join(batch(running, confirm=True))
    running.admin.add_user("sue", "correct horse battery staple", "supervisor", ("Sales",))
    with another() as sue:
        sue.sign_in("sue", "correct horse battery staple")
        assert desk.id not in sue.get("/devices").text
        sue.submit(f"/devices/{desk.id}/confirm", token=sue.token())
        assert states(running) == ["pending"]


def test_a_key_is_replaced_and_the_one_before_counts_for_a_day(
    running: Any, desk: Any, b64: Any
) -> None:
    old, new = desk.key, SigningKey.generate()
    said = taken(desk, desk.post(v1.ROTATE, new_key(desk, new, b64)))
    assert (said.device, said.pending) == (desk.id, False)
    assert desk.send().status_code == 200, "the old key counts on"
    desk.key = new
    assert desk.send().status_code == 200
    running.time.at += DAY
    assert desk.send().status_code == 200
    desk.key = old
    assert desk.send().json()["kind"] == "signature"


def test_a_lost_answer_to_a_new_key_can_be_asked_for_with_either_key(desk: Any, b64: Any) -> None:
    old, new = desk.key, SigningKey.generate()
    for key in (old, old, new):
        desk.key = key
        assert taken(desk, desk.post(v1.ROTATE, new_key(desk, new, b64))).device == desk.id


def test_a_key_that_was_given_up_gives_nobody_another_one(
    running: Any, desk: Any, b64: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    """Whoever stole the old key has it for a day of reports, but cannot take the desk over."""
    old = desk.key
    taken(desk, desk.post(v1.ROTATE, new_key(desk, SigningKey.generate(), b64)))
    stolen = desk.post(v1.ROTATE, new_key(desk, SigningKey.generate(), b64))
    assert (stolen.status_code, stolen.json()["kind"]) == (403, "key-given-up")
    code = running.admin.enrol_code("Billing")
    assert ask_to_enrol(http, old, code).json()["kind"] == "key-given-up"
    assert ask_to_enrol(http, SigningKey.generate(), code).status_code == 201


def test_a_new_key_must_be_the_senders_own_and_nobody_elses(
    desk: Any, new_desk: Any, b64: Any
) -> None:
    other = new_desk(label="desk-2")
    theirs = new_key(desk, other.key, b64)
    assert desk.post(v1.ROTATE, theirs).json()["kind"] == "key-given-up"
    unproved = new_key(desk, SigningKey.generate(), b64, proof=b64(bytes(64)))
    assert desk.post(v1.ROTATE, unproved).json()["kind"] == "proof"
    for_other = {**new_key(desk, SigningKey.generate(), b64), "device": other.id}
    assert desk.post(v1.ROTATE, for_other).json()["kind"] == "other-device"
    assert desk.post(v1.ROTATE, b"{").json()["kind"] == "malformed"
    assert desk.post(v1.SPLIT, new_key(desk, SigningKey.generate(), b64)).status_code == 403


def test_an_old_key_is_asked_to_be_replaced(running: Any, desk: Any, b64: Any) -> None:
    def asked() -> bool:
        return msgspec.json.decode(desk.send().content, type=v1.Received).new_key

    assert not asked()
    running.time.at += running.settings.limits.key_days * DAY
    assert asked()
    desk.post(v1.ROTATE, new_key(desk, SigningKey.generate(), b64))
    assert not asked()


def test_the_words_are_six_can_be_said_and_differ(running: Any) -> None:
    found = {fingerprint.words(bytes([n]) * 32) for n in range(200)}
    assert len(found) == 200
    word = "[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]"
    assert all(re.fullmatch(rf"{word}( {word}){{5}}", one) for one in found)
    assert fingerprint.words(bytes(32)) == fingerprint.words(bytes(32))


def test_the_words_are_those_of_the_proquints(running: Any) -> None:
    """The first two bytes of the digest as the specification spells them."""
    digest = hashlib.sha256(b"agentguard device key v1" + bytes(32)).digest()
    bits = int.from_bytes(digest[:2], "big")
    con, vow = "bdfghjklmnprstvz", "aiou"
    spelt = [con[bits >> 12 & 15], vow[bits >> 10 & 3], con[bits >> 6 & 15], vow[bits >> 4 & 3]]
    assert fingerprint.words(bytes(32)).split()[0] == "".join((*spelt, con[bits & 15]))


def test_what_a_person_decides_is_written_down(running: Any, join: Any, browser: Any) -> None:
    desk = join(batch(running, confirm=True))
    browser.submit(f"/devices/{desk.id}/confirm", token=browser.token())
    browser.submit(f"/devices/{desk.id}/confirm", token=browser.token())
    one = running.admin._database.run(lambda c: identities.one(c, desk.id))
    assert (one.decided_by, one.status) == ("sam", "active")
    acts = running.admin._database.run(_acts)
    assert acts[-2:] == ["device.confirmed", "device.refused"]


def _acts(connection: Any) -> list[str]:
    rows = connection.execute(audit_log.select().order_by(audit_log.c.id))
    return [r.act for r in rows if r.act.startswith("device.")]


def test_a_code_is_made_in_the_console_for_many(
    running: Any, browser: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    made = browser.submit(
        "/codes", token=browser.token(), team="Sales", count="2", hours="8", assets="A1\nA2"
    ).text
    code = re.search(r"<code>([A-Z2-7-]{19})</code>", made)
    assert code is not None
    assert ask_to_enrol(http, SigningKey.generate(), code[1], asset="a2").status_code == 201
    assert "1 of 2" in browser.get("/codes").text
    assert code[1] not in browser.get("/codes").text
    for wrong in ({"count": "0"}, {"count": "x"}, {"hours": "9999"}):
        page = browser.submit("/codes", token=browser.token(), team="Sales", **wrong)
        assert 'role="alert"' in page.text
    assert len(running.admin._database.run(lambda c: enrolment_codes.list_codes(c, 0.0))) == 0
