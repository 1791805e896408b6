"""What the system's log is told by the keeper, and the page that lists every id."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.base.errors import PlatformError
from agentguard.model.messages import Message
from agentguard.ports.desktop import Weight
from agentguard.service.keeper_status import Standing
from agentguard.service.system_log_lines import (
    BEGUN,
    FILES_GONE,
    HAPPENED,
    HUNG,
    LINES,
    Witness,
)
from agentguard.service.watch import Happening, What
from agentguard.store.system_log_witness import KINDS

PAGE = Path(__file__).parents[3] / "docs" / "event-log.md"
ROW = re.compile(r"^\| (\d+) \| (\w+) \| (\w+) \|", re.MULTILINE)


class Log:
    """A log in memory that may refuse."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.asked = 0
        self.lines: list[tuple[int, Weight, str]] = []

    def write(self, event: int, weight: Weight, text: str) -> None:
        self.asked += 1
        if self.refuses:
            raise PlatformError("full")
        self.lines.append((event, weight, text))

    def tried(self) -> bool:
        return True


class Endpoint:
    """Somebody who is told."""

    outcome = Standing(device="k1")

    def __init__(self) -> None:
        self.told: list[What] = []

    def code(self) -> str:
        return "code"

    def tell(self, standing: Standing, happened: tuple[Happening, ...] = ()) -> None:
        self.told += [one.what for one in happened]


EVERYTHING = tuple(Happening(what=what, session="S-1-5-21 ann") for what in What)


def test_row_138_each_thing_that_happens_is_a_line_of_its_own_and_names_no_session() -> None:
    log, endpoint = Log(), Endpoint()
    witness = Witness(endpoint, log, translations.load())
    witness.tell(Standing(), EVERYTHING)
    assert [event for event, _, _ in log.lines] == [HAPPENED[what].event for what in What]
    assert endpoint.told == list(What)
    assert not any("S-1-5" in text for _, _, text in log.lines)
    assert (witness.code(), witness.outcome.device) == ("code", "k1")


def test_row_451_an_agent_that_hung_is_told_as_an_end_that_nobody_made() -> None:
    log = Log()
    witness = Witness(Endpoint(), log, translations.load())
    for how in ("hung", ""):
        witness.tell(Standing(), (Happening(what=What.DIED, session="1", how=how),))
    (hung, ended) = log.lines
    assert hung[:2] == ended[:2] == (82, Weight.WARNING)
    assert "no sign of life" in hung[2]
    assert "no sign of life" not in ended[2]


def test_row_138_files_that_are_gone_are_told_once_until_they_are_back() -> None:
    log = Log()
    witness = Witness(Endpoint(), log, translations.load())
    for gone in (0, 2, 2, 0, 1):
        witness.tell(Standing(gone=gone, lost="qt.dll"))
    assert [event for event, _, _ in log.lines] == [FILES_GONE.event] * 2
    assert "qt.dll" in log.lines[0][2]


@pytest.mark.parametrize("log", [None, Log(refuses=True)])
def test_row_138_a_log_that_refuses_keeps_nothing_from_the_endpoint(log: Log | None) -> None:
    endpoint = Endpoint()
    witness = Witness(endpoint, log, translations.load())
    witness.write(BEGUN)
    witness.tell(Standing(), EVERYTHING)
    assert endpoint.told == list(What)
    assert log is None or log.asked == 1, "a log that refuses is asked no more"


def test_row_138_the_page_lists_every_id_with_its_weight_and_who_writes_it() -> None:
    every = [kind for kinds in KINDS.values() for kind in kinds]
    agent = {kind.event: (kind.weight.name.lower(), "agent") for kind in every}
    keeper = {line.event: (line.weight.name.lower(), "keeper") for line in LINES}
    assert not agent.keys() & keeper.keys()
    assert len(keeper) == len(LINES)
    listed = {int(id_): (weight, by) for id_, weight, by in ROW.findall(PAGE.read_text("utf-8"))}
    assert listed == {**agent, **keeper}


def test_row_138_each_line_has_a_sentence() -> None:
    words = translations.load()
    params = {"count": 1, "name": "qt.dll", "why": "OSError"}
    for line in (*LINES, HUNG):
        said = words.render(Message(id=line.text, params=params))
        assert said != line.text
        assert "{" not in said
