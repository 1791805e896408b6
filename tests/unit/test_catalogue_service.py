"""The catalogue in force at a desk: told at the start, and when another program has taken one."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import pytest

from agentguard.base.errors import PackRejected
from agentguard.model.events import Event
from agentguard.model.facts import LifecyclesKnown
from agentguard.platforms.simulated import FakeClock
from agentguard.policy import trust_record
from agentguard.policy.trust_record import Trust
from agentguard.runtime import catalogue_service
from agentguard.runtime.catalogue_service import Catalogues, Delivered, packs
from agentguard.software import kept_pack, shipped
from agentguard.trust import dsse
from tests.unit.policy import signing
from tests.unit.software.packing import SEQ, made

DAY = 1_797_768_000.0
"""2026-12-20, at noon."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(wall=DAY)


def pin(folder: Path, **other: object) -> None:
    root = dsse.write(signing.root()).decode()
    trust_record.save(folder, replace_trust(Trust(root=root, root_version=1), **other))


def replace_trust(trust: Trust, **other: object) -> Trust:
    return msgspec.structs.replace(trust, **other)


def test_a_newer_one_is_told_once(tmp_path: Path, clock: FakeClock) -> None:
    pin(tmp_path)
    told: list[Event] = []
    service = Catalogues(packs(tmp_path, clock), clock)
    first = service.first()
    assert first.programs is shipped.matcher()
    assert first.classes is not None
    turns = service.turns(told.append)
    assert next(turns) == catalogue_service.LOOK
    next(turns)
    assert told == []
    Delivered(kept=packs(tmp_path, clock), clock=clock).take(made())
    next(turns)
    next(turns)
    (event,) = told
    assert isinstance(event, LifecyclesKnown)
    assert event.programs is not None
    assert event.programs.compiled.isoformat() == "2026-12-01"


def test_what_the_endpoint_hands_on_is_noted_when_it_is_refused(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    door = Delivered(kept=packs(tmp_path, clock), clock=clock)
    with caplog.at_level(logging.WARNING):
        door.take(made())  # no root is pinned
    assert "a catalogue is refused" in caplog.text
    noted = packs(tmp_path, clock).start().refused
    assert noted is not None
    assert (noted.kind, noted.at) == ("no-root", DAY)
    assert door.seq() == shipped.seq()
    pin(tmp_path)
    assert door.take(made())
    assert door.seq() == SEQ


def test_row_186_only_one_that_could_not_be_kept_is_worth_another_try(
    tmp_path: Path, clock: FakeClock
) -> None:
    pin(tmp_path)
    door = Delivered(kept=packs(tmp_path, clock), clock=clock)
    assert door.take(b"{}")
    (tmp_path / kept_pack.FILE).mkdir()  # no file can be put in its place
    assert not door.take(made())
    (tmp_path / kept_pack.FILE).rmdir()
    assert door.take(made())
    assert door.seq() == SEQ


def test_row_186_what_is_believed_is_lost_so_nothing_is_taken(
    tmp_path: Path, clock: FakeClock
) -> None:
    pin(tmp_path)
    (tmp_path / trust_record.FILE).write_bytes(b"{")
    with pytest.raises(PackRejected) as error:
        packs(tmp_path, clock).offer(made())
    assert error.value.kind == "trust-damaged"


@pytest.mark.parametrize(("wall", "told"), [(0.0, DAY), (DAY, 0.0)])
def test_row_184_a_clock_that_is_behind_takes_no_pack_away(
    tmp_path: Path, wall: float, told: float
) -> None:
    pin(tmp_path, time=told)
    assert packs(tmp_path, FakeClock(wall=wall)).offer(made()).seq == SEQ


def test_row_184_by_no_clock_at_all_it_is_from_the_future(tmp_path: Path) -> None:
    pin(tmp_path)
    with pytest.raises(PackRejected) as error:
        packs(tmp_path, FakeClock(wall=0.0)).offer(made())
    assert error.value.kind == "future"


def test_a_pack_that_is_lost_is_logged_at_the_start(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / kept_pack.FILE).write_bytes(b"{")
    with caplog.at_level(logging.WARNING):
        assert Catalogues(packs(tmp_path, clock), clock).first().programs is shipped.matcher()
    assert "pack.lost" in caplog.text
