"""No garbage is looked for while an agent is put together, and it is afterwards."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.commands._quick_loading import loading

SHOW = """
import gc, sys
from pathlib import Path
from agentguard.commands import _guard_session as _guard
from agentguard.base.startup import Starting

def looked(phase, _told):
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename == _guard.__file__:
            seen.add(frame.f_code.co_name)
        frame = frame.f_back

seen = set()
gc.callbacks.append(looked)
with _guard.guarding(Path(sys.argv[1]), Starting()) as agent:
    print(sorted(seen), gc.isenabled(), agent.engine.policy().version > 0)
"""


@pytest.fixture(autouse=True)
def _looking() -> Iterator[None]:
    before = gc.isenabled()
    gc.enable()
    yield
    gc.enable() if before else gc.disable()


def collections() -> int:
    return sum(generation["collections"] for generation in gc.get_stats())


def test_nothing_is_looked_for_while_loading() -> None:
    before = collections()
    with loading():
        kept = [[number] for number in range(100_000)]
        assert collections() == before
    assert gc.isenabled()
    assert len(kept) == 100_000


def test_what_fails_to_load_gives_the_look_back() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError("it is gone")
    assert gc.isenabled()


def test_whoever_looks_by_itself_goes_on_to() -> None:
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()


def test_an_agent_is_put_together_without_a_look_but_one_at_its_end(tmp_path: Path) -> None:
    env = {**os.environ, "HOME": str(tmp_path), "AGENTGUARD_HOME": str(tmp_path / "data")}
    (tmp_path / "data").mkdir()
    ended = subprocess.run(
        (sys.executable, "-c", SHOW, str(tmp_path / "data")),
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout.splitlines()[-1] == "['guarding'] True True"


@pytest.mark.parametrize("commands", ["policy retention vault vendors", "serve server"])
def test_what_only_reads_a_policy_loads_no_agent(commands: str) -> None:
    show = (
        "import sys\n"
        "from importlib import import_module\n"
        f"for name in {commands.split()}:\n"
        "    import_module(f'agentguard.commands.{name}')\n"
        "print(*sys.modules)"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ended.stdout.split())
    assert "agentguard.runtime.known_checks" in loaded
    assert not loaded & {"agentguard.runtime.agent", "agentguard.runtime.compose"}
