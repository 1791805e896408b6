"""A guided response over a real vault says of a file only what is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentguard.model.guided import Found, Response, ResponseStep
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.vault import Taking
from agentguard.platforms.simulated import FakeClock
from agentguard.runtime.incident_desk import IncidentDesk
from agentguard.store.agent_store import open_store
from agentguard.vault.vault import Vault

NUMBER = "T7HH-DKM2"


class Told:
    """An engine with one response, that takes its steps down."""

    def __init__(self, response: Response) -> None:
        self.responses = (response,)
        self.findings: tuple[Any, ...] = ()
        self.steps: list[tuple[str, str]] = []

    def snapshot(self) -> Told:
        return self

    def submit(self, event: object) -> None:
        if isinstance(event, ResponseStep):
            self.steps.append((event.step.value, event.answer))


class Free:
    """A way out of the vault that asks for nothing."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def remove(self, item: str, _taking: Taking) -> Any:
        self.vault.purge(item, "incident")
        return say("prompt.removed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / "cards.csv"


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    clock = FakeClock()
    (tmp_path / "data").mkdir()
    store = open_store(tmp_path / "data", clock)
    yield Vault(tmp_path / "data" / "vault", store.journal, clock)
    store.close()


def desk(vault: Vault, file: Path, *, held: bool = False) -> tuple[IncidentDesk, Told]:
    at = Moment(boot=1.0, wall=2.0)
    one = Response(number=NUMBER, path=str(file), begun=at, found=Found.NO)
    engine: Any = Told(replace(one, held=at if held else None))
    release: Any = Free(vault)
    made = IncidentDesk(
        engine=engine,
        clock=FakeClock(),
        vault=vault,
        release=release,
        mask=str,
        report_now=lambda: None,
    )
    return made, engine


def test_row_434_what_is_neither_there_nor_in_the_vault_is_not_held(
    vault: Vault, file: Path
) -> None:
    incidents, engine = desk(vault, file)
    assert incidents.hold(NUMBER).id == "guided.gone"
    assert engine.steps == []
    file.write_text("a,b")
    assert incidents.hold(NUMBER).id == "guided.held-now"
    assert (file.exists(), engine.steps) == (False, [("held", "")])
    assert incidents.hold(NUMBER).id == "guided.held-now", "it is there already"


def test_row_434_what_left_the_vault_is_open_again_whoever_took_it_out(
    vault: Vault, file: Path
) -> None:
    file.write_text("a,b")
    item = vault.put(file)
    incidents, engine = desk(vault, file, held=True)
    incidents.look()
    incidents.keep(NUMBER)
    assert engine.steps == [("ended", "kept")]
    vault.restore(item.id)
    engine.steps.clear()
    incidents.look()
    incidents.keep(NUMBER)
    assert engine.steps[:2] == [("held", "out"), ("held", "out")], "before it is kept"
    assert incidents.delete(NUMBER, "").id == "guided.left"


def test_row_434_a_file_is_deleted_once_no_copy_of_it_is_left(vault: Vault, file: Path) -> None:
    for words in ("old", "new"):
        file.write_text(words)
        vault.put(file)
    incidents, engine = desk(vault, file, held=True)
    assert incidents.delete(NUMBER, "").id == "prompt.removed"
    assert engine.steps == [], "an older one of the same name is still there"
    (left,) = vault.items()
    vault.purge(left.id, "incident")
    incidents.removed(str(file))
    assert engine.steps == [("ended", "deleted")]
