"""Notices by mail: to whom something waits for, once, under TLS, with counts and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.server.feeds import feed_settings
from agentguard.server.feeds.digest import Digest
from agentguard.server.feeds.feed_settings import FILE, Mail
from agentguard.server.feeds.runner import digests
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.store.reports import notices
from tests.server import smtp_server
from tests.server.smtp_server import Post
from tests.server.test_incident import text_of
from tests.server.test_responses import begin
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]

WORDS = translations.load()
HOUR = 3600
CONSOLE = "https://guard.example.org"


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, Path]:
    import time  # noqa: PLC0415 - the certificate must hold for the real clock

    return make_certificate(tmp_path / "mail", ("127.0.0.1",), time.time)


@pytest.fixture
def post(tls: tuple[Path, Path]) -> Iterator[Post]:
    with smtp_server.serve_mail(tls) as one:
        yield one


def mail_of(post: Post, folder: Path, **changes: Any) -> Mail:
    secret = folder / "password"
    secret.write_text("secret\n")
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": post.port,
        "sender": "guard@example.org",
        "console": CONSOLE,
        "user": "guard",
        "password_file": str(secret),
        "ca_file": str(folder / "mail" / CA_FILE),
    }
    return Mail(**{**values, **changes})


@pytest.fixture
def digest(running: Any, post: Post, tmp_path: Path) -> Digest:
    return Digest(running.admin._database, mail_of(post, tmp_path), WORDS, running.time)


def wish(browser: Any, mail: str, minutes: int = 60) -> Any:
    return browser.submit(
        "/account/notices", token=browser.token(), mail=mail, minutes=str(minutes)
    )


def test_row_328_who_waits_is_told_by_mail_once_with_counts_and_a_link(
    running: Any, digest: Digest, post: Post, signed_in: Any, new_desk: Any
) -> None:
    new_desk(label="secret-desk")
    ann, eve = signed_in("ann", teams=("Billing",)), signed_in("eve", teams=("Sales",))
    assert wish(ann, "ann@example.org").status_code == 303
    assert wish(eve, "eve@example.org").status_code == 303
    digest.turn()
    assert post.letters == [], "nothing waits"
    at = begin(ann, playbook="wrong-recipient", desk="secret-desk", note="A secret note")
    running.time.at += HOUR + 1
    digest.turn()
    (letter,) = post.letters
    said = letter.get_content()
    assert (letter["to"], post.to) == ("ann@example.org", ["ann@example.org"])
    assert "New incidents: 1" in said
    assert "Incidents past their time: 1" in said
    assert f"{CONSOLE}{at}" in said
    for word in ("secret", "Billing", "ann", "Data was sent"):
        assert word not in said.replace("/account", ""), word
    assert post.users == ["guard"]
    assert post.plain[-1] == "STARTTLS", "nothing of anybody is said before TLS"
    running.time.at += 10 * HOUR
    digest.turn()
    assert len(post.letters) == 1, "the same is not told again"


def test_row_328_nobody_is_told_more_often_than_asked_for(
    running: Any, digest: Digest, post: Post, signed_in: Any, new_desk: Any
) -> None:
    new_desk(label="d")
    ann = signed_in("ann", teams=("Billing",))
    wish(ann, "ann@example.org", 15)
    for minutes in (2, 2, 8, 6):
        begin(ann, playbook="general", desk="d")
        running.time.at += 60 * minutes
        digest.turn()
    assert len(post.letters) == 2
    assert "New incidents: 4" in post.letters[1].get_content()


def test_row_328_an_inquiry_is_told_to_officers_alone(
    running: Any, digest: Digest, post: Post, signed_in: Any, new_desk: Any
) -> None:
    new_desk(label="d")
    olga, ann = signed_in("olga", "officer"), signed_in("ann", teams=("Billing",))
    oscar, ada = signed_in("oscar", "officer"), signed_in("ada", "admin")
    for browser, name in ((ann, "ann"), (oscar, "oscar"), (ada, "ada")):
        wish(browser, f"{name}@example.org")
    at = begin(olga, playbook="insider", desk="d")
    olga.submit(f"{at}/look", token=olga.token(), reason="To talk")
    running.time.at += 61
    digest.turn()
    (letter,) = post.letters
    assert letter["to"] == "oscar@example.org"
    assert "Looks at names that wait for a second officer: 1" in letter.get_content()


def test_row_328_what_was_not_taken_is_told_again_and_hinders_nobody(
    running: Any, digest: Digest, post: Post, signed_in: Any, new_desk: Any, tmp_path: Path
) -> None:
    new_desk(label="d")
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    wish(ann, smtp_server.NOBODY)
    wish(bob, "bob@example.org")
    begin(ann, playbook="general", desk="d")
    away = Digest(running.admin._database, mail_of(post, tmp_path, port=9), WORDS, running.time)
    away.turn()
    running.time.at += 61
    digest.turn()
    assert [one["to"] for one in post.letters] == ["bob@example.org"]
    told = {one.user: one.sent_at for one in running.admin._database.run(_wishes)}
    assert told == {"ann": None, "bob": running.time()}
    digest.stop()
    running.time.at += 24 * HOUR
    digest.turn()
    assert len(post.letters) == 1


def _wishes(connection: Any) -> list[notices.Wish]:
    found = (notices.wish(connection, name) for name in ("ann", "bob"))
    return [one for one in found if one is not None]


@pytest.mark.parametrize("changes", [{"ca_file": ""}, {"password_file": ""}])
def test_row_328_nothing_goes_to_a_server_that_is_not_known(
    running: Any, post: Post, tmp_path: Path, changes: dict[str, Any], signed_in: Any, new_desk: Any
) -> None:
    new_desk(label="d")
    ann = signed_in("ann", teams=("Billing",))
    wish(ann, "ann@example.org")
    begin(ann, playbook="general", desk="d")
    one = Digest(running.admin._database, mail_of(post, tmp_path, **changes), WORDS, running.time)
    if "ca_file" in changes:
        one.turn()
    else:
        with pytest.raises(UsageError):
            one.turn()
    assert (post.letters, post.users) == ([], [])


def test_row_328_a_server_without_tls_gets_nothing(
    running: Any, tls: tuple[Path, Path], tmp_path: Path, signed_in: Any, new_desk: Any
) -> None:
    new_desk(label="d")
    ann = signed_in("ann", teams=("Billing",))
    wish(ann, "ann@example.org")
    begin(ann, playbook="general", desk="d")
    with smtp_server.serve_mail(tls, offers_tls=False) as post:
        Digest(running.admin._database, mail_of(post, tmp_path), WORDS, running.time).turn()
        assert (post.letters, post.to) == ([], [])


def test_row_328_an_address_is_one_and_is_set_by_its_person(running: Any, signed_in: Any) -> None:
    ann = signed_in("ann", teams=("Billing",))
    for wrong in ("ann", "a@b@c", "a@b\r\nBcc: c@d", "<a@b>", "a b@c.d", "@c"):
        assert "no mail address" in text_of(wish(ann, wrong).text), wrong
    assert "no mail address" in text_of(wish(ann, "ann@example.org", 1).text)
    assert wish(ann, "ann@example.org").status_code == 303
    assert 'value="ann@example.org"' in ann.get("/account").text
    assert ("notices.set", "") in audit(running, "ann")
    assert wish(ann, "").status_code == 303
    assert 'value="ann@example.org"' not in ann.get("/account").text
    vic = signed_in("vic", "viewer", teams=("Billing",))
    assert wish(vic, "vic@example.org").status_code == 404


def test_row_328_the_file_names_the_mail_server(running: Any, tmp_path: Path) -> None:
    settings = running.settings
    assert digests(settings, running.admin._database, WORDS, running.time) == []
    file = settings.data / FILE
    text = '[mail]\nhost = "{}"\nsender = "a@b.c"\nconsole = "https://x"\ntls = "{}"\n'
    file.write_text(text.format("mail.example.org", "starttls"))
    assert feed_settings.read(settings.data).every == {}
    (one,) = digests(settings, running.admin._database, WORDS, running.time)
    assert one.name == "digest"
    for host, tls in (("mail.example.org", "none"), ("a", "ssl3"), ("a", "tls\\nx")):
        file.write_text(text.format(host, tls))
        with pytest.raises(UsageError):
            feed_settings.read(settings.data)
    file.write_text(text.format("127.0.0.1", "none"))
    assert feed_settings.read(settings.data).mail is not None


def test_row_354_a_notice_is_written_in_the_language_of_whom_it_is_for(
    running: Any, tmp_path: Path
) -> None:
    """The endpoint's where nobody chose one; each letter by itself."""
    mail = Mail(host="h", port=25, sender="guard@example.org", console=CONSOLE)
    made = Digest(running.admin._database, mail, translations.load("de"), running.time)
    one = notices.Wish(user="ann", mail="ann@example.org", minutes=60)
    assert made._said(one).language == "de"
    assert made._said(replace(one, language="ar")).right_to_left


def test_row_354_the_choice_of_an_account_reaches_its_letters(
    running: Any, signed_in: Any, new_desk: Any
) -> None:
    new_desk(label="d")
    for name, language in (("ann", "fil"), ("ben", "")):
        one = signed_in(name, teams=("Billing",))
        wish(one, f"{name}@example.org")
        page = "/account/language"
        assert one.submit(page, token=one.token("/account"), language=language).status_code == 303
    begin(one, playbook="general", desk="d")
    due = running.admin._database.run(lambda c: notices.due(c, running.time()))
    assert {wish_.user: wish_.language for wish_, _ in due} == {"ann": "fil", "ben": ""}
