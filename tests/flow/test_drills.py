"""Drills on a whole agent: real sensors, a real scan, a real store, and nothing left afterwards."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from agentguard.cli import main
from agentguard.model.drills import DrillEnded, DrillOutcome
from agentguard.model.events import SensorState
from agentguard.runtime.drills import card_file
from agentguard.runtime.drills._runner import Drills
from tests.flow.conftest import Floor


def drills_of(floor: Floor) -> Drills:
    """Give the drills of a running agent."""
    return floor.agent.drills


def drill(floor: Floor, name: str) -> DrillEnded:
    """Run one drill now."""
    drills = drills_of(floor)
    one = next(d for d in drills.catalogue if d.id == name)
    return drills.run(one, threading.Event())


def watched(floor: Floor) -> Floor:
    """Wait until the files are watched."""
    known = floor.agent.engine.known()
    floor.until(lambda: known.latest(SensorState, "files"))
    return floor


def everything(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*"))


def test_a_card_file_is_noticed_told_as_a_drill_and_nothing_of_it_stays(
    start: Callable[[], Floor],
) -> None:
    floor = watched(start())
    floor.desktop.copy("the person's own words", "crm")
    before = everything(floor.folder)
    ended = drill(floor, "card-file")
    assert ended.outcome is DrillOutcome.PASSED, ended
    assert ended.seconds is not None
    assert ended.receipt is None, "there is no endpoint"
    floor.until(lambda: "drill.ended" in [r.kind for r in floor.records()])
    told = {r.kind: r.payload for r in floor.records() if r.kind.startswith("drill.")}
    assert told["drill.began"]["commitment"]
    assert (told["drill.noticed"]["check"], told["drill.noticed"]["would"]) == (
        "pii-files",
        "vault",
    )
    assert told["drill.ended"]["outcome"] == "passed"
    assert {told[k]["id"] for k in told} == {ended.run}
    opened = [r.payload["check"] for r in floor.records() if r.kind == "finding.opened"]
    assert "pii-files" not in opened
    assert floor.findings("pii-files") == []
    assert not [s.prompts for s in floor.seen if s.prompts]
    assert floor.agent.desk.vault_items() == ()
    assert everything(floor.folder) == before
    assert list(drills_of(floor).folder.iterdir()) == []
    assert floor.desktop.paste() == "the person's own words"


OFFLINE = {"forged-report", "lost-receipt"}
"""Drills that need an endpoint."""


@pytest.mark.heavy
@pytest.mark.parametrize(
    "name",
    [
        "clipboard-value",
        "vault-round-trip",
        "code-replay",
        "stopped-sensor",
        "rolled-back-policy",
        "idle-clock",
        "expired-exception",
    ],
)
def test_each_drill_passes_on_a_whole_agent_and_leaves_nothing(
    start: Callable[[], Floor], name: str
) -> None:
    floor = watched(start())
    ended = drill(floor, name)
    assert ended.outcome is DrillOutcome.PASSED, ended
    assert ended.seconds is not None
    drills = drills_of(floor)
    assert everything(drills.folder) == everything(drills.aside) == []
    about = {r.payload["check"] for r in floor.records() if r.kind == "finding.opened"}
    assert about <= {"listeners"}, "which are this computer's own"
    assert not {"action.intended", "session.locked"} & {r.kind for r in floor.records()}
    assert not floor.desktop.locked


@pytest.mark.parametrize("name", sorted(OFFLINE))
def test_without_an_endpoint_its_drills_are_not_possible_here(
    start: Callable[[], Floor], name: str
) -> None:
    ended = drill(watched(start()), name)
    assert ended.outcome is DrillOutcome.NOT_POSSIBLE, ended


@pytest.mark.parametrize("way", ["call", "locked"])
def test_a_call_and_a_locked_screen_put_every_drill_off(
    start: Callable[[], Floor], way: str
) -> None:
    floor = watched(start())
    if way == "call":
        floor.desktop.call(on=True)
    else:
        floor.desktop.lock()
    drills = drills_of(floor)
    floor.until(lambda: drills.busy() == way)
    for one in drills.catalogue:
        ended = drills.run(one, threading.Event())
        assert (ended.outcome, ended.why) == (DrillOutcome.PUT_OFF, way), one.id
    assert {one.outcome for one in drills.standings()} == {None}, "none of them counts as run"


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["card-file", "idle-clock", "stopped-sensor"])
def test_fifty_runs_in_a_row_are_noticed_each_time(start: Callable[[], Floor], name: str) -> None:
    floor = watched(start())
    runs = 5 if name == "idle-clock" else 50
    ended = [drill(floor, name) for _ in range(runs)]
    assert {one.outcome for one in ended} == {DrillOutcome.PASSED}, ended
    seconds = [one.seconds for one in ended if one.seconds is not None]
    assert floor.findings("pii-files") == []
    assert list(drills_of(floor).folder.iterdir()) == []
    print(
        f"{name}: noticed after {median(seconds) * 1000:.0f} ms, {max(seconds) * 1000:.0f} at most"
    )


class Killed(BaseException):
    """The agent is ended at once."""


def left_at(drills: Drills, name: str, step: int, kept: Path) -> bool:
    """Run a drill that is killed at a step; keep its folder as it was then. False past the last."""
    met = 0

    def at_step(name: str) -> None:
        nonlocal met
        met += name != "wait"
        if met == step:
            for folder in (drills.folder, drills.aside):
                shutil.copytree(folder, kept / folder.name)
            raise Killed

    drills.at_step = at_step
    try:
        drills.run(next(d for d in drills.catalogue if d.id == name), threading.Event())
    except Killed:
        return True
    return False


MOST_STEPS = 12
"""Steps that are killed: a drill that waits takes a step at each look."""


@pytest.mark.parametrize(
    "name", ["card-file", "code-replay", "rolled-back-policy", "stopped-sensor"]
)
def test_row_304_killed_at_any_step_nothing_stays_after_the_next_start(
    start: Callable[[], Floor], name: str, tmp_path: Path
) -> None:
    floor = watched(start())
    drills, dirty = drills_of(floor), 0
    for step in range(1, MOST_STEPS):
        kept = tmp_path / f"kept-{step}"
        if not left_at(drills, name, step, kept):
            break
        for folder in (drills.folder, drills.aside):
            dirty += len(everything(kept / folder.name))
            shutil.copytree(kept / folder.name, folder, dirs_exist_ok=True)
        drills.begin()
        assert everything(drills.folder) == everything(drills.aside) == [], step
    assert dirty or name == "stopped-sensor", "a kill must leave something, or this shows nothing"
    assert floor.findings("pii-files") == []


def asked_for(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    """Call `agentguard drill`; give its exit code and the rows."""
    code = main(["drill", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)["drills"]


def test_the_command_has_the_running_agent_run_drills_and_tells_how_it_went(
    start: Callable[[], Floor],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    floor = watched(start())
    monkeypatch.setenv("AGENTGUARD_HOME", str(floor.home))
    floor.until((floor.home / "local.json").exists)
    code, rows = asked_for("list", capsys=capsys)
    assert (code, {row["outcome"] for row in rows}) == (0, {""})
    assert {row["id"] for row in rows} == {one.id for one in drills_of(floor).catalogue}
    code, rows = asked_for("card-file", "forged-report", capsys=capsys)
    assert [(row["id"], row["outcome"]) for row in rows] == [
        ("card-file", "passed"),
        ("forged-report", "not-possible"),
    ]
    assert code == 0
    assert main(["drill", "made-up"]) == 2
    floor.desktop.call(on=True)
    floor.until(lambda: drills_of(floor).busy() == "call")
    code, (row,) = asked_for("card-file", capsys=capsys)
    assert (code, row["outcome"], row["why"]) == (3, "put-off", "call")


REAL = "\nCard number: 4539 1488 0343 6467, expires 08/29\n"


@pytest.mark.heavy
def test_row_301_a_card_in_or_beside_a_drills_file_is_a_finding(
    start: Callable[[], Floor], monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = watched(start())
    drills, put = drills_of(floor), card_file._put

    def more(file: Path, content: bytes) -> None:
        put(file, content + REAL.encode())
        put(file.with_name("cards.txt"), REAL.encode())

    monkeypatch.setattr(card_file, "_put", more)
    monkeypatch.setattr(card_file, "WITHIN", 8.0)
    found: set[str] = set()
    floor.agent.engine.subscribe(lambda s: found.update(f.subject for f in s.findings))
    ended = drill(floor, "card-file")
    assert (ended.outcome, ended.why) == (DrillOutcome.FAILED, "not-noticed")
    names = {Path(subject).name for subject in found if subject}
    assert names == {"cards.txt", f"{ended.run}{card_file.ENDING}"}
    (drills.folder / "cards.txt").unlink(missing_ok=True)
    floor.until(lambda: floor.findings("pii-files") == [])
