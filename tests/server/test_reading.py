"""Other systems read with a token: what it allows and nothing else, and verdicts that verify."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import select, update

from agentguard.base.translations import load
from agentguard.server.ingest.openapi import document
from agentguard.server.store.accounts import tokens
from agentguard.server.store.accounts.tokens import KINDS, Wish
from agentguard.server.store.records import classes
from agentguard.server.store.schema.tables import device, team
from agentguard.wire import reading
from tests.server.clients import connect
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]
DAY = 86400
BEFORE = reading.VERDICTS.removesuffix("{device}")


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def token(running: Any, *kinds: str, teams: Any = None, days: int = 30) -> str:
    wish = Wish(name="gateway", kinds=kinds or KINDS, teams=teams, days=days)
    return str(do(running, lambda c: tokens.make(c, wish, "sam", running.time())))


def read(running: Any, path: str, given: str) -> Any:
    with connect(running) as http:
        return http.get(path, headers={"authorization": f"Bearer {given}"})


def opened(signed: str, key: dict[str, str]) -> dict[str, Any]:
    """Check a verdict as a gateway does that has the public key alone (docs/reading.md)."""
    head, body, signature = signed.split(".")
    raw = base64.urlsafe_b64decode(key["x"] + "==")
    VerifyKey(raw).verify(f"{head}.{body}".encode(), base64.urlsafe_b64decode(signature + "=="))
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    assert header == {"alg": "EdDSA", "kid": key["kid"], "typ": "JWT"}
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=="))
    return claims


def key_of(running: Any) -> dict[str, str]:
    with connect(running) as http:
        (key,) = http.get(reading.VERDICT_KEYS).json()["keys"]
    return dict(key)


def verdict(running: Any, desk: Any, given: str) -> dict[str, Any]:
    answer = read(running, BEFORE + desk.id, given)
    assert answer.status_code == 200, answer.text
    claims = opened(answer.json()["signed"], key_of(running))
    assert claims == answer.json()["verdict"]
    return claims


def test_row_332_a_verdict_is_checked_with_the_public_key_alone(
    running: Any, desk: Any, control: Any
) -> None:
    desk.send(controls=[control()], overall="good")
    given = token(running, "verdicts")
    claims = verdict(running, desk, given)
    now = int(running.time())
    assert (claims["sub"], claims["verdict"], claims["why"]) == (desk.id, "pass", "good")
    assert (claims["iat"], claims["exp"]) == (now, now + 120)
    signed = read(running, BEFORE + desk.id, given).json()["signed"]
    key = key_of(running)
    head, body, signature = signed.split(".")
    for other in (
        f"{head}.{body[:-2]}AA.{signature}",
        f"{body}.{body}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
    ):
        with pytest.raises((BadSignatureError, AssertionError)):
            opened(other, key)


@pytest.mark.parametrize(
    ("posture", "told"),
    [
        (("pass", "high", "good"), ("pass", "good")),
        (("fail", "high", "good"), ("fail", "failing")),
        (("fail", "low", "attention"), ("attention", "attention")),
        (("unknown", "high", "blind"), ("unknown", "blind")),
    ],
)
def test_row_332_a_verdict_is_no_better_than_the_posture(
    running: Any, desk: Any, control: Any, posture: tuple[str, str, str], told: tuple[str, str]
) -> None:
    state, severity, overall = posture
    desk.send(controls=[control(state=state, severity=severity)], overall=overall)
    claims = verdict(running, desk, token(running))
    assert (claims["verdict"], claims["why"]) == told
    assert claims["failing"] == (["screen-lock"] if state == "fail" else [])


def test_row_332_a_desk_that_is_silent_or_was_never_heard_passes_nothing(
    running: Any, desk: Any, control: Any
) -> None:
    given = token(running)
    assert verdict(running, desk, given)["why"] == "silent"
    desk.send(overall="good")
    assert verdict(running, desk, given)["why"] == "no-posture"
    desk.send(controls=[control()], overall="good")
    assert verdict(running, desk, given)["verdict"] == "pass"
    running.time.at += 181
    assert verdict(running, desk, given)["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("status", "word"),
    [("retired", "fail"), ("pending", "unknown"), ("cloned", "unknown"), ("conflict", "unknown")],
)
def test_row_332_a_desk_in_doubt_never_passes(
    running: Any, desk: Any, control: Any, status: str, word: str
) -> None:
    desk.send(controls=[control()], overall="good")
    do(running, lambda c: c.execute(update(device).values(status=status)))
    claims = verdict(running, desk, token(running))
    assert (claims["verdict"], claims["why"]) == (word, status)


@pytest.mark.parametrize("path", [BEFORE + "DESK", reading.DESKS, reading.FINDINGS])
def test_row_333_without_a_token_that_counts_nothing_is_read(
    running: Any, desk: Any, path: str
) -> None:
    path = path.replace("DESK", desk.id)
    given = token(running, days=1)
    ended = token(running)
    do(running, lambda c: tokens.end(c, 2, "sam", running.time()))
    with connect(running) as http:
        for headers in (
            {}, {"authorization": "Bearer"}, {"authorization": f"Basic {given}"},
            {"authorization": f"Bearer {given[:-1]}"}, {"authorization": f"Bearer {ended}"},
            {"authorization": f"Bearer {tokens.PREFIX}"},
        ):  # fmt: skip
            answer = http.get(path, headers=headers)
            assert (answer.status_code, answer.json()["kind"]) == (401, "read-token")
            assert desk.id not in answer.text
    assert read(running, path, given).status_code == 200
    running.time.at += DAY
    assert read(running, path, given).status_code == 401


@pytest.mark.parametrize("kind", KINDS)
def test_row_333_a_token_reads_its_kinds_alone(running: Any, desk: Any, kind: str) -> None:
    given = token(running, kind)
    paths = {"verdicts": BEFORE + desk.id, "desks": reading.DESKS, "findings": reading.FINDINGS}
    for name, path in paths.items():
        answer = read(running, path, given)
        assert answer.status_code == (200 if name == kind else 403), path


def test_row_333_a_token_reads_its_teams_alone(
    running: Any, new_desk: Any, control: Any, event: Any
) -> None:
    ours, theirs = new_desk("Billing", "b-1"), new_desk("Claims", "c-1")
    for one in (ours, theirs):
        one.send(event(1, subject="a", check="firewall", severity="high"), controls=[control()])
    number = do(running, lambda c: c.scalar(select(team.c.id).where(team.c.name == "Billing")))
    given = token(running, teams=[number])
    assert read(running, BEFORE + ours.id, given).status_code == 200
    refused = read(running, BEFORE + theirs.id, given)
    assert (refused.status_code, refused.json()["kind"]) == (404, "unknown-desk")
    assert read(running, BEFORE + "0" * 24, given).json() == refused.json()
    (desk,) = read(running, reading.DESKS, given).json()["desks"]
    assert (desk["device"], desk["name"], desk["team"]) == (ours.id, "b-1", "Billing")
    (found,) = read(running, reading.FINDINGS, given).json()["findings"]
    assert (found["device"], found["check"], found["severity"]) == (ours.id, "firewall", "high")
    assert set(found) == {"device", "team", "check", "severity", "since"}


def test_pages_come_one_after_the_other_and_end(running: Any, new_desk: Any, event: Any) -> None:
    every = {new_desk("Billing", f"b-{n}").id for n in range(5)}
    desk = new_desk("Billing", "b-9")
    desk.send(*(event(n, subject=f"s{n}", check="firewall", severity="low") for n in range(1, 6)))
    given, seen, after = token(running), set(), ""
    while True:
        page = read(running, f"{reading.DESKS}?limit=2&after={after}", given).json()
        seen |= {one["device"] for one in page.get("desks", ())}
        after = page.get("after", "")
        if not after:
            break
    assert seen == {*every, desk.id}
    first = read(running, f"{reading.FINDINGS}?limit=3", given).json()
    second = read(running, f"{reading.FINDINGS}?limit=3&after={first['after']}", given).json()
    assert (len(first["findings"]), len(second["findings"])) == (3, 2)
    assert "after" not in second


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=", "&".join(["a=1"] * 30)]
)
def test_a_page_that_is_none_is_refused(running: Any, desk: Any, query: str) -> None:
    assert desk.id
    answer = read(running, f"{reading.DESKS}?{query}", token(running))
    assert answer.status_code == (200 if query == "limit=" else 400)


def test_a_number_of_a_finding_that_is_none_is_refused(running: Any, desk: Any) -> None:
    assert desk.id
    answer = read(running, f"{reading.FINDINGS}?after=-1", token(running))
    assert answer.status_code == 400


@pytest.mark.parametrize("path", [BEFORE, BEFORE + "a/b", BEFORE + "x" * 300])
def test_what_is_no_desk_is_not_found(running: Any, path: str) -> None:
    assert read(running, path, token(running)).status_code == 404


@pytest.mark.heavy
def test_row_334_a_token_that_does_not_wait_is_held_to_its_pace(running: Any, desk: Any) -> None:
    """Another token goes on, and so does whoever has waited."""
    limits = running.settings.limits
    given, other = token(running), token(running)
    with connect(running) as http:
        asked = {"authorization": f"Bearer {given}"}
        codes = [
            http.get(BEFORE + desk.id, headers=asked).status_code
            for _ in range(limits.token_burst + 2)
        ]
        assert codes[: limits.token_burst] == [200] * limits.token_burst
        refused = http.get(BEFORE + desk.id, headers=asked)
        assert (refused.status_code, refused.json()["kind"]) == (429, "too-often")
        assert int(refused.headers["retry-after"]) >= 1
    assert read(running, BEFORE + desk.id, other).status_code == 200
    running.time.at += 5
    assert read(running, BEFORE + desk.id, given).status_code == 200


def test_row_334_who_guesses_tokens_is_held_to_a_pace(running: Any) -> None:
    with connect(running) as http:
        wrong = {"authorization": f"Bearer {tokens.PREFIX}guess"}
        codes = {
            http.get(reading.DESKS, headers=wrong).status_code
            for _ in range(running.settings.limits.burst + 2)
        }
    assert codes == {401, 429}


def test_row_333_no_value_of_a_token_is_kept(running: Any, desk: Any) -> None:
    given = token(running)
    assert read(running, BEFORE + desk.id, given).status_code == 200
    assert given.encode() not in running.stored()
    assert given.removeprefix(tokens.PREFIX).encode() not in running.stored()


def test_tokens_that_are_over_grow_old_with_the_codes() -> None:
    codes = next(one for one in classes.RECORDS if one.name == "codes")
    assert "read_token" in {part.table.name for part in codes.parts}


def test_the_description_says_which_requests_need_a_token() -> None:
    described = json.loads(document(load()))
    for path in (reading.VERDICTS, reading.DESKS, reading.FINDINGS):
        assert described["paths"][path]["get"]["security"] == [{"token": []}]
    assert "security" not in described["paths"][reading.VERDICT_KEYS]["get"]


def make(browser: Any, **fields: Any) -> Any:
    form = {"name": "Gateway", "kind": ["verdicts"], "team": ["every"], "days": "30", **fields}
    form["token"] = browser.token()
    return browser.http.post("/tokens", data=form, headers={"sec-fetch-site": "same-origin"})


def test_an_administrator_makes_a_token_sees_it_once_and_ends_it(
    running: Any, desk: Any, browser: Any
) -> None:
    page = make(browser)
    found = re.search(r"<code>(agr_[\w-]{43})</code>", page.text)
    assert found is not None
    given = found[1]
    assert read(running, BEFORE + desk.id, given).status_code == 200
    listed = browser.get("/tokens").text
    assert given not in listed
    assert "Counts until" in listed
    assert "Last used" in listed
    assert browser.submit("/tokens/1/end", token=browser.token()).status_code == 303
    assert read(running, BEFORE + desk.id, given).status_code == 401
    assert "Ended by sam" in browser.get("/tokens").text
    acts = dict(audit(running, "sam"))
    assert acts["token.made"] == "Gateway: verdicts (30 d)"
    assert acts["token.ended"] == "Gateway"


@pytest.mark.parametrize(
    "fields",
    [{"name": " "}, {"kind": []}, {"kind": ["all"]}, {"team": []}, {"team": ["77"]},
     {"days": "3650"}],
)  # fmt: skip
def test_a_token_without_bounds_is_not_made(
    running: Any, desk: Any, browser: Any, fields: dict[str, Any]
) -> None:
    assert desk.id
    page = make(browser, **fields)
    assert page.status_code == 409
    assert "agr_" not in page.text
    assert not do(running, tokens.list_tokens)
