from __future__ import annotations

import re
from typing import Any

import pyotp

PASSWORD = "correct horse battery staple"


def ends(page: str) -> list[str]:
    return re.findall(r'action="(/account/session/[0-9a-f]+/end)"', page)


def forgets(page: str) -> list[str]:
    return re.findall(r'action="(/account/passkey/[0-9a-f]+/forget)"', page)


def test_one_s_own_sessions_are_listed_and_ended(browser: Any, another: Any) -> None:
    with another() as phone, another() as tablet:
        for one in (phone, tablet):
            one.sign_in("sam", PASSWORD)
        page = browser.get("/account").text
        assert len(ends(page)) == 2
        assert page.count("This one") == 1
        browser.submit(ends(page)[0], token=browser.token())
        states = sorted(one.get("/").status_code for one in (phone, tablet))
        assert states == [200, 303]
        browser.submit("/account/session/others/end", token=browser.token())
        assert {one.get("/").status_code for one in (phone, tablet)} == {303}
    assert browser.get("/").status_code == 200


def test_nobody_ends_the_session_of_another(running: Any, browser: Any, another: Any) -> None:
    running.admin.add_user("eve", PASSWORD)
    with another() as second, another() as eve:
        second.sign_in("sam", PASSWORD)
        path = ends(browser.get("/account").text)[0]
        eve.sign_in("eve", PASSWORD)
        for foreign in (path, "/account/session/zz/end", "/account/session/00/end"):
            assert eve.submit(foreign, token=eve.token()).status_code == 303
        assert second.get("/").status_code == 200


def test_a_second_passkey_is_added_and_one_is_removed_but_never_the_last(
    running: Any, browser: Any
) -> None:
    page = browser.get("/account").text
    answer = browser.make_passkey(page)
    token = browser.token()
    assert "Done" in browser.submit("/account/passkey", token=token, proof_passkey=answer).text
    again = browser.submit("/account/passkey", token=token, proof_passkey=answer)
    assert "That was not right" in again.text, "an answer is good once"
    first, second = forgets(browser.get("/account").text)
    assert browser.submit(first, token=token).status_code == 303
    left = browser.submit(second, token=token)
    assert "your only second factor" in left.text
    assert forgets(browser.get("/account").text) == [second]


def test_an_app_is_added_confirmed_and_removed(running: Any, browser: Any) -> None:
    token = browser.token()
    page = browser.submit("/account/totp", token=token).text
    found = re.search(r'class="secret">([A-Z2-7]{32})<', page)
    assert found is not None
    code = pyotp.TOTP(found[1])
    wrong = browser.submit("/account/totp/confirm", token=token, proof_code="000000").text
    assert "nothing has changed" in wrong
    assert found[1] in wrong
    done = browser.submit("/account/totp/confirm", token=token, proof_code=code.at(running.time.at))
    assert "takes a one-time code" in done.text
    (passkey,) = forgets(browser.get("/account").text)
    assert browser.submit(passkey, token=token).status_code == 303, "the app is left"
    assert "only second factor" in browser.submit("/account/totp/forget", token=token).text


def test_a_stale_proof_changes_no_factor(running: Any, browser: Any) -> None:
    page = browser.get("/account").text
    token, answer = browser.token(), browser.make_passkey(page)
    running.time.at += 5 * 60
    assert "Prove that it is you to add a passkey" in browser.get("/account").text
    for path in ("passkey", "totp", "totp/confirm", "totp/forget", "recovery", "passkey/00/forget"):
        asked = browser.submit(f"/account/{path}", token=token, proof_passkey=answer)
        assert (asked.status_code, "Nothing is done yet" in asked.text) == (403, True)
    assert len(forgets(browser.get("/account").text)) == 1


def test_by_its_number_the_console_offers_no_passkey(running: Any, another: Any) -> None:
    running.admin.add_user("sam", PASSWORD)
    with another() as one:
        one.http.base_url = running.address
        one.submit("/sign-in", name="sam", password=PASSWORD)
        page = one.get("/sign-in/enrol").text
    assert "data-passkey" not in page
    assert 'class="secret"' in page


def test_new_recovery_codes_end_the_old_ones(running: Any, browser: Any, another: Any) -> None:
    old = running.admin.recovery_codes("sam")
    page = browser.submit("/account/recovery", token=browser.token()).text
    new = re.findall(r"<code>([0-9A-Z-]{11})</code>", page)
    assert len(set(new)) == 10
    with another() as second:
        assert second.sign_in("sam", PASSWORD, old[0]).status_code == 401
        assert second.submit("/sign-in/second", proof_code=new[0]).status_code == 303


def test_a_new_password_ends_the_other_sessions_and_the_old_password(
    browser: Any, another: Any
) -> None:
    new, token = "another long password", browser.token()
    short = browser.submit("/account/password", token=token, password="short")
    assert "needs 12 characters" in short.text
    with another() as phone:
        phone.sign_in("sam", PASSWORD)
        done = browser.submit("/account/password", token=token, password=new)
        assert "your other sessions have ended" in done.text
        assert phone.get("/").status_code == 303
        assert phone.sign_in("sam", PASSWORD).status_code == 401
        assert phone.sign_in("sam", new).status_code == 303
    assert browser.get("/").status_code == 200


def test_a_password_is_never_written_into_the_page_that_asks_for_a_proof(
    running: Any, browser: Any
) -> None:
    token = browser.token()
    running.time.at += 5 * 60
    assert "Prove that it is you to change the password" in browser.get("/account").text
    asked = browser.submit("/account/password", token=token, password="another long password")
    assert asked.status_code == 403
    assert "another long password" not in asked.text
