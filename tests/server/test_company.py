"""A real OpenID provider on loopback lets people in, and false answers do not."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import werkzeug.serving
from sqlalchemy import Connection, func, select

from agentguard.base.errors import UsageError
from agentguard.server import company_settings
from agentguard.server.company_settings import Company
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts import sso
from agentguard.server.store.schema.sign_in_tables import sso_flow
from agentguard.server.store.schema.tables import audit_log, team, user_team

# The provider uses Authlib in its older way, at its import and at each token.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PASSWORD = "correct horse battery staple"
CLIENT, SECRET = "agentguard", "not a secret"
ROLES = {"guard-admins": "admin", "guard-leads": "supervisor"}


@dataclass
class Provider:
    """The provider; `forms` holds what was posted to its token endpoint."""

    url: str = ""
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    def wrap(self, inner: Any) -> Any:
        def app(environ: dict[str, Any], start: Any) -> Any:
            if environ["PATH_INFO"] == "/oauth2/token":
                body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                self.forms.append(parse_qs(body.decode()))
                environ["wsgi.input"] = io.BytesIO(body)
            return inner(environ, start)

        return app

    def consent(self, url: str, subject: str) -> httpx.Response:
        """Sign the person in at the provider's own page; give where it sends the browser."""
        return httpx.post(url, data={"sub": subject}, follow_redirects=False)

    def know(self, subject: str, **claims: Any) -> None:
        told = {"email": f"{subject}@example.org", "groups": ["guard-leads"], **claims}
        httpx.put(f"{self.url}/users/{subject}", json=told).raise_for_status()


