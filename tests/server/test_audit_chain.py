"""The audit log is one chain: exported, verified as a desk's journal, and blanked with proof."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import Connection, select, text

from agentguard.base.errors import JournalBroken, StoreError
from agentguard.server.admin.accounts import Admin
from agentguard.server.jobs.retention import Retention
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import audit_chain
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import connect
from agentguard.server.store.records import ages, audit
from agentguard.server.store.records.legal_holds import Asked, place
from agentguard.server.store.schema.tables import audit_log
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.verify import Verified, verify_file
from tests.server import recorded
from tests.server.conftest import START, Time
from tests.server.migrated import migrated
from tests.server.test_migrations import empty
from tests.unit.store.second_verifier import Asked as Wanted
from tests.unit.store.second_verifier import judged

__all__ = ["empty"]
DAY = 86_400.0
WRITERS, ACTS = 4, 60


class House:
    """An endpoint's database with an administrator and a clock."""

    def __init__(self, settings: ServerSettings, folder: Path) -> None:
        self.settings, self.folder, self.time = settings, folder, Time()
        self.admin = Admin(settings, self.time)
        self.database: Database = self.admin._database
        self.key = self.admin.receipt_key
        self._exports = 0

    def note(self, actor: str, act: str = "code.made", subject: str = "billing") -> None:
        self.database.run(lambda c: audit.note(c, self.time(), actor, act, subject))

    def sql(self, statement: str, **values: object) -> None:
        self.database.run(lambda c: c.execute(text(statement), values))

    def sign(self) -> None:
        self.database.run(lambda c: audit_chain.sign(c, self.admin._keys, self.time()))

    def export(self) -> Path:
        self._exports += 1
        file = self.folder / f"audit-{self._exports}.jsonl"
        self.admin.export_audit(file)
        return file

    def verified(self) -> Verified:
        """Export and verify; both verifiers must find the same open."""
        file, now = self.export(), self.time()
        found = verify_file(file, Demands(key=self.key, now=now, since=now - 7 * DAY))
        ids = sorted(note.id.removeprefix("journal-review.") for note in found.review)
        second = judged(file.read_bytes(), Wanted(key=self.key, now=now, since=now - 7 * DAY))
        assert second is not None
        assert sorted(second.elements()) == ids
        return found

    def open(self) -> list[str]:
        return [note.id.removeprefix("journal-review.") for note in self.verified().review]


@pytest.fixture
def house(tmp_path: Path, address: str) -> Iterator[House]:
    made = House(migrated(ServerSettings(data=tmp_path / "data", database=address)), tmp_path)
    yield made
    made.admin.close()


def test_row_87_the_audit_log_is_exported_and_proved_as_a_journal_is(house: House) -> None:
    for name in ("ann", "bea", "Zoë"):
        house.note(name)
    found = house.verified()
    assert found.review == ()
    assert (found.device, found.receipted) == ("endpoint", found.last)
    raw = (house.folder / "audit-1.jsonl").read_text("utf-8")
    assert json.dumps("Zoë")[1:-1] in raw
    with pytest.raises(StoreError, match="could not be written"):
        house.admin.export_audit(house.folder / "audit-1.jsonl")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_log SET actor = 'nobody' WHERE seq = 3",
        "UPDATE audit_log SET act = 'sign-in' WHERE seq = 3",
        "UPDATE audit_log SET at = at - 60 WHERE seq = 3",
        "DELETE FROM audit_log WHERE seq = 3",
        "UPDATE audit_log SET actor = '', subject = '', salt = NULL WHERE seq = 3",
        "UPDATE audit_log SET body = replace(body, '365', '1') WHERE act = 'journal.header'",
        "UPDATE audit_head SET header = replace(header, '365', '1')",
        "UPDATE audit_checkpoint SET seq = seq + 1",
        "UPDATE audit_checkpoint SET receipt = replace(receipt, '2026', '2027')",
    ],
)
def test_row_87_whoever_can_write_the_database_changes_no_act_unseen(
    change: str, house: House
) -> None:
    for name in ("ann", "bea", "cem", "dan"):
        house.note(name)
    assert house.open() == []
    house.sql(change)
    if "checkpoint SET seq" in change:
        house.note("eve")  # nothing signed is lost by a number of a table alone
        assert house.open() == []
        return
    try:
        assert house.open() == ["erased"]
    except JournalBroken:
        return
    assert "salt" in change


