"""A real browser with a virtual authenticator (CDP, WebAuthn domain) does the whole ceremony."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect, sync_playwright

PASSWORD = "correct horse battery staple"
PROGRAM = "/usr/bin/chromium"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LONGEST = 30_000  # ms; the machine may be busy

pytestmark = pytest.mark.heavy


@dataclass
class Person:
    """A person before a browser, with an authenticator of the browser's own."""

    page: Page
    wire: CDPSession
    address: str
    key: str = ""

    def plug(self, *, verified: bool = True) -> None:
        """Plug a security key in; `verified` says whether it knows its person."""
        options = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verified,
            "automaticPresenceSimulation": True,
        }
        added = self.wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.key = added["authenticatorId"]

    def verify(self, *, verified: bool) -> None:
        told = {"authenticatorId": self.key, "isUserVerified": verified}
        self.wire.send("WebAuthn.setUserVerified", told)

    def password(self) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.page.get_by_label("Name").fill("sam")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/sign-in/*")

    def enrol(self) -> None:
        self.password()
        self.page.get_by_role("button", name="Make a passkey").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        self.page.get_by_role("link", name="I have kept them").click()
        self.page.wait_for_url(f"{self.address}/")


@pytest.fixture(scope="module")
def chromium_program() -> Iterator[Any]:
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=PROGRAM, args=list(QUIET))
        yield program
        program.close()


@pytest.fixture
def person(running: Any, chromium_program: Any) -> Iterator[Person]:
    running.admin.add_user("sam", PASSWORD, "admin")
    context = chromium_program.new_context(ignore_https_errors=True)
    context.set_default_timeout(LONGEST)
    expect.set_options(timeout=LONGEST)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    one = Person(page, wire, running.address.replace("127.0.0.1", "localhost"))
    told: list[str] = []
    page.on("console", lambda m: told.append(m.text))
    page.on("pageerror", lambda e: told.append(str(e)))
    yield one
    context.close()
    assert not [line for line in told if "Content Security Policy" in line], told


def test_a_passkey_is_made_at_the_first_sign_in_and_opens_every_later_one(
    running: Any, person: Person
) -> None:
    person.plug()
    person.enrol()
    person.page.get_by_role("button", name="Sign out").click()
    person.password()
    person.page.get_by_role("button", name="Use a passkey").click()
    person.page.wait_for_url(f"{person.address}/")
    held = person.wire.send("WebAuthn.getCredentials", {"authenticatorId": person.key})
    (credential,) = held["credentials"]
    assert (credential["rpId"], credential["signCount"]) == ("localhost", 2)


def test_before_a_dangerous_act_the_passkey_is_asked_again_and_the_act_goes_on(
    running: Any, person: Person
) -> None:
    person.plug()
    person.enrol()
    person.page.goto(f"{person.address}/account")
    running.time.at += 5 * 60
    person.page.get_by_role("button", name="Make new recovery codes").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Prove that it is you")
    person.page.get_by_role("button", name="Use a passkey").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    assert person.page.locator("ol code").count() == 10


def test_a_key_that_does_not_verify_its_person_opens_nothing(person: Person) -> None:
    person.plug()
    person.enrol()
    person.page.get_by_role("button", name="Sign out").click()
    person.password()
    person.verify(verified=False)
    person.page.get_by_role("button", name="Use a passkey").click()
    expect(person.page.get_by_text("Nothing was sent")).to_be_visible()
    person.page.goto(f"{person.address}/")
    assert person.page.url.endswith("/sign-in")


def test_a_page_at_another_address_gets_nothing_of_the_passkey(person: Person) -> None:
    """The same page under a false address: the browser itself refuses the console's name."""
    person.plug()
    person.enrol()
    refused = person.page.evaluate(
        """() => navigator.credentials
            .get({publicKey: {challenge: new Uint8Array(32), rpId: "evil.example"}})
            .then(() => "given", (error) => error.name)"""
    )
    assert refused == "SecurityError"


def test_a_browser_without_passkeys_is_shown_codes_alone(person: Person) -> None:
    person.page.add_init_script("delete window.PublicKeyCredential")
    person.password()
    expect(person.page.get_by_role("button", name="Make a passkey")).to_be_hidden()
    expect(person.page.get_by_label("The code that it shows")).to_be_visible()


def test_an_open_floor_counts_its_ages_on_while_nothing_is_sent(
    running: Any, person: Person, new_desk: Any, event: Any, control: Any
) -> None:
    failing = control("screen-lock", "fail", detail="screen-lock.off")
    new_desk(team="Billing", label="b-1").send(event(1), controls=[failing], overall="act")
    person.page.route("**/live", lambda asked: asked.abort())  # so that it asks by time
    person.plug()
    person.enrol()
    age = person.page.locator("#live time[data-ago]").first
    expect(age).to_be_visible()
    expect(age).to_have_text("1 h 13 min")
    with person.page.expect_response(lambda one: one.status == 304):
        pass  # it has what is shown
    running.time.at += 100
    with person.page.expect_response(lambda one: one.status == 304):
        pass
    expect(age).to_have_text("1 h 15 min")
    person.page.reload()
    assert age.text_content() == "1 h 15 min", "as the endpoint says it"
