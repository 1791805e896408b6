"""A signed catalogue travels from the endpoint to the desk, and a wrong one changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import paths
from agentguard.base.errors import PackRejected
from agentguard.cli import main
from agentguard.model.facts import LifecyclesKnown
from agentguard.model.software import State, Today
from agentguard.platforms import system_clock
from agentguard.runtime import catalogue_service
from agentguard.runtime.catalogue_service import packs
from agentguard.server.store.software import packs as stored
from agentguard.server.store.software.packs import Added
from agentguard.software import kept_pack, pack, shipped
from tests.flow.centre import Centre
from tests.flow.test_console import Seat, centre
from tests.flow.test_policy_delivery import asked, sitting
from tests.unit.policy.signing import chain, root
from tests.unit.software.packing import document, made, signed

__all__ = ["centre"]

SEQ = shipped.seq() + 1
"""The next number after what ships: of the same day, which is not in the future."""


@pytest.fixture
def seat(tmp_path: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seat]:
    """A desk that is enrolled where a root is published."""
    monkeypatch.setattr(catalogue_service, "LOOK", 0.2)
    one = Seat(centre=centre, folder=tmp_path / "desk", home=tmp_path / "agent")
    one.folder.mkdir()
    one.home.mkdir(mode=0o700)
    monkeypatch.setattr(paths, "data_folder", lambda: one.home)
    one.centre.admin.policies.publish_roots(chain(root()))
    one.enrol(one.centre.admin.enrol_code("Billing"))
    with sitting(one):
        yield one


OF_THE_DAY: dict[str, Any] = {"compiled": "2026-11-30", "sources": []}


def raw(seq: int = SEQ) -> bytes:
    return made(seq, **OF_THE_DAY)


def acme(seat: Seat) -> State:
    """Say what the running agent's engine knows of a program that only the pack knows."""
    known = seat.agent.engine.state.facts.get(LifecyclesKnown)
    assert known is not None
    assert known.programs is not None
    now = Today(day=known.programs.compiled, compiled=known.programs.compiled)
    return known.programs.match("Acme 5.1", "", "", now=now).state


def test_row_187_a_catalogue_comes_to_the_desk_and_stays(
    seat: Seat, capsys: pytest.CaptureFixture[str]
) -> None:
    assert acme(seat) is State.UNKNOWN
    seat.centre.admin.catalogues.add(raw())
    seat.until(lambda: asked(seat) and acme(seat) is State.SUPPORTED)
    assert packs(seat.home, system_clock()).start().seq == SEQ
    assert main(["catalogue", "show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["seq"], shown["shipped"], shown["refused"]) == (SEQ, False, None)


def test_row_187_a_thief_s_catalogue_is_refused_once_noted_and_shown(
    seat: Seat, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = signed(pack.written(document(SEQ, **OF_THE_DAY)), "thief")
    thief = Added(seq=SEQ, digest="0" * 64, at=0.0, by="thief")
    seat.centre.admin._database.run(lambda c: stored.put(c, thief, forged))

    def noted() -> bool:
        return packs(seat.home, system_clock()).start().refused is not None

    seat.until(lambda: asked(seat) and noted())
    assert acme(seat) is State.UNKNOWN
    assert packs(seat.home, system_clock()).start().shipped
    assert main(["catalogue", "show"]) == 0
    assert "another one was offered" in capsys.readouterr().out


def test_row_187_one_that_could_not_be_kept_is_fetched_again(seat: Seat) -> None:
    (seat.home / kept_pack.FILE).mkdir()  # no file can be put in its place
    seat.centre.admin.catalogues.add(raw())
    seat.until(lambda: asked(seat) and (seat.home / kept_pack.MARK).exists())
    assert acme(seat) is State.UNKNOWN
    (seat.home / kept_pack.FILE).rmdir()
    seat.until(lambda: asked(seat) and acme(seat) is State.SUPPORTED)


def test_row_187_a_person_at_the_desk_fetches_it_or_gives_a_file(
    seat: Seat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "catalogue.signed"
    file.write_bytes(raw())
    assert main(["catalogue", "update", str(file)]) == 0
    assert f"The catalogue {SEQ} was taken." in capsys.readouterr().out
    seat.until(lambda: acme(seat) is State.SUPPORTED)  # the running agent sees it
    seat.centre.admin.catalogues.add(raw(SEQ + 1))
    assert main(["catalogue", "update", "--from-endpoint"]) == 0
    assert f"The catalogue {SEQ + 1} was taken." in capsys.readouterr().out
    with pytest.raises(PackRejected):
        packs(seat.home, system_clock()).offer(raw(SEQ))
    assert main(["catalogue", "update", str(file)]) == 2
    assert f"catalogue {SEQ} was offered" in capsys.readouterr().err
    assert main(["catalogue", "show", "--not-matched"]) == 0
    assert "CVE-2026-1" in capsys.readouterr().out
