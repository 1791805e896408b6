"""The pages of programs: nothing unknown is green, names of any kind harm nobody, sheets."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from agentguard.server.feeds import sheets
from agentguard.server.store.software import fleet_pages
from tests.server import programs
from tests.server.programs import DAY, Held, One
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]

EVIL = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"
LONG = "Ж" * 300
RIGHT_TO_LEFT = "מרכזיית שיחות"
ATTACKED = {
    "id": "support.attacked-through",
    "params": {"cve": "CVE-2025-8088", "added": "2025-08-12", "version": "7.12"},
}


def every(now: float) -> dict[int, One]:
    seen = {"first_seen": now - 9 * DAY}
    return {
        1: One(name="WinRAR 7.11", version="7.11", state="exploited", product="winrar",
               title="WinRAR", why=ATTACKED, page="javascript:alert(1)", **seen),
        2: One(name="WinRAR 7.13", version="7.13", product="winrar", title="WinRAR", **seen),
        3: One(name=EVIL, state="unknown", publisher=FORMULA, **seen),
        4: One(name=FORMULA, state="unknown", version="", **seen),
        5: One(name=LONG, state="unknown", version="9" * 100, **seen),
        6: One(name=RIGHT_TO_LEFT, state="unknown", **seen),
        7: One(name="AnyDesk", product="anydesk", title="AnyDesk", state="ended",
               ends="2024-01-31", scope="user", **seen),
        8: One(name="Update KB1", state="", product="-", **seen),
        9: One(name="Odd product", product="Odd/System 1", title="Odd", state="allowed", **seen),
    }  # fmt: skip


@pytest.fixture
def two(running: Any, new_desk: Any) -> tuple[Any, Any]:
    """Give a desk of a team with a program of each kind, and one of another with two."""
    mine, other = (new_desk(team=t, label=f"{t}-1") for t in ("Billing", "Sales"))
    now = running.time()
    has = dict.fromkeys(range(1, 10), now - DAY)
    held = [
        Held(device=mine.id, has=has, unread="denied"),
        Held(
            device=other.id, has={2: now - DAY, 6: now - DAY}, had=[(7, now - 9 * DAY, now - DAY)]
        ),
    ]
    running.admin._database.run(lambda c: programs.put(c, every(now), held, now))
    return mine, other


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith(sheets.BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(sheets.BOM), newline="")))


def numbers(page: str) -> dict[str, str]:
    """Give the number of desks beside each program and state of a list."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = {}
    for row in body.split("</tr>")[:-1]:
        name = re.sub(r"<[^>]+>", "", row.partition("<bdi>")[2].partition("</bdi>")[0])
        state = re.sub(r"<[^>]+>", "", row.partition('class="state')[2].partition("</td>")[0])
        desks = re.search(r'class="number"[^>]*>\s*([^<]+?)\s*<', row)
        assert desks
        found[f"{name}: {state.rpartition('>')[2].strip()}"] = desks[1]
    return found


def test_row_176_before_any_list_came_the_page_says_that_nothing_is_known(
    new_desk: Any, browser: Any
) -> None:
    desk = new_desk(team="Billing", label="b-1")
    page = browser.get("/software").text
    assert "No desk that you see has sent its programs yet" in page
    assert "Desks whose programs are not known: 1" in page
    assert "Supported" not in page
    assert "b-1" in browser.get("/software/desks").text
    assert "This desk has not sent its programs" in browser.get(f"/desk/{desk.id}/software").text
    assert "This desk has not sent its programs" in browser.get(f"/desk/{desk.id}").text
    assert browser.get(f"/desk/{desk.id}/software.csv").text.count("\r\n") == 1


def test_row_176_what_is_not_known_is_counted_and_told_from_what_is_supported(
    two: Any, browser: Any
) -> None:
    assert two
    page = browser.get("/software").text
    found = numbers(page)
    assert found["WinRAR: Known exploited fault"] == "1"
    assert found["WinRAR: Supported"] == "1"
    assert found[f"{RIGHT_TO_LEFT}: Not known"] == "2"
    assert "Update KB1" not in page
    only = numbers(browser.get("/software?kind=unknown").text)
    assert len(only) == 4
    assert all(name.endswith(": Not known") for name in only)
    assert "Lists that are not whole: 1" in page


def test_row_175_who_is_bound_to_a_team_sees_numbers_of_its_desks_alone(
    two: Any, signed_in: Any
) -> None:
    mine, other = two
    bound = signed_in("bea", "supervisor", ("Billing",))
    found = numbers(bound.get("/software").text)
    assert found[f"{RIGHT_TO_LEFT}: Not known"] == "1"
    assert "WinRAR: Supported" not in found, "the own desk has a worse version too"
    product = bound.get("/software/products/winrar").text
    assert "Billing-1" in product
    assert "Sales-1" not in product
    assert "Sales" not in bound.get("/software/products/winrar/desks.csv").text
    assert len(rows(bound.get("/software/programs/6/desks.csv").text)) == 1
    assert "Went from desks" in bound.get("/software/changes?kind=went").text
    assert "AnyDesk" not in bound.get("/software/changes?kind=went").text
    elsewhere = signed_in("sue", "viewer", ("Sales",))
    for path in ("/software/products/anydesk", "/software/programs/3", "/software/programs/1000"):
        assert elsewhere.get(path).status_code == 404, path
        assert elsewhere.get(f"{path}/desks.csv").status_code == 404, path
    assert elsewhere.get(f"/desk/{mine.id}/software").status_code == 404
    assert elsewhere.get(f"/desk/{other.id}/software").status_code == 200


