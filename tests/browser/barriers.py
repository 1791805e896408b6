"""What keeps somebody from using a page: axe's rules for WCAG 2.2 A and AA, in a real browser.

A dark page is the light one in other colours (`test_the_dark_changes_nothing_but_colours`): of
what it differs in, the rules of colours are asked alone, where the page is open anyhow.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WAYS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2},
}
"""The windows that people have; what is seen in the wide one is seen in the dark too."""
ASK = """async rules => {
  const asked = {runOnly: rules, resultTypes: ["violations"], selectors: false};
  const said = one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(" | ")}`;
  return (await axe.run(asked)).violations.map(said);
}"""
"""Asks axe; where in a page a node stands is told by what it is, and nothing of what is right."""
OF_COLOURS = """tags => axe.getRules(tags)
  .filter(one => one.tags.includes("cat.color")).map(one => one.ruleId)"""


def violations(page: Any, way: str = "") -> list[str]:
    """Give what axe finds against WCAG 2.2 A and AA, with where it is; of the wide way also dark.

    A click ends once the next page begins to arrive, and half a page has barriers of its own.
    """
    page.wait_for_load_state("load")
    _bring_axe(page)
    found = page.evaluate(ASK, {"type": "tag", "values": WCAG})
    if way == "wide":
        page.emulate_media(color_scheme="dark")
        colours = {"type": "rule", "values": page.evaluate(OF_COLOURS, WCAG)}
        found += [f"in the dark: {one}" for one in page.evaluate(ASK, colours)]
        page.emulate_media(color_scheme="light")
    return [f"{page.url} {one}" for one in found]


def _bring_axe(page: Any) -> None:
    """Have axe in a page, and from then on in each that follows in its place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
        page.add_init_script(AXE_SCRIPT)
