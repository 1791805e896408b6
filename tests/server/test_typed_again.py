"""A refused form keeps what was typed, and shows no secret again."""

from __future__ import annotations

from typing import Any

from litestar.datastructures import FormMultiDict

from agentguard.server.console.typed_again import typed_again

PAGE = """<form method="post" action="/a"><input type="hidden" name="token" value="t">
<input id="x" name="x" value="" maxlength="9" required>
<input name="pin" autocomplete="one-time-code">
<input type="password" name="secret"><input type="checkbox" name="team" value="1" checked>
<input type="checkbox" name="team" value="2"><textarea name="note" rows="2"></textarea>
<select name="s"><option value="1" selected>One</option><option value="2">Two</option></select>
</form><form method="post" action="/b"><input name="x" value="other"></form>"""
ROW = (
    '<form method="post" action="/a"><input type="hidden" name="id" value="{}">'
    '<input name="x"></form>'
)


def filled(page: str, *typed: tuple[str, str]) -> str:
    return typed_again(page, "/a", FormMultiDict(typed))


def test_row_475_each_field_stands_as_it_was_typed_and_the_page_is_else_the_same() -> None:
    shown = filled(PAGE, ("x", "word"), ("team", "2"), ("note", "a\nb"), ("s", "2"))
    for part in ('maxlength="9" required value="word">', 'value="2" checked>', "\na\nb</textarea>",
                 '<option value="1">One', '<option value="2" selected>Two',
                 '<input name="x" value="other">'):  # fmt: skip
        assert part in shown
    assert 'value="1" checked' not in shown


def test_row_475_no_secret_is_shown_again_and_nothing_breaks_out_of_its_field() -> None:
    out = '"><script>"</textarea>&amp;'
    shown = filled(PAGE, ("x", out), ("note", out), ("secret", "abc"), ("pin", "123456"))
    assert "<script>" not in shown
    assert "abc" not in shown
    assert "123456" not in shown
    assert shown.count("</textarea>") == 1
    assert "&amp;amp;" in shown
    assert "4111" not in filled(PAGE, ("note", "4111 1111 1111 1111")), "as it is masked when kept"


def test_row_475_of_rows_that_go_to_the_same_path_the_one_that_was_sent_is_meant() -> None:
    shown = filled(ROW.format(1) + ROW.format(2), ("id", "2"), ("x", "word"))
    assert 'value="1"><input name="x"></form>' in shown
    assert 'value="2"><input name="x" value="word"></form>' in shown


def test_row_475_forms_of_the_console_lose_nothing_when_they_are_refused(browser: Any) -> None:
    for path, typed in {
        "/users": {"name": "\u200f", "team": "", "role": "auditor"},
        "/codes": {"known": "", "team": "A new one", "count": "0", "assets": "TAG-1\nTAG-2"},
        "/tokens": {"name": "The wall of numbers"},
        "/walls": {"name": "The hall", "code": "nothing"},
        "/teams/arrange/site": {"name": "Lisbon", "zone": "Nowhere/X"},
        "/teams/arrange/shift": {"name": "Early", "begins": "25:00", "ends": "14:00"},
        "/break-glass": {"desk": "no-such", "reason": "The phone is at home."},
        "/retention/holds": {"subject": "somebody", "reason": "An inquiry."},
        "/account/notices": {"mail": "no address", "minutes": "0"},
    }.items():
        token = browser.token("/")
        answer = browser.submit(path, token=token, **typed)
        assert "problem" in answer.text, path
        for one in typed.values():
            assert not one.strip() or one in answer.text, (path, one)
