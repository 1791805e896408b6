"""An enrolled computer seals its journal with a key from the best place that is open."""

from __future__ import annotations

from pathlib import Path

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.ports.secrets import Places
from agentguard.runtime import stores
from agentguard.store.agent_store import Store, open_store


def opened(folder: Path, place: SimulatedPlace, device: SimulatedPlace | None = None) -> Store:
    places = Places(vault=(place,), device=(device or SimulatedPlace("device"),))
    box = stores.box(folder, places)
    return open_store(folder, sealer=stores.sealer(folder), box=box)


def write(store: Store, note: str) -> None:
    at = Moment(boot=1.0, wall=1_790_000_000.0)
    store.journal.commit([Record(kind="x", at=at, payload={"note": note})], {})


def notes(store: Store) -> list[object]:
    entries = store.journal.read(0, 99)
    return [e.record.payload.get("note") for e in entries if e.record.kind == "x"]


def test_without_an_enrolment_nothing_is_sealed_and_nothing_is_asked(tmp_path: Path) -> None:
    place = SimulatedPlace()
    store = opened(tmp_path, place)
    write(store, "clear")
    store.close()
    assert b"clear" in (tmp_path / "journal.db").read_bytes()
    assert not place.kept


def test_after_the_enrolment_all_of_it_is_sealed_with_a_key_of_the_place(tmp_path: Path) -> None:
    place = SimulatedPlace()
    store = opened(tmp_path, place)
    write(store, "clear")
    store.close()
    (tmp_path / stores.ENROLMENT).write_text("{}")
    store = opened(tmp_path, place)
    write(store, "sealed")
    assert notes(store) == ["clear", "sealed"]
    assert store.journal.seals()
    store.close()
    raw = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"clear" not in raw
    assert b"sealed" not in raw.replace(b"sealed BLOB", b"")
    assert not (tmp_path / "journal.key").exists(), "the key lies in the better place"
    store = opened(tmp_path, place)
    assert notes(store) == ["clear", "sealed"]
    store.close()


def test_a_place_that_lost_the_key_gets_another_and_what_comes_after_is_read(
    tmp_path: Path,
) -> None:
    place = SimulatedPlace()
    (tmp_path / stores.ENROLMENT).write_text("{}")
    store = opened(tmp_path, place)
    write(store, "before")
    store.close()
    place.kept.clear()
    store = opened(tmp_path, place)
    assert notes(store) == [None]
    write(store, "after")
    store.close()
    store = opened(tmp_path, place)
    assert notes(store) == [None, "after"]
    assert store.journal.verify()[1]
    store.close()


def test_what_was_sealed_is_read_when_the_place_of_the_devices_key_is_emptied(
    tmp_path: Path,
) -> None:
    place, device = SimulatedPlace(), SimulatedPlace("device")
    (tmp_path / stores.ENROLMENT).write_text("{}")
    store = opened(tmp_path, place, device)
    write(store, "before")
    store.close()
    device.kept.clear()
    store = opened(tmp_path, place, device)
    assert notes(store) == ["before"]
    store.close()
