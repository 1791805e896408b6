"""A library that is needed for a moment is let go of, and comes again when it is wanted."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

from agentguard.base.borrowed import let_go

CODE = """
import sys
from agentguard.base.borrowed import be_brief, borrowed
from agentguard.policy import tree
from agentguard.policy.problems import Problems

def read(text):
    problems = Problems("text")
    return repr(tree.read(text, problems)), problems.found

if {brief}:
    be_brief()
POLICY = b"policy: one\\nversion: 2\\ncontrols:\\n  antivirus: {{respond: []}}\\n"
first, bad = read(POLICY), read(b"a: [")
left = any(one.startswith("ruamel") for one in sys.modules)
print(left, read(POLICY) == first, bool(bad[1]), read(b"a: [") == bad)
import json.tool
with borrowed("json"):
    import json.tool
print("json.tool" in sys.modules)
"""


def ran(*, brief: bool) -> list[str]:
    """Return what a process of that kind prints."""
    ended = subprocess.run(
        [sys.executable, "-c", CODE.format(brief=brief)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return ended.stdout.split()


def test_row_360_an_agent_forgets_what_it_read_a_policy_with() -> None:
    assert ran(brief=True) == ["False", "True", "True", "True", "True"]


def test_who_reads_many_policies_keeps_it() -> None:
    assert ran(brief=False) == ["True", "True", "True", "True", "True"]


def test_what_nobody_holds_is_let_go_of_once() -> None:
    sys.modules["quite_unknown"] = ModuleType("quite_unknown")
    let_go("quite_unknown", "never_loaded")
    let_go("quite_unknown")
    assert "quite_unknown" not in sys.modules