@pytest.fixture
def provider() -> Iterator[Provider]:
    one = Provider()
    with warnings.catch_warnings():  # of Authlib, which the provider uses in its older way
        warnings.simplefilter("ignore")
        import oidc_provider_mock  # noqa: PLC0415 - its import warns

        inner = oidc_provider_mock.app()
    server = werkzeug.serving.make_server("localhost", 0, one.wrap(inner), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    one.url = f"http://localhost:{server.server_port}"
    yield one
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def known(provider: Provider) -> Company:
    return Company(
        issuer=provider.url,
        client=CLIENT,
        secret=SECRET,
        label="Example Ltd",
        roles=ROLES,
        teams={"team-b": "Billing", "team-s": "Sales"},
    )


@pytest.fixture
def at_company(tmp_path: Path, address: str, known: Company, start: Any) -> Callable[..., Any]:
    """Give an endpoint whose company has a sign-in; what is given replaces its settings."""

    def make(limits: Limits | None = None, **other: Any) -> Any:
        settings = ServerSettings(
            data=tmp_path / "company",
            limits=limits or Limits(),
            database=address,
            jobs=False,
            company=replace(known, **other),
        )
        running = start(settings)
        running.time.at = time.time()  # the provider's tokens are of the real time
        return running

    return make


def go(browser: Any, provider: Provider, subject: str, path: str = "/sign-in/company") -> Any:
    """Walk to the provider, sign in there, and come back."""
    there = browser.get(path)
    assert there.status_code == 303, there.text
    back = provider.consent(there.headers["location"], subject)
    return browser.get(_local(back.headers["location"]))


def teams(connection: Connection) -> list[tuple[str, str]]:
    asked = select(user_team.c.user, team.c.name).join(team)
    return [tuple(row) for row in connection.execute(asked)]


def _local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_a_person_of_the_company_is_let_in_with_role_and_teams(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    running = at_company()
    provider.know("maria", groups=["guard-leads", "team-b", "else"])
    browser = browse(running)
    assert "Sign in with Example Ltd" in browser.get("/sign-in").text
    answer = go(browser, provider, "maria")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = browser.get("/account").text
    assert "maria@example.org" in page
    assert "by your company" in page
    assert running.admin._database.run(teams) == [("maria@example.org", "Billing")]
    assert browser.get("/users").status_code == 404, "a supervisor manages nobody"


def test_the_request_is_bound_by_pkce_state_and_nonce(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    provider.know("maria")
    browser = browse(at_company())
    there = browser.get("/sign-in/company").headers["location"]
    asked = {k: v[0] for k, v in parse_qs(urlsplit(there).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 43
    assert len(asked["state"]) >= 20
    back = provider.consent(there, "maria").headers["location"]
    assert browser.get(_local(back)).status_code == 303
    (form,) = provider.forms
    digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
    assert "maria" not in there


def test_an_answer_that_this_browser_did_not_ask_for_lets_nobody_in(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    provider.know("eve")
    running = at_company()
    eve, victim = browse(running), browse(running)
    back = provider.consent(eve.get("/sign-in/company").headers["location"], "eve")
    planted = victim.get(_local(back.headers["location"]))
    assert (planted.status_code, "was not begun in this browser" in planted.text) == (401, True)
    victim.get("/sign-in/company")
    crossed = victim.get(_local(back.headers["location"]))
    assert (crossed.status_code, "was not begun in this browser" in crossed.text) == (401, True)
    assert provider.forms == [], "by its state, before the provider is asked anything"
    assert victim.get("/").status_code == 303


def test_an_answer_is_good_once(at_company: Any, provider: Provider, browse: Any) -> None:
    provider.know("maria")
    browser = browse(at_company())
    there = browser.get("/sign-in/company")
    kept = dict(browser.http.cookies)
    back = _local(provider.consent(there.headers["location"], "maria").headers["location"])
    assert browser.get(back).status_code == 303
    browser.http.cookies.clear()
    browser.http.cookies.update(kept)
    assert browser.get(back).status_code == 401


def test_a_token_for_another_request_is_refused(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    """The nonce: a code of one sign-in put into another one of the same browser."""
    provider.know("maria")
    browser = browse(at_company())
    first = provider.consent(browser.get("/sign-in/company").headers["location"], "maria")
    code = parse_qs(urlsplit(first.headers["location"]).query)["code"][0]
    second = parse_qs(urlsplit(browser.get("/sign-in/company").headers["location"]).query)
    mixed = browser.get(f"/sign-in/company/return?code={code}&state={second['state'][0]}")
    assert (mixed.status_code, "was not valid" in mixed.text) == (401, True)


@pytest.mark.parametrize(
    ("claims", "other", "said"),
    [
        ({"groups": ["else"]}, {}, "no role here"),
        ({"groups": None}, {}, "no role here"),
        ({"email": ""}, {}, "did not say who you are"),
        ({"email": ["a"]}, {}, "did not say who you are"),
        ({"email_verified": False}, {}, "did not say who you are"),
        ({}, {"amr": ("mfa",)}, "one factor only"),
        ({"amr": ["pwd"]}, {"amr": ("mfa",)}, "one factor only"),
        ({}, {"client": "another"}, "was not valid"),
    ],
)
def test_who_may_not_come_in_is_told_why(
    at_company: Any, provider: Provider, browse: Any, claims: Any, other: Any, said: str
) -> None:
    provider.know("maria", **claims)
    running = at_company(**{k: v for k, v in other.items() if k != "client"})
    browser = browse(running)
    there = browser.get("/sign-in/company").headers["location"]
    if "client" in other:  # a token for another client of the same provider
        there = there.replace(f"client_id={CLIENT}", f"client_id={other['client']}")
    back = provider.consent(there, "maria").headers["location"]
    answer = browser.get(_local(back))
    if "client" in other:
        said = "does not answer as it should"
    assert (answer.status_code, said in answer.text) == (401, True), answer.text
    assert browser.get("/").status_code == 303


def test_the_factor_that_the_company_asks_for_is_enough(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    provider.know("maria", amr=["pwd", "mfa"])
    browser = browse(at_company(amr=("mfa", "hwk")))
    assert go(browser, provider, "maria").headers["location"] == "/"


def test_a_name_of_a_local_account_is_not_taken_over(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    running = at_company()
    running.admin.add_user("maria@example.org", PASSWORD, "admin")
    provider.know("maria")
    answer = go(browse(running), provider, "maria")
    assert (answer.status_code, "belongs to another account" in answer.text) == (401, True)


def test_another_subject_with_the_same_address_is_somebody_else(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    running = at_company()
    provider.know("maria")
    assert go(browse(running), provider, "maria").status_code == 303
    provider.know("maria2", email="maria@example.org")
    assert go(browse(running), provider, "maria2").status_code == 401


def test_a_company_s_user_has_no_password(at_company: Any, provider: Provider, browse: Any) -> None:
    running = at_company()
    provider.know("maria")
    go(browse(running), provider, "maria")
    for password in ("", PASSWORD):
        refused = browse(running).submit("/sign-in", name="maria@example.org", password=password)
        assert refused.status_code == 401


def test_a_new_role_counts_at_the_next_sign_in(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    running = at_company()
    provider.know("maria")
    browser = browse(running)
    go(browser, provider, "maria")
    assert browser.get("/codes").status_code == 404
    provider.know("maria", groups=["guard-leads", "guard-admins"])
    browser.submit("/sign-out", token=browser.token())
    go(browser, provider, "maria")
    assert browser.get("/codes").status_code == 200


def test_a_dangerous_act_wants_a_new_sign_in_at_the_company(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    running = at_company()
    provider.know("maria")
    browser = browse(running)
    go(browser, provider, "maria")
    old = browser.cookie()
    running.time.at += 5 * 60
    asked = browser.submit("/account/recovery", token=browser.token())
    assert 'href="/sign-in/company?to=/account/recovery"' in asked.text
    path = "/sign-in/company?to=/account"
    assert "prompt=login" in browser.get(path).headers["location"]
    stale = go(browser, provider, "maria", path)
    assert "did not ask you anew" in stale.text, "it does not say when"
    provider.know("maria", auth_time=int(running.time.at) - 3600)
    assert go(browser, provider, "maria", path).status_code == 401
    provider.know("maria", auth_time=int(running.time.at))
    assert go(browser, provider, "maria", path).headers["location"] == "/account"
    assert browser.cookie() != old, "a new session, under a new id"
    assert browser.submit("/account/recovery", token=browser.token()).status_code == 200


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example"])
def test_the_way_back_leads_nowhere_else(
    at_company: Any, provider: Provider, browse: Any, to: str
) -> None:
    provider.know("maria")
    answer = go(browse(at_company()), provider, "maria", f"/sign-in/company?to={to}")
    assert answer.headers["location"] == "/"


def test_a_provider_that_is_away_lets_nobody_in(at_company: Any, browse: Any) -> None:
    browser = browse(at_company(issuer="http://localhost:1"))
    answer = browser.get("/sign-in/company")
    assert (answer.status_code, "does not answer" in answer.text) == (401, True)


def test_a_provider_of_another_name_lets_nobody_in(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    answer = browse(at_company(issuer=f"{provider.url}/")).get("/sign-in/company")
    assert answer.status_code == 401


def written(running: Any) -> tuple[int, int]:
    """Give how many refusals are written down, and how many sign-ins are at the provider."""

    def read(connection: Connection) -> tuple[int, int]:
        refused = audit_log.c.act == "sign-in.refused"
        notes = connection.scalar(select(func.count()).select_from(audit_log).where(refused))
        return notes or 0, connection.scalar(select(func.count()).select_from(sso_flow)) or 0

    return running.admin._database.run(read)  # type: ignore[no-any-return]


def test_who_began_nothing_is_answered_and_nothing_is_written(
    at_company: Any, browse: Any, caplog: pytest.LogCaptureFixture
) -> None:
    running = at_company()
    browser = browse(running)
    for _ in range(3):
        answer = browser.get("/sign-in/company/return?state=x")
        assert (answer.status_code, "was not begun in this browser" in answer.text) == (401, True)
    assert written(running) == (0, 0)
    assert "let nobody in" not in caplog.text


def test_made_up_answers_of_one_address_are_written_down_once_in_a_wait(
    at_company: Any, browse: Any
) -> None:
    running = at_company()
    browser = browse(running)

    def come(times: int) -> None:
        made_up = {"cookie": "agentguard-company=x; __Host-agentguard-company=x"}
        for _ in range(times):
            answer = browser.http.get("/sign-in/company/return?state=x", headers=made_up)
            assert answer.status_code == 401

    come(40)
    first = running.settings.limits.sign_in_tries * 4
    assert written(running) == (first, 0)
    running.time.at += running.settings.limits.sign_in_wait + 1
    come(3)
    assert written(running) == (first + 1, 0)


def test_an_address_that_begins_without_end_is_served_slowly_and_refused_nothing(
    at_company: Any, provider: Provider, browse: Any
) -> None:
    running = at_company(limits=Limits(sign_in_slow=0.2))
    provider.know("maria")
    browser, stranger = browse(running), browse(running)

    def begin(who: Any, times: int) -> float:
        begun = time.monotonic()
        assert {who.get("/sign-in/company").status_code for _ in range(times)} == {303}
        return time.monotonic() - begun

    go(browser, provider, "maria")
    begin(stranger, 100)
    assert begin(stranger, 3) >= 0.6
    assert begin(browser, 1) < 0.2 or begin(browser, 1) < 0.2, "where somebody came in before"
    assert go(browse(running), provider, "maria").headers["location"] == "/", "from there as well"
    assert begin(stranger, 1) < 0.2 or begin(stranger, 1) < 0.2, "somebody finished"


def test_no_more_sign_ins_are_kept_than_there_is_room_for(
    at_company: Any, browse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sso, "MOST", 5)
    running = at_company()
    for _ in range(9):
        browse(running).get("/sign-in/company")
        running.time.at += 1
    assert written(running) == (0, 5)


def test_without_a_company_there_is_no_such_door(stranger: Any) -> None:
    for path in ("/sign-in/company", "/sign-in/company/return?code=a&state=b"):
        assert stranger.get(path).status_code == 404


WHOLE = """
issuer = "https://login.example.org"
client = "agentguard"
label = "Example Ltd"
secret_file = "secret"
amr = ["mfa"]
[roles]
guard-admins = "admin"
[teams]
team-b = "Billing"
"""


def test_the_file_is_read_and_the_secret_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("very secret\n")
    file = tmp_path / "company.toml"
    file.write_text(WHOLE)
    read = company_settings.read(file, {})
    assert (read.secret, read.amr, read.roles) == (
        "very secret",
        ("mfa",),
        {"guard-admins": "admin"},
    )
    assert "very secret" not in repr(read)
    file.write_text(WHOLE.replace('secret_file = "secret"\n', ""))
    assert (
        company_settings.read(file, {company_settings.VARIABLE: "by environment"}).secret
        == "by environment"
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("issuer", "issue", "unknown field"),
        ('"https://login', '"http://login', "begins with https"),
        ('"agentguard"', "7", "Expected `str`"),
        ('"admin"', '"king"', "There are: viewer"),
        ('guard-admins = "admin"', "", "There are: viewer"),
        ('secret_file = "secret"', "", "no client secret"),
        ('secret_file = "secret"', 'secret_file = "gone"', "cannot be read"),
        ("[roles]", "[roles", "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_plain_words(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    (tmp_path / "secret").write_text("very secret")
    file = tmp_path / "company.toml"
    file.write_text(WHOLE.replace(before, after, 1))
    with pytest.raises(UsageError) as raised:
        company_settings.read(file, {})
    assert said in str(raised.value)
    assert "very secret" not in str(raised.value)
