from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.heavy


@pytest.fixture
def chrome(running: Any, tmp_path: Path, chromium: Any) -> Iterator[Any]:
    running.admin.add_user("sam", PASSWORD, "admin")
    one = chromium(tmp_path / "profile")
    yield one
    one.close()


def sign_in(chrome: Any, running: Any) -> None:
    chrome.open(f"{running.address}/sign-in")
    assert chrome.value("document.activeElement.id") == "name"
    chrome.value(
        "document.getElementById('name').value = 'sam';"
        f"document.getElementById('password').value = '{PASSWORD}';"
        "document.querySelector('form').requestSubmit()"
    )
    chrome.until("location.pathname === '/' && document.readyState === 'complete'")


def test_a_supervisor_signs_in_walks_every_page_and_the_browser_has_no_complaint(
    running: Any, chrome: Any, desk: Any, event: Any, control: Any
) -> None:
    params = {"category": "stranger"}
    desk.send(event(1, "incident.reported", params=params), controls=[control()])
    sign_in(chrome, running)
    for path in ("/", f"/desk/{desk.id}", "/incidents", "/policies", "/codes", "/account"):
        chrome.open(f"{running.address}{path}")
        assert chrome.value("document.querySelectorAll('h1').length") == 1
        assert chrome.value("document.documentElement.scrollWidth <= innerWidth") is True
    chrome.value("document.querySelector('form[action=\"/account/totp\"]').requestSubmit()")
    chrome.until("document.querySelector('.qr img')?.naturalWidth > 100")
    assert chrome.complaints() == []


def test_the_floor_refreshes_by_itself_and_keeps_what_was_opened(
    running: Any, chrome: Any, desk: Any, control: Any
) -> None:
    desk.send(controls=[control()])
    sign_in(chrome, running)
    chrome.value("document.querySelector('details').open = true")
    assert chrome.value("document.querySelector('.tile-failing strong').textContent") == "0"
    firewall = control("firewall", "fail", measure=5)
    desk.send(controls=[control(), firewall], overall="act")
    chrome.until("document.querySelector('.tile-failing strong').textContent === '1'")
    assert "The firewall is on" in chrome.value("document.body.innerText")
    desk.send(controls=[control()])
    chrome.until("document.querySelector('.tile-failing strong').textContent === '0'")
    assert chrome.complaints() == []


def test_a_session_that_ended_leads_to_the_sign_in(running: Any, chrome: Any, desk: Any) -> None:
    sign_in(chrome, running)
    running.time.at += running.settings.limits.session_idle
    chrome.until("location.pathname === '/sign-in'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast_in_both_schemes(
    running: Any, chrome: Any, new_desk: Any, event: Any, control: Any, scheme: str
) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1, measured on what the browser computed."""
    new_desk(label="a").send(controls=[control(state="fail")], overall="act", in_call=True)
    new_desk(label="b").send(controls=[control(state="unknown")], overall="blind")
    new_desk(label="c").send(event(1, "incident.reported"), controls=[control()])
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    chrome.ask("Emulation.setEmulatedMedia", features=features)
    sign_in(chrome, running)
    for path in ("/", "/incidents", "/policies", "/codes", "/account"):
        chrome.open(f"{running.address}{path}")
        assert chrome.value(CONTRAST) == []


CONTRAST = """(() => {
  const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const c = rgb(getComputedStyle(one).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !one.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(one).color)), light(behind(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${one.tagName} ${one.className} ${ratio.toFixed(2)}`);
  }
  return poor;
})()"""
