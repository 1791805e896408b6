from __future__ import annotations

from typing import Any


def test_a_desk_reports_and_its_supervisor_sees_it(desk: Any, browser: Any) -> None:
    answer = desk.send(controls=[])
    assert desk.receipt(answer).seq == 0
    page = browser.get("/")
    assert page.status_code == 200, page.text
    assert "desk-1" in page.text
    for path in ("/incidents", "/codes", "/account", f"/desk/{desk.id}", "/static/console.css"):
        assert browser.get(path).status_code == 200, (path, browser.get(path).text)
