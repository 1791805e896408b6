"""Policies in a real browser: a signed file is chosen, looked at, published and moved on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import driving
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD
from tests.unit.policy.signing import Said, signed

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

RULES = "watch:\n  sweep_minutes: 90\n  max_mib: 100"
VERSIONS = {"wide": 21, "phone": 23}


def choose(page: Any, file: Path) -> None:
    page.get_by_label("Signed policy").set_input_files(file)
    page.get_by_role("button", name="Check it").click()


@pytest.mark.parametrize("way", WAYS)
def test_a_policy_is_published_moved_on_and_gone_back_from(
    centre: Any, chrome: Any, tmp_path: Path, way: str
) -> None:
    wrong, right = tmp_path / "wrong.signed", tmp_path / "right.signed"
    wrong.write_bytes(signed("policy: site\nversion: 99\nwatch:\n  folder: x\n"))
    right.write_bytes(Said(version=VERSIONS[way], loosens=True, rules=RULES).signed())
    centre.admin.add_user("sam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "sam", **WAYS[way]) as context:
        page = context.new_page()
        complaints, found = driving.complaints(page), []

        def walked() -> None:
            page.wait_for_load_state()
            found.extend(violations(page, way))
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{page.url} is wider than the window")

        page.goto("/policies")
        page.get_by_role("link", name="Publish a policy").click()
        page.get_by_role("heading", name="Publish a policy").wait_for()
        walked()
        choose(page, wrong)
        page.get_by_text("wrong.signed:4:").wait_for()
        walked()
        complaints[:] = [one for one in complaints if "400" not in one]  # the refusal's own status
        choose(page, right)
        page.get_by_role("heading", name="What site").wait_for()
        walked()
        page.get_by_role("button", name="Publish", exact=True).click()
        page.get_by_text("It is given to 1 % of the desks.").wait_for()
        walked()
        page.get_by_role("button", name="On to 10 %").press("Enter")
        page.get_by_text("It is given to 10 % of the desks.").wait_for()
        page.get_by_role("button", name="Hold it where it is").click()
        page.get_by_text("no further desk gets it").first.wait_for()
        page.get_by_role("link", name="Every policy").click()
        page.get_by_role("link", name="site 4").first.click()
        page.get_by_role("heading", name="Go back to this policy").wait_for()
        walked()
        with page.expect_download() as taken:
            page.get_by_role("link", name="Take the text").click()
        text = Path(taken.value.path()).read_text(encoding="utf-8")
        assert f"version: {VERSIONS[way] + 1}\n" in text
        assert (found, complaints) == ([], [])
