"""The parts of sign-in by themselves: what is malformed is refused, and never an error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from agentguard.server.admin.accounts import Admin
from agentguard.server.company_settings import Company, safe
from agentguard.server.console.browsers import family
from agentguard.server.console.fresh_proof import local
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.signin import recovery_codes
from agentguard.server.signin.passkeys import Passkey, PasskeyRefused, Relying, challenge_of
from agentguard.server.store.accounts import pending_sign_ins, people, sessions
from tests.server.authenticator import Authenticator
from tests.server.migrated import migrated

ORIGIN = "https://guard.example:8443"
AT = 1_790_000_000.0
CHALLENGE = b"c" * 32
PARTY = Relying(ORIGIN)
RING = Authenticator()
MADE = PARTY.registered(
    RING.create(json.loads(PARTY.to_register("sam", [], CHALLENGE)), ORIGIN), CHALLENGE
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3)
    ),
    max_leaves=8,
)
PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature")
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON,
        "rawId": JSON,
        "type": JSON,
        "response": JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(PARTS, JSON)),
    },
).map(json.dumps)


@given(st.text(max_size=200) | JSON.map(json.dumps) | ANSWERS)
@example("[" * 5000)
@example('{"response": {"clientDataJSON": "e30"}}')
def test_what_is_no_answer_is_refused_and_never_an_error(answer: str) -> None:
    assert isinstance(challenge_of(answer), bytes)
    with pytest.raises(PasskeyRefused):
        PARTY.proved([MADE], answer, CHALLENGE)
    with pytest.raises(PasskeyRefused):
        PARTY.registered(answer, CHALLENGE)


@given(st.integers(0, 79), st.integers(1, 25))
def test_an_answer_in_which_a_letter_is_changed_proves_nothing(place: int, by: int) -> None:
    first = RING.get(json.loads(PARTY.to_prove([MADE], CHALLENGE)), ORIGIN)
    at = first.index('"signature": "') + len('"signature": "') + place
    other = chr(ord("A") + (ord(first[at]) - ord("A") + by) % 26)
    assume(other != first[at])
    with pytest.raises(PasskeyRefused):
        PARTY.proved([MADE], first[:at] + other + first[at + 1 :], CHALLENGE)


def test_a_passkey_of_another_address_is_not_asked_here() -> None:
    elsewhere = Passkey(id=MADE.id, data=MADE.data, rp="old.example", count=0)
    answer = RING.get(json.loads(PARTY.to_prove([MADE], CHALLENGE)), ORIGIN)
    with pytest.raises(PasskeyRefused):
        PARTY.proved([elsewhere], answer, CHALLENGE)
    assert PARTY.proved([MADE], answer, CHALLENGE).id == MADE.id


@pytest.mark.parametrize(
    ("origin", "named"),
    [
        ("https://guard.example", True),
        ("https://localhost:8443", True),
        ("https://10.0.0.7", False),
        ("https://[::1]:8443", False),
        ("https://", False),
    ],
)
def test_passkeys_want_a_name(origin: str, named: bool) -> None:
    assert Relying(origin).named is named if urlsplit(origin).hostname else True


@given(st.text(alphabet=recovery_codes.ALPHABET, min_size=10, max_size=10))
def test_a_recovery_code_is_read_as_it_was_shown_and_as_people_type(code: str) -> None:
    shown = recovery_codes.show_code(code)
    assert recovery_codes.normal(shown) == code
    typed = shown.lower().replace("0", "o").replace("1", "l").replace("-", "  ")
    assert recovery_codes.normal(typed) == code


@given(st.text(max_size=30))
def test_what_has_no_code_s_shape_is_none(typed: str) -> None:
    read = recovery_codes.normal(typed)
    assert read == "" or (len(read) == 10 and set(read) <= set(recovery_codes.ALPHABET))


def test_codes_are_random_and_their_hashes_are_salted() -> None:
    codes = {recovery_codes.new_code() for _ in range(200)}
    assert len(codes) == 200
    one = codes.pop()
    first, second = recovery_codes.new_salt(), recovery_codes.new_salt()
    assert recovery_codes.hash_code(one, first) == recovery_codes.hash_code(one, first)
    assert recovery_codes.hash_code(one, first) != recovery_codes.hash_code(one, second)


@given(st.text(max_size=60) | st.sampled_from(("//e", "/\\e", "https:/e", "/a//b", "/ok?x=1")))
def test_a_way_back_never_leaves_the_console(path: str) -> None:
    kept = local(path)
    assert kept.startswith("/")
    assert not kept.startswith("//")
    assert "\\" not in kept
    assert kept.isprintable()
    assert urlsplit(kept).netloc == ""
    assert kept in {path, "/"}


@pytest.mark.parametrize(
    ("agent", "known"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Version/18 Safari/605", "Safari, macOS"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/142.0 Mobile Safari/537", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/18 Safari/604", "Safari, iPhone"),
        ("curl/8", "Browser"),
        ("", "Browser"),
    ],
)
def test_a_browser_is_known_by_its_family(agent: str, known: str) -> None:
    assert family(agent) == known


@given(st.dictionaries(st.sampled_from(("groups", "email", "else")), JSON, max_size=3))
def test_any_claims_give_a_role_that_there_is_or_none(claims: dict[str, Any]) -> None:
    company = Company(
        issuer="https://login.example",
        client="c",
        secret="s",
        label="L",
        roles={"a": "admin", "b": "viewer"},
        teams={"t": "Team"},
    )
    assert company.role(claims) in {"", "admin", "viewer"}
    assert company.role({"groups": ["b", "a"]}) == "admin", "the first of the file counts"
    assert company.role({"groups": "b"}) == "viewer"
    assert company.team_names(claims) in ([], ["Team"])


@pytest.mark.parametrize(
    ("url", "well"),
    [
        ("https://login.example", True),
        ("http://localhost:1", True),
        ("http://127.0.0.1", True),
        ("http://login.example", False),
        ("http://localhost.evil.example", False),
        ("ftp://localhost", False),
        ("", False),
    ],
)
def test_a_provider_is_reached_under_tls_or_on_this_machine(url: str, well: bool) -> None:
    assert safe(url) is well


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[Admin]:
    with Admin(migrated(ServerSettings(data=tmp_path)), lambda: AT) as one:
        one.add_user("sam", "correct horse battery staple")
        yield one


def test_a_challenge_is_taken_once_in_time_and_for_its_purpose(admin: Admin) -> None:
    run = admin._database.run
    value = run(lambda c: pending_sign_ins.ask(c, "prove sam", AT))
    assert not run(lambda c: pending_sign_ins.take(c, value, "prove eve", AT))
    assert not run(
        lambda c: pending_sign_ins.take(c, value, "prove sam", AT + pending_sign_ins.MINUTES)
    )
    assert run(lambda c: pending_sign_ins.take(c, value, "prove sam", AT))
    assert not run(lambda c: pending_sign_ins.take(c, value, "prove sam", AT))
    assert not run(lambda c: pending_sign_ins.take(c, b"", "prove sam", AT))


def test_a_session_that_is_over_is_neither_listed_nor_of_use(admin: Admin) -> None:
    run, limits = admin._database.run, Limits()
    token = run(lambda c: people.begin(c, "sam", AT, limits, how="totp", browser="B"))
    assert [one.id for one in run(lambda c: sessions.of(c, "sam", AT, limits))] == [
        sessions.id_of(token)
    ]
    late = AT + limits.session_idle
    assert run(lambda c: sessions.of(c, "sam", late, limits)) == []
    assert run(lambda c: people.visitor(c, token, late, limits, browser="B")) is None
    assert run(lambda c: people.visitor(c, token, AT, limits, browser="other")) is None
    assert run(lambda c: people.visitor(c, "", AT, limits, browser="B")) is None
