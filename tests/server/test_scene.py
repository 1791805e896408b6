"""What pictures and browsers are shown of programs is what the product would say of them."""

from __future__ import annotations

from agentguard.base import translations
from tests.browser import program_scene, scene

WORDS = translations.load()
SAID = {
    "exploited": {"support.attacked-through", "support.attacked-below"},
    "ended": {"support.ended", "support.behind-too-far"},
    "ending": {"support.ending"},
    "unknown": {"support.no-rule", "support.no-dates"},
    "allowed": {"support.allowed"},
    "supported": {"support.until", "support.newest"},
    "": {"support.part"},
}
"""The reasons that there are for each state, of those that the scene gives."""


def test_each_program_of_the_scene_has_a_reason_that_its_state_has() -> None:
    every = program_scene.every(scene.START).values()
    assert {one.state for one in every} == set(SAID)
    for one in every:
        assert one.why["id"] in SAID[one.state], one.name
        assert WORDS.has(str(one.why["id"]))
