"""What a flood of copies costs: the real program on a real X session, 1,000 changes a second.

The share of one core that the agent takes meanwhile, beside a plain client of XFixes that only
hears of the changes, in the same seconds; and what the agent takes when nobody copies.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _bars import Bar  # noqa: E402 - after the path
from _desk_latency import POLICY, watching  # noqa: E402

from tests.desktop.harness import Desktop, eventually  # noqa: E402
from tests.desktop.test_clipboard import OWNER  # noqa: E402

MOST = 10.0  # percent of a core
LEAST = 900.0  # changes a second that make a flood
HEARER = """
from Xlib.display import Display
from agentguard.platforms._linux.x11_reader import follow
heard = Display()
follow(heard, [heard.get_atom("CLIPBOARD")])
print("there", flush=True)
while heard.next_event():
    pass
"""


def spent(program: psutil.Process) -> float:
    """Give the CPU seconds of a program and of all that it started."""
    times = [p.cpu_times() for p in (program, *program.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def begun(desktop: Desktop) -> tuple[psutil.Process, psutil.Process]:
    """Start the agent and the plain client; give them when they watch."""
    data, folder = desktop.home / "agent", desktop.home / "Documents"
    data.mkdir()
    folder.mkdir()
    (data / "policy.yaml").write_text(POLICY.format(folder=folder))
    (data / "settings.toml").write_text(f'policy = "{data / "policy.yaml"}"\n')
    more = {"AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)}
    agent = desktop.start(sys.executable, "-m", "agentguard", "run", env=more)
    hearer = desktop.start(sys.executable, "-c", HEARER, env=more, stdout=subprocess.PIPE)
    assert hearer.stdout is not None
    hearer.stdout.readline()
    eventually(lambda: watching(data))
    return psutil.Process(agent.pid), psutil.Process(hearer.pid)


def flood(desktop: Desktop, *programs: psutil.Process) -> tuple[float, ...]:
    """Copy a thousand times a second; give each program's share of a core in percent."""
    owner = desktop.start(sys.executable, OWNER, "flood", stdout=subprocess.PIPE)
    assert owner.stdout is not None
    owner.stdout.readline()
    before = [spent(program) for program in programs]
    seconds, changes, _ = map(float, owner.stdout.readline().split())
    took = [spent(program) - b for program, b in zip(programs, before, strict=True)]
    desktop.end(owner)
    if changes / seconds < LEAST:
        raise SystemExit("this computer is too busy to copy a thousand times a second")
    return tuple(100 * each / seconds for each in took)


def peace(program: psutil.Process, seconds: float) -> float:
    """Give a program's share of a core while nobody copies."""
    before = spent(program)
    time.sleep(seconds)
    return 100 * (spent(program) - before) / seconds


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rest", type=float, default=20.0, help="seconds before the first flood")
    given = parser.parse_args()
    with Desktop() as desktop:
        agent, hearer = begun(desktop)
        time.sleep(given.rest)  # the start is over: the first sweep, and the scan child
        quiet = peace(agent, given.rest)
        took = [flood(desktop, agent, hearer) for _ in range(given.rounds)]
    ours, plain = (statistics.median(shares) for shares in zip(*took, strict=True))
    print("a flood of 1,000 copies a second, % of a core")
    print(f"  agent {ours:.1f}   XFixes alone {plain:.1f}   agent when nobody copies {quiet:.1f}")
    bar = Bar(what="agent in a flood", value=ours, bound=MOST, unit="%", least=False)
    return 0 if bar.say() else 1


if __name__ == "__main__":
    raise SystemExit(main())