def test_row_178_names_of_any_kind_are_shown_as_they_are_and_run_nowhere(
    two: Any, browser: Any
) -> None:
    mine, _ = two
    paths = ("/software", "/software/changes", f"/desk/{mine.id}/software", "/software/programs/3")
    for path in paths:
        page = browser.get(path).text
        assert EVIL not in page, path
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page, path
    for path in paths[:3]:
        page = browser.get(path).text
        assert f"<bdi>{LONG}</bdi>" in page, path
        assert f"<bdi>{RIGHT_TO_LEFT}</bdi>" in page, path
    assert "javascript:" not in browser.get("/software/products/winrar").text


def test_row_178_no_sheet_has_a_formula(two: Any, browser: Any) -> None:
    mine, _ = two
    for path, many in (
        ("/software/programs.csv", 8),
        (f"/desk/{mine.id}/software.csv", 9),
        ("/software/programs/4/desks.csv", 1),
        ("/software/programs.csv?kind=unknown&text=script", 1),
    ):
        answer = browser.get(path)
        assert answer.headers["content-type"].startswith("text/csv"), path
        found = rows(answer.text)
        assert len(found) == many, path
        cells = {cell for row in found for cell in row.values()}
        assert not [cell for cell in cells if cell.startswith("=")], path
        assert any("calc" in cell for cell in cells), path


def test_row_178_a_sheet_has_what_the_list_has(two: Any, browser: Any) -> None:
    assert two
    found = rows(browser.get("/software/programs.csv?sort=name&kind=exploited").text)
    assert [(o["program"], o["state"], o["desks"]) for o in found] == [("WinRAR", "exploited", "1")]
    desks = rows(browser.get("/software/products/winrar/desks.csv").text)
    assert sorted((one["desk"], one["version"]) for one in desks) == [
        ("Billing-1", "7.11"), ("Billing-1", "7.13"), ("Sales-1", "7.13"),
    ]  # fmt: skip


def test_a_product_says_why_and_which_desks(running: Any, two: Any, browser: Any) -> None:
    mine, _ = two
    page = browser.get("/software/products/winrar").text
    assert "Install a version after 7.12" in page
    assert "Known exploited fault: 1" in page
    assert page.count(f"/desk/{mine.id}/software") == 2
    only = browser.get("/software/products/winrar?version=1").text
    assert only.count("/desk/") == 1
    assert browser.get("/software/products/winrar?kind=ended").text.count("/desk/") == 0
    assert browser.get("/software/products/nothing").status_code == 404
    assert ("software.product", "winrar") in audit(running, "sam")


def test_a_number_of_a_known_product_leads_to_it_whatever_its_name(two: Any, browser: Any) -> None:
    assert two
    answer = browser.get("/software/programs/1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/software/products/winrar")
    odd = re.search(r'href="(/software/p[^"?]+)[^"]*"><bdi>Odd<', browser.get("/software").text)
    assert odd
    assert browser.get(odd[1]).status_code == 200


def test_programs_are_found_by_what_they_are_for(two: Any, browser: Any) -> None:
    assert two
    found = numbers(browser.get("/software?of=remote-control").text)
    assert list(found) == ["AnyDesk: Support ended"]
    assert "Nothing matches" in browser.get("/software?of=VPN").text
    assert list(numbers(browser.get("/software?of=program&kind=ended").text)) == list(found)


def test_a_desk_s_page_leads_to_its_programs_and_tells_what_is_unread(
    running: Any, two: Any, browser: Any
) -> None:
    mine, other = two
    page = browser.get(f"/desk/{mine.id}").text
    assert f'href="/desk/{mine.id}/software"' in page
    assert "The list is not whole." in page
    whole = browser.get(f"/desk/{mine.id}/software").text
    assert "The list is not whole." in whole
    assert "for one user" in whole
    assert "no version told" in whole
    assert "No longer on this desk" not in whole
    assert "No longer on this desk" in browser.get(f"/desk/{other.id}/software").text
    assert "Nothing matches" in browser.get(f"/desk/{mine.id}/software?text=nobody").text
    assert ("desk.software", mine.id) in audit(running, "sam")


def test_what_changed_is_shown_by_how(two: Any, browser: Any) -> None:
    assert two
    page = browser.get("/software/changes").text
    for word in ("Changed state", "New to the fleet", "Came to desks", "Went from desks"):
        assert word in page
    went = browser.get("/software/changes?kind=went&days=30").text
    assert "AnyDesk" in went
    assert "What changed in 30 days" in went
    assert "Came to desks" not in went


def test_row_178_a_place_with_too_many_desks_says_what_to_choose(
    two: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two
    bound = signed_in("bea", "supervisor", ("Billing", "Sales"))
    monkeypatch.setattr(fleet_pages, "MOST_DESKS", 1)
    for path in ("/software", "/software/changes", "/software/products/winrar"):
        page = bound.get(path).text
        assert "too many desks here" in page, path
        assert "Supported" not in page.partition("<main")[2].partition("<table")[2], path
    assert len(rows(bound.get("/software/programs.csv").text)) == 0
    assert "WinRAR" in signed_in("boss", "admin").get("/software").text
