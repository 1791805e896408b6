"""What somebody typed in a form is forgotten with its answer: passwords, codes, words."""

from __future__ import annotations

from typing import Any

from litestar._parsers import parse_url_encoded_form_data

from tests.server.receivers import until


def kept() -> int:
    return parse_url_encoded_form_data.cache_info().currsize


def test_row_559_no_form_is_kept_once_it_is_answered(
    running: Any, stranger: Any, browser: Any
) -> None:
    assert running.address
    for number in range(3):
        tried = stranger.submit("/sign-in", name="sam", password=f"wrong {number}")
        assert tried.status_code in {200, 401, 403, 429}
    browser.submit("/sign-in", name="sam", password="correct horse battery staple")
    until(lambda: kept() == 0)
