"""A site's own kinds reach a running agent with its policy: on the clipboard and in files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentguard.model.events import PolicyInForce, SweepFinished
from agentguard.platforms import system_clock
from agentguard.policy.parser import parse
from agentguard.runtime.compose_desk import following
from agentguard.runtime.known_checks import shapes
from tests.flow.conftest import Floor

pytestmark = pytest.mark.timeout(300)  # each reading waits for a scan's child, which comes last

OWN = """
policy: own
version: 2
watch: {{folders: ["{folder}"], cpu_percent: 100}}
detection:
  off: {off}
  recognisers:
    - kind: CASE_NO
      name: "case number"
      pattern: 'CASE-[0-9]{{6}}'
      finds: ["CASE-123456"]
"""


def bring(floor: Floor, off: str = "[]") -> None:
    """Bring a policy into force, as the endpoint does."""
    text = OWN.format(folder=floor.folder, off=off)
    policy = parse(text.encode(), "own.yaml", shapes())
    floor.agent.engine.submit(PolicyInForce(at=system_clock().now(), policy=policy))


@pytest.mark.heavy
def test_files_are_read_again_when_a_policy_names_a_kind(start: Callable[[], Floor]) -> None:
    floor = start()
    (floor.folder / "cases.txt").write_text("CASE-123456 is open")
    floor.until(lambda: floor.agent.engine.state.facts.get(SweepFinished))
    assert floor.findings("pii-files") == []
    bring(floor)
    floor.until(lambda: floor.findings("pii-files") == [str(floor.folder / "cases.txt")])
    bring(floor, off="[CASE_NO]")
    floor.until(lambda: floor.findings("pii-files") == [])


def test_the_clipboard_is_judged_by_the_policy_in_force(start: Callable[[], Floor]) -> None:
    floor = start()
    bring(floor)
    floor.until(lambda: floor.agent.engine.policy().name == "own")
    floor.desktop.copy("CASE-123456", app="crm")
    floor.until(lambda: floor.findings("clipboard"))
    assert following(floor.agent.engine).mask("see CASE-123456") == "see ...456"
