"""Signed catalogues at the endpoint: judged before they are added, handed on byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from agentguard.base.errors import PackRejected
from agentguard.model.facts import Software
from agentguard.model.software import State, Today
from agentguard.server.policies.teaching import judges
from agentguard.server.store.schema.catalogue_tables import catalogue_pack
from agentguard.server.store.software import packs
from agentguard.software import pack, shipped
from agentguard.trust import signed_packs
from agentguard.wire import v1
from tests.server.test_roles import audit, signed_in
from tests.unit.policy.signing import chain, root
from tests.unit.software.packing import SEQ, TODAY, made, signed

__all__ = ["signed_in"]

RAW = made()
NOON = datetime(2026, 12, 20, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def shelf(running: Any) -> Any:
    running.time.at = NOON
    running.admin.policies.publish_roots(chain(root()))
    return running.admin.catalogues


def told(running: Any, desk: Any) -> int:
    running.time.at += 5
    return int(desk.send().json().get("catalogue", 0))


def test_row_187_a_catalogue_is_told_and_handed_on_byte_for_byte(
    running: Any, desk: Any, shelf: Any
) -> None:
    assert desk.get(v1.CATALOGUE).json()["kind"] == "no-catalogue"
    assert told(running, desk) == 0
    shelf.add(RAW)
    assert told(running, desk) == SEQ
    first = desk.get(v1.CATALOGUE)
    assert first.content == RAW
    assert first.headers["etag"] == f'"{pack.digest(signed_packs.read(RAW).payload)}"'
    again = desk.get(v1.CATALOGUE, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    later = made(SEQ + 1)
    shelf.add(later)
    assert told(running, desk) == SEQ + 1
    assert desk.get(v1.CATALOGUE).content == later
    assert running.admin._database.run(lambda c: len(c.execute(catalogue_pack.select()).all())) == 1


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (made(SEQ - 1), "older"),
        (RAW, "older"),
        (made(SEQ, compiled="2026-12-02"), "other"),
        (made(2026122201), "future"),
        (made(SEQ + 1, products={}), "content"),
        (signed(b"no xz"), "damaged"),
        (signed(pack.written({"format": 1}), "stranger"), "signature"),
        (b"{}", "form"),
    ],
)
def test_row_187_what_no_desk_would_take_is_not_added(
    running: Any, desk: Any, shelf: Any, raw: bytes, kind: str
) -> None:
    shelf.add(RAW)
    with pytest.raises(PackRejected) as error:
        shelf.add(raw)
    assert error.value.kind == kind
    assert desk.get(v1.CATALOGUE).content == RAW
    assert shelf.present().seq == SEQ


def test_row_187_without_a_root_nothing_is_added(running: Any) -> None:
    with pytest.raises(PackRejected) as error:
        running.admin.catalogues.add(RAW)
    assert error.value.kind == "no-root"


def test_row_188_the_endpoint_judges_by_the_newest(running: Any, shelf: Any) -> None:
    first = shelf.present()
    assert (first.shipped, first.seq, first.added) == (True, shipped.seq(), None)
    shelf.add(RAW)
    now = shelf.present()
    assert (now.shipped, now.seq, now.added.by) == (False, SEQ, "command line")
    assert shelf.present().matcher is now.matcher, "it is read once"
    today = Today(day=TODAY, compiled=now.contents.compiled)
    assert now.matcher.match("Acme 5.1", now=today).state is State.SUPPORTED


def test_row_188_the_fleet_is_judged_anew_by_a_catalogue_that_is_added(
    running: Any, shelf: Any
) -> None:
    fleet, database = judges(None), running.admin._database
    item = Software(name="Acme 5.1", version="", vendor="", source="")
    first = database.run(lambda c: fleet.at(c, NOON))
    assert first.judge(item).state == "unknown"
    shelf.add(RAW)
    now = database.run(lambda c: fleet.at(c, NOON))
    assert now.key != first.key
    assert now.judge(item).state == "supported"


def test_row_188_a_pack_that_this_program_cannot_read_leaves_what_ships(
    running: Any, shelf: Any
) -> None:
    raw = signed(pack.written({"format": 2}))
    strange = packs.Added(seq=SEQ + 7, digest="f" * 64, at=NOON, by="a newer release")
    running.admin._database.run(lambda c: packs.put(c, strange, raw))
    now = shelf.present()
    assert now.shipped
    assert now.added.seq == SEQ + 7


def plain(page: Any) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", page.text)).split())


def upload(browser: Any, raw: bytes) -> Any:
    return browser.http.post(
        "/catalogue/new",
        data={"token": browser.token()},
        files={"file": ("catalogue.xz.signed", raw, "application/octet-stream")},
        headers={"sec-fetch-site": "same-origin"},
    )


@pytest.fixture
def boss(shelf: Any, signed_in: Callable[..., Any]) -> Any:
    return signed_in("boss", "admin")


def test_row_188_the_page_tells_what_is_in_force_and_takes_a_newer_one(
    running: Any, boss: Any, shelf: Any
) -> None:
    page = plain(boss.get("/catalogue"))
    assert f"Catalogue {shipped.seq()}" in page
    assert "came with the program" in page
    assert "CISA KEV" in page
    assert "2025-08-25" in page
    assert "CVE-2025-0411" in page
    assert page.lower().count("no record of the cve is at hand that bounds the versions") == 2
    done = upload(boss, RAW)
    assert done.headers["location"] == "/catalogue"
    page = plain(boss.get("/catalogue"))
    assert f"Catalogue {SEQ}" in page
    assert "boss" in page
    assert "CVE-2026-1" in page
    assert ("catalogue.added", str(SEQ)) in audit(running, "boss")


def test_row_188_the_page_says_why_one_is_refused(running: Any, boss: Any, shelf: Any) -> None:
    shelf.add(RAW)
    refused = upload(boss, made(SEQ - 1))
    assert refused.status_code == 400
    assert f"catalogue {SEQ - 1} was offered" in plain(refused)
    assert shelf.present().seq == SEQ
    assert [act for act, _ in audit(running, "boss") if act == "catalogue.refused"]
    none = boss.submit("/catalogue/new", token=boss.token())
    assert none.status_code == 400
    assert "Choose a file" in plain(none)


def test_who_may_not_publish_sees_no_form(shelf: Any, signed_in: Callable[..., Any]) -> None:
    auditor = signed_in("ada", "auditor")
    page = auditor.get("/catalogue").text
    assert "came with the program" in page
    assert "/catalogue/new" not in page
    assert auditor.get("/catalogue/new").status_code == 404
