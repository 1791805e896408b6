"""What a watched page costs: packed, its pictures once, nothing while the floor is unchanged."""

from __future__ import annotations

import gzip
import re
from typing import Any

import httpx
import pytest
import zstandard

from agentguard.server.console import assets
from tests.server.test_live import report

LARGEST_PAGE = 40 * 1024 // 4
UNCHANGED = 2 * 1024
DESKS = 24


def raw(browser: Any, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """Give an answer with its body as it came."""
    with browser.http.stream("GET", path, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


def weight(answer: httpx.Response, body: bytes) -> int:
    """Return the bytes of an answer: its head and its body."""
    return len(body) + sum(len(k) + len(v) + 4 for k, v in answer.headers.raw)


@pytest.fixture
def centre(new_desk: Any, control: Any) -> None:
    """A floor of desks each of which needs a word; a page shows four times as many at most."""
    for number in range(DESKS):
        desk = new_desk(team=f"Team {number % 12}", label=f"desk-{number:03d}")
        one = control("screen-lock", "fail", detail="screen-lock.off")
        desk.send(controls=[one], overall="act")


@pytest.mark.usefixtures("centre")
def test_row_402_a_floor_is_small_and_costs_nothing_while_it_is_unchanged(
    running: Any, browser: Any
) -> None:
    for way in ("zstd", "gzip"):
        told, whole = raw(browser, "/", **{"accept-encoding": way})
        assert told.headers["content-encoding"] == way
        assert "accept-encoding" in told.headers["vary"]
        assert weight(told, whole) <= LARGEST_PAGE, weight(told, whole)
        part, body = raw(browser, "/floor/part", **{"accept-encoding": way})
        assert weight(part, body) <= LARGEST_PAGE
        for seconds in (5, 65):
            running.time.at += seconds
            asked = {"accept-encoding": way, "if-none-match": part.headers["etag"]}
            same, nothing = raw(browser, "/floor/part", **asked)
            assert same.status_code == 304
            assert nothing == b""
            assert weight(same, nothing) <= UNCHANGED, weight(same, nothing)


def test_row_402_a_picture_is_drawn_once_a_page(desk: Any, browser: Any, control: Any) -> None:
    failing = control("screen-lock", "fail", detail="screen-lock.off")
    desk.send(controls=[failing], overall="act")
    page, part = browser.get("/").text, browser.get("/floor/part").text
    drawn = re.findall(r'<symbol id="([^"]+)"', page)
    assert len(drawn) == len(set(drawn)) > 40
    used = set(re.findall(r'<use href="#([^"]+)"', page + part))
    assert used <= set(drawn)
    assert len(used) > 20
    assert "<path" not in part
    assert "<symbol" not in part


def test_row_402_every_picture_that_a_page_names_is_there(browser: Any) -> None:
    for path in ("/", "/audit", "/account", "/software", "/policies", "/tamper", "/nothing"):
        page = browser.get(path).text
        used = set(re.findall(r'<use href="#([^"]+)"', page))
        assert used <= set(re.findall(r'<symbol id="([^"]+)"', page)), path


def test_row_402_what_a_hash_names_is_kept_for_ever(browser: Any, stranger: Any) -> None:
    page = stranger.get("/sign-in").text
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert {one.rpartition(".")[2] for one in named} == {"css", "js", "svg"}
    for one in named:
        answer = stranger.get(one)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert set(named) <= {one.address for one in assets.assets().values()}


def test_row_403_another_releases_hash_is_answered_and_not_kept(stranger: Any) -> None:
    own = stranger.get(assets.address("console.css")).text
    for name in ("console.css", "console.0123456789abcdef.css"):
        answer = stranger.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.text == own
    wrong = ("console.0123.css", "other.css", "console.py", "shield.0123456789abcdef.css", "..")
    for name in wrong:
        assert stranger.get(f"/static/{name}").status_code in {404, 303}


@pytest.mark.parametrize(
    ("asked", "how"),
    [("zstd, gzip", "zstd"), ("gzip, deflate, br", "gzip"), ("gzip;q=0.5, zstd;q=0", "gzip"),
     ("", ""), ("br", ""), ("identity", ""), ("gzip; q=0", ""), ("GZIP", "gzip"), (";;,q", "")],
)  # fmt: skip
def test_what_a_browser_does_not_take_it_is_not_given(asked: str, how: str) -> None:
    assert assets.coding({b"accept-encoding": asked.encode()}) == how


@pytest.mark.parametrize("body", [b"x" * 5000, bytes(range(256)) * 9])
def test_what_is_packed_can_be_unpacked(body: bytes) -> None:
    assert gzip.decompress(assets.pack(body, "gzip")) == body
    assert zstandard.ZstdDecompressor().decompress(assets.pack(body, "zstd")) == body


def test_row_402_streams_papers_and_what_is_short_are_left_as_they_are(browser: Any) -> None:
    for path in ("/exports/desks.csv", "/exports/floor.pdf", "/badges"):
        answer, _ = raw(browser, path, **{"accept-encoding": "zstd, gzip"})
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers, path


def test_row_404_a_forms_token_is_another_in_each_page_and_each_is_good(browser: Any) -> None:
    first, second = browser.token("/account"), browser.token("/account")
    assert first != second
    for one in (second, first):
        sent = browser.submit("/account/language", token=one, language="de")
        assert sent.status_code == 303
    mixed = first[:16] + second[16:]
    for wrong in (mixed, first[:-1], first + "0", "", "é", second[16:]):
        sent = browser.submit("/account/language", token=wrong, language="de")
        assert sent.status_code == 403, wrong


def test_row_404_a_part_with_forms_is_not_sent_again_for_its_tokens(
    running: Any, desk: Any, event: Any, browser: Any
) -> None:
    report(desk, event, 1)
    first = browser.get("/incidents/part")
    running.time.at += 5
    same = browser.get("/incidents/part", **{"if-none-match": first.headers["etag"]})
    assert same.status_code == 304
