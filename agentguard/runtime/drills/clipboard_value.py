"""A card number of nobody is copied beside the person's clipboard: it is seen, judged and cleared.

The place is one that no program of the person's knows; the person's clipboard is neither read nor
written for it.
"""

from __future__ import annotations

from agentguard.base.errors import PlatformError
from agentguard.detect.recognition.drill_values import counting, draw
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.model.drills import Drilled
from agentguard.model.events import ClipboardScanned, Event
from agentguard.model.hits import Hit
from agentguard.ports.clock import Stop
from agentguard.ports.desktop import DrillClipboard
from agentguard.runtime.drills.base import Bench, Drill, FailedError, NotPossibleError
from agentguard.sensors.clipboard import LIMIT, SECONDS, ClipboardSensor
from agentguard.sensors.self_test import KIND, made_up

CHECK = "clipboard"
WITHIN = 20.0
END = 2.0


def run(bench: Bench) -> float:
    """Copy it, wait until the check has noticed it, and clear it as the hands would."""
    policy, made = bench.rooms.policy(), bench.rooms.backend.drill_clipboard
    if KIND in policy.detection.off or policy.controls[CHECK].paused:
        raise NotPossibleError("policy-off")
    if made is None:
        raise NotPossibleError("no-own-clipboard")
    there = made()
    selection, number = there.clipboard.selections[0], draw()
    text = made_up(number)
    bench.step("mark")
    bench.mark(selection, text.encode(), number)
    supervisor = Supervisor(clock=bench.clock, submit=_unheard, patience=END)
    bench.step("copy")
    begun = bench.clock.now()
    try:
        supervisor.start(Actor(name="drill-watch", run=lambda stop: _watch(bench, there, stop)))
        supervisor.start(Actor(name="drill-copy", run=lambda stop: there.offer(text, stop)))
        seconds = bench.noticed(WITHIN).noticed_after(begun)
        bench.step("clear")
        _clear(there, selection)
    finally:
        supervisor.stop()
        bench.rooms.labels.close(selection)
    return seconds


def _watch(bench: Bench, there: DrillClipboard, stop: Stop) -> None:
    """Have the real sensor watch; only what is the drill's goes to the engine."""
    last: list[str] = [""]

    def judge(text: str) -> tuple[Hit, ...]:
        last[0] = text
        with counting(bench.rooms.labels.number(there.clipboard.selections[0])):
            return bench.rooms.judge(text)

    def submit(event: Event) -> None:
        if isinstance(event, ClipboardScanned):
            marked = bench.rooms.labels.of_copy(event, last[0])
            if isinstance(marked, Drilled):
                bench.rooms.submit(marked)

    ClipboardSensor(there.clipboard, judge, bench.clock).run(submit, stop)


def _clear(there: DrillClipboard, selection: str) -> None:
    """Clear it as the hands do, and see that it is gone.

    Raises:
        FailedError: it is not.

    """
    try:
        cleared = there.clipboard.clear(selection)
        left = there.clipboard.read(selection, limit=LIMIT, seconds=SECONDS)
    except PlatformError as error:
        raise FailedError("not-cleared") from error
    if not cleared or left is not None:
        raise FailedError("not-cleared")


def _unheard(_event: Event) -> None:
    """Tell nobody: what becomes of the drill's own threads is the drill's."""


DRILL = Drill(id="clipboard-value", proves=(CHECK,), run=run)