def test_an_audit_log_that_was_cut_back_is_not_what_the_checkpoint_signed(house: House) -> None:
    house.note("ann")
    house.sign()
    house.note("bea")
    before = house.export()
    whole = verify_file(before, Demands(key=house.key))
    house.sql("DELETE FROM audit_log WHERE seq > 2")
    house.sql("DELETE FROM audit_checkpoint WHERE seq > 2")
    house.sql("UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit_log WHERE seq = 2)")
    cut = verify_file(house.export(), Demands(key=house.key, least=whole.last))
    assert [note.id for note in cut.review] == ["journal-review.least"]


def test_an_act_that_is_undone_leaves_no_hole_in_the_chain(house: House) -> None:
    def fails(connection: Connection) -> None:
        audit.note(connection, 1.0, "ann", "tried")
        raise ValueError("undone")

    for _ in range(3):
        with pytest.raises(ValueError, match="undone"):
            house.database.run(fails)
        house.note("bea")
    assert house.open() == []


def test_row_87_many_writers_write_one_chain_and_none_waits_long(house: House) -> None:
    others = [connect(house.settings) for _ in range(WRITERS)]
    slowest = [0.0] * WRITERS
    failed: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(ACTS):
                begun = perf_counter()
                others[number].run(lambda c: audit.note(c, START, f"writer-{number}", "wrote"))
                slowest[number] = max(slowest[number], perf_counter() - begun)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=write, args=(n,), daemon=True) for n in range(WRITERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    for database in others:
        database.close()
    assert failed == []
    found = house.verified()
    assert found.review == ()
    assert found.entries == WRITERS * ACTS + 2, "the header and the export itself"
    assert max(slowest) < 30.0


def test_what_is_old_is_blanked_with_proof_and_its_hash_stays(house: House) -> None:
    house.note("ann", subject="about cem")
    house.note("bea")
    house.database.run(
        lambda c: place(c, Asked(kind="person", subject="bea", reason="a claim"), "dan", START)
    )
    house.sign()
    house.time.at += 200 * DAY
    house.note("eve")
    house.sign()
    house.time.at += 166 * DAY
    house.note("fay")
    house.sign()
    Retention(house.database, house.time()).run()
    kept = house.database.run(lambda c: list(c.scalars(select(audit_log.c.actor))))
    assert "ann" not in kept
    assert {"bea", "eve"} <= set(kept), "held, or too young"
    found = house.verified()
    assert found.review == ()
    assert found.erased >= 1
    raw = (house.folder / f"audit-{house._exports}.jsonl").read_text("utf-8")
    assert "ann" not in raw
    assert "cem" not in raw


def test_no_clock_and_no_sql_blanks_early_unseen(house: House) -> None:
    house.note("ann")
    house.sign()
    house.time.at += 400 * DAY
    Retention(house.database, house.time()).run()  # the clock alone went on: nothing was signed
    assert "ann" in house.database.run(lambda c: list(c.scalars(select(audit_log.c.actor))))
    assert house.open() == []


def test_another_retention_is_written_into_the_chain(house: House) -> None:
    house.database.run(lambda c: ages.put(c, "audit", 500, "ann", house.time()))
    file = house.export()
    assert json.loads(file.read_bytes().splitlines()[0])["retention"] == 500
    assert verify_file(file, Demands(key=house.key)).review == ()


def test_row_87_what_stood_there_before_is_chained_with_a_mark(empty: str, tmp_path: Path) -> None:
    recorded.lay(empty)
    house = House(ServerSettings(data=tmp_path / "data", database=empty), tmp_path)
    asked = select(audit_log.c.seq, audit_log.c.act, audit_log.c.subject)
    house.sql("DELETE FROM audit_checkpoint")  # what the record has of them nobody signed
    rows = house.database.run(lambda c: c.execute(asked.order_by(audit_log.c.seq)).all())
    assert [tuple(row)[:2] for row in rows[:3]] == [(n, "sign-in") for n in (1, 2, 3)]
    assert tuple(rows[3]) == (4, "audit.chained", "3")
    house.note("ann")
    assert house.open() == ["header-late"]
    Retention(house.database, house.time()).run()
    found = house.verified()
    assert found.erased == 4, "what was old before goes by its own time"
    assert [note.id for note in found.review] == ["journal-review.header-late"]
    house.admin.close()
