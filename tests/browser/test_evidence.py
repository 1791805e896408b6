"""A pack is ordered, watched, taken away and removed in a real browser, by each role that may."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from agentguard.server.evidence.shelf import FOLDER, RUNNING, Shelf, Stand
from agentguard.server.jobs.schedule import Jobs
from tests.browser import driving
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]
PICTURES = os.environ.get("AGENTGUARD_PICTURES", "")
"""A folder for pictures of what the tests see; empty for none."""


def seen(page: Any, name: str, way: str = "") -> list[str]:
    """Give what axe finds; keep a picture when somebody wants one."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
    return violations(page, way)


def make(centre: Any) -> None:
    """Do what the endpoint does by itself when it looks."""
    Jobs(centre.admin._database, centre.settings, centre.time)._evidence()


@pytest.mark.parametrize("role", ["auditor", "officer", "admin"])
def test_a_pack_takes_one_click_to_order_and_one_to_take_away(
    centre: Any, chrome: Any, role: str, tmp_path: Path
) -> None:
    name = f"e-{role}"
    centre.admin.add_user(name, PASSWORD, role)
    shelf = Shelf(centre.settings.data / FOLDER, centre.time)
    with driving.visit(chrome, centre, name, **WAYS["wide"]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        page.goto("/evidence")
        assert seen(page, f"{role}-empty") == []
        page.get_by_role("button", name="Make the pack").click()
        page.get_by_text("Waits for its turn.").wait_for()  # a click ends before the page is there
        one = shelf.list()[0]
        half = Stand(state=RUNNING, part="held", done=13, whole=30, at=centre.time())
        shelf._tell(one.folder, half)
        page.goto("/evidence")
        bar = page.get_by_role("progressbar", name="Being made: what held, desk by desk")
        assert bar.is_visible()
        assert seen(page, f"{role}-running") == []
        shelf._tell(one.folder, Stand(at=centre.time()))
        make(centre)
        page.get_by_text("Made and verified").wait_for()  # the page refreshes itself
        assert seen(page, f"{role}-done") == []
        with page.expect_download() as told:
            page.get_by_role("link", name="Download").click()
        packed = tmp_path / "pack.zip"
        told.value.save_as(packed)
        assert any(n.endswith("manifest.dsse.json") for n in zipfile.ZipFile(packed).namelist())
        page.get_by_role("button", name="Remove").click()
        page.get_by_text("None yet.").wait_for()
        assert complaints == []


@pytest.mark.parametrize("way", WAYS)
def test_every_state_of_an_order_has_no_barrier(centre: Any, chrome: Any, way: str) -> None:
    name = f"w-{way}"
    centre.admin.add_user(name, PASSWORD, "auditor")
    shelf = Shelf(centre.settings.data / FOLDER, centre.time)
    with driving.visit(chrome, centre, name, **WAYS[way]) as context:
        page = context.new_page()
        for kind, place in (("team", "Nobody sits in this team of a very long name"), ("all", "")):
            page.goto("/evidence")
            page.get_by_label("About").select_option(kind)
            page.get_by_label("Its name").fill(place)
            page.get_by_label("Framework").select_option("PCI DSS")
            page.get_by_role("button", name="Make the pack").click()
        page.get_by_role("button", name="Cancel").first.click()
        make(centre)
        page.goto("/evidence")
        assert page.get_by_text("There is no team of this name.").is_visible()
        assert seen(page, f"every-{way}", way) == []
        page.get_by_label("About").select_option("desk")
        page.get_by_role("button", name="Make the pack").click()
        page.get_by_role("alert").wait_for()
        assert seen(page, f"wrong-{way}", way) == []
    for one in shelf.list():
        shelf.forget(one.id)
