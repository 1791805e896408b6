"""Row 100: the endpoint makes a desk's hashes anew, and what does not follow is a sign."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agentguard.model.moments import Moment
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.store.engine.times import iso
from agentguard.server.store.floor import pages
from agentguard.server.store.reports.batch_state import Held
from agentguard.server.tamper import items, kinds
from agentguard.server.tamper.chained import Judged, judge
from agentguard.store.agent_store import Store, open_in_memory, open_store
from agentguard.store.outbox_lanes import Bounds
from agentguard.wire import v1
from tests.server.clients import Browser
from tests.server.linked import Told, event, record

NOTHING = Held("active", b"", 1, 0, None, "", posture=False, digest=None, flagged=False)
AT = Moment(boot=500.0, wall=1_790_000_500.5)
OTHER = "cd" * 32
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _no_jobs_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint's own sweeps would look at another moment than the test."""
    monkeypatch.setattr(Jobs, "start", lambda _self: None)


def after(held: Held, report: v1.Report, found: Judged) -> Held:
    return msgspec.structs.replace(
        held, epoch=report.epoch, seq=report.seq, hash=report.hash, linked=found.linked
    )


def known(told: Told) -> Held:
    """Report twice; give what the endpoint knows then."""
    held = NOTHING
    for _ in range(2):
        told.write()
        report = told.report()
        found = judge(report, held)
        assert found == Judged(linked=1)
        held = after(held, report, found)
        told.receipted(report)
    return held


def test_row_100_an_honest_desk_is_verified_from_its_first_entry_on() -> None:
    told = Told()
    held = known(told)
    assert judge(told.report(), held) == Judged(linked=1), "with nothing new"
    told.write()
    assert judge(told.report(), held) == Judged(linked=1)
    told.cursor = 3
    assert judge(told.report(), held) == Judged(linked=1), "a receipt was lost"
    told.cursor = 0
    again = told.of(told.journal.read(0, 5))
    assert judge(again, held) == Judged(linked=1), "what is held already is told again"


def test_row_100_a_report_as_long_as_may_be_is_followed_and_small_enough() -> None:
    told = Told()
    held = known(told)
    told.write(v1.MAX_EVENTS)
    report = told.report()
    assert len(report.links) == v1.MAX_EVENTS
    assert judge(report, held) == Judged(linked=1)
    bare = msgspec.structs.replace(report, links=(), previous="")
    more = len(msgspec.json.encode(report)) - len(msgspec.json.encode(bare))
    assert more / v1.MAX_EVENTS < 130, "bytes for each entry"


def mutations(report: v1.Report) -> Iterator[tuple[str, v1.Report]]:
    """Give every report that differs in one thing of those that the hashes are made of."""
    change = msgspec.structs.replace
    for name, value in (
        ("hash", OTHER), ("hash", ""), ("previous", OTHER), ("previous", ""),
        ("seq", report.seq + 1), ("links", ()), ("links", report.links[:-1]),
        ("events", report.events[1:]), ("events", report.events[:-1]),
    ):  # fmt: skip
        yield name, change(report, **{name: value})
    places = range(len(report.events))
    for place in places:
        one, link = report.events[place], report.links[place]
        told: list[v1.Event] = [change(one, kind="session.unlocked"), change(one, seq=one.seq + 9)]
        told.append(change(one, at=iso(link.wall + 1)))
        for wrong in told:
            yield f"event {place}", change(report, events=_with(report.events, place, wrong))
        digest = base64.b64decode(link.commitment)
        other = base64.b64encode(bytes([digest[0] ^ 1]) + digest[1:]).decode()
        for wrong_link in (
            change(link, boot=link.boot + 1), change(link, wall=link.wall + 0.0001),
            change(link, commitment=other), change(link, commitment=""),
            change(link, commitment="ä"), change(link, previous=OTHER),
            change(link, epoch=-1), change(link, epoch=2),
        ):  # fmt: skip
            if (place, wrong_link.previous) != (0, OTHER):
                yield f"link {place}", change(report, links=_with(report.links, place, wrong_link))
    without = [at for at in places if at != 1]
    yield (
        "left out",
        change(
            report,
            events=tuple(report.events[at] for at in without),
            links=tuple(report.links[at] for at in without),
        ),
    )


def _with(every: Any, place: int, one: Any) -> Any:
    return (*every[:place], one, *every[place + 1 :])


def test_row_100_whatever_is_changed_of_what_is_told_is_a_sign() -> None:
    told = Told()
    held = known(told)
    told.write(4)
    report = told.report()
    seen = 0
    for name, wrong in mutations(report):
        found = judge(wrong, held)
        assert found.sign is kinds.JOURNAL_CHAIN, (name, found)
        assert found.linked is None
        seen += 1
    assert seen > 40


@pytest.mark.parametrize("whole", [True, False])
def test_row_100_a_journal_that_was_written_anew_is_a_sign(whole: bool) -> None:
    """Every hash fits, but they do not go on from the one that was receipted."""
    told = Told()
    held = known(told)
    forged = Told(count=50)
    forged.write(held.seq or 0)
    forged.write(4)
    forged.cursor = 0 if whole else held.seq or 0
    found = judge(forged.report(), held)
    assert found == Judged(
        sign=kinds.JOURNAL_CHAIN, params={"how": "start", "entry": held.seq or 0}
    )


@pytest.mark.parametrize("value", [("hash", OTHER), ("hash", ""), ("seq", 99)])
def test_row_100_a_head_without_entries_is_the_one_that_was_receipted(value: Any) -> None:
    told = Told()
    held = known(told)
    wrong = msgspec.structs.replace(told.report(), **{value[0]: value[1]})
    assert judge(wrong, held).sign is kinds.JOURNAL_CHAIN
    unlinked = msgspec.structs.replace(held, linked=None)
    assert judge(wrong, unlinked) == Judged(), "of an older agent nothing is said"


def test_row_100_an_older_agent_is_not_verified_and_one_that_goes_back_to_it_is_a_sign() -> None:
    told = Told()
    told.write()
    report = told.report(linked=False)
    assert judge(report, NOTHING) == Judged()
    held = after(NOTHING, report, Judged())
    told.receipted(report)
    told.write()
    newer = told.report()
    found = judge(newer, held)
    assert found == Judged(linked=4), "its last hash was told before: it goes on from there"
    older = told.report(linked=False)
    back = judge(older, after(held, newer, found))
    assert back == Judged(sign=kinds.JOURNAL_CHAIN, params={"how": "untold", "entry": 6})


class TestEpochs:
    """What an epoch does to the chain."""

    def test_row_100_one_that_nothing_tells_of_is_a_sign(self) -> None:
        told = Told()
        held = known(told)
        told.write()
        secret = msgspec.structs.replace(told.report(), epoch=2)
        assert judge(secret, held) == Judged(sign=kinds.JOURNAL_NEW)

    @pytest.mark.parametrize("reason", ["conflict", "first", ""])
    def test_row_100_one_that_excuses_itself_is_a_sign(self, reason: str) -> None:
        told = Told()
        held = known(told)
        told.journal.begin_epoch(reason, AT)
        assert judge(told.report(), held) == Judged(sign=kinds.JOURNAL_NEW)

    def test_row_100_one_that_the_endpoint_asked_for_is_none(self) -> None:
        """As after a restored disk: entries of the old epoch are told under the new one."""
        told = Told()
        held = msgspec.structs.replace(known(told), status="conflict")
        told.cursor = 3
        told.write()
        told.journal.begin_epoch("conflict", AT)
        told.write()
        report = told.report()
        assert {link.epoch for link in report.links} == {0, 1}
        assert judge(report, held) == Judged(linked=4)

    def test_row_100_what_was_let_go_is_a_gap_and_no_other_sign(self, tmp_path: Path) -> None:
        store = open_store(tmp_path, bounds=Bounds(entries=30))
        told = Told(journal=store.journal)
        held = known(told)
        for _ in range(40):
            told.write(4)
        report = told.report()
        assert report.events[-1].seq - report.since > len(report.events)
        found = judge(report, held)
        assert found.sign is None
        assert found.linked is not None
        assert found.linked > (held.seq or 0) + 1, "verified again after the gap"
        quiet = msgspec.structs.replace(report, since=-1)
        assert judge(quiet, held).sign is kinds.JOURNAL_CHAIN, "who hides the gap has a sign"
        store.close()


class At:
    """An endpoint, and what it says of a desk."""

    def __init__(self, running: Any, desk: Any) -> None:
        self.running, self.desk = running, desk

    def send(self, report: v1.Report) -> Any:
        now = iso(self.running.time.at)
        value = msgspec.structs.replace(report, device=self.desk.id, sent_at=now)
        return self.desk.post(v1.REPORTS, msgspec.json.encode(value))

    def tell(self, told: Told) -> None:
        report = told.report()
        self.desk.receipt(self.send(report))
        told.receipted(report)

    def signs(self) -> set[str]:
        found = self.running.admin._database.run(lambda c: items.still_open(c, [self.desk.id]))
        return set(found.get(self.desk.id, {}))

    def linked(self) -> int | None:
        found = self.running.admin._database.run(lambda c: pages.desk(c, self.desk.id))
        return found.linked if found is not None else None


@pytest.fixture
def at(running: Any, desk: Any) -> At:
    return At(running, desk)


def test_row_100_the_page_of_a_desk_says_from_where_on_its_chain_is_verified(at: At) -> None:
    at.running.admin.add_user("sam", PASSWORD, "admin")
    told = Told()
    told.write()
    older = told.report(linked=False)
    at.desk.receipt(at.send(older))
    told.receipted(older)
    with Browser(at.running) as browser:
        browser.sign_in("sam", PASSWORD)
        assert "Not verified" in browser.get(f"/desk/{at.desk.id}").text
        told.write()
        at.tell(told)
        assert at.linked() == 4
        assert "Verified from entry 4 on" in browser.get(f"/desk/{at.desk.id}").text
    assert at.signs() == set()


def test_row_100_a_difference_is_a_sign_and_costs_no_event(at: At) -> None:
    told = Told()
    told.write()
    at.tell(told)
    forged = Told(count=50)
    forged.write(6)
    forged.cursor = 3
    report = forged.report()
    at.desk.receipt(at.send(report))
    assert at.signs() == {"journal-chain"}
    assert at.linked() is None
    found = at.running.admin._database.run(items.to_review)
    assert [item.params for item in found] == [{"how": "start", "entry": 3}]
    assert [one.seq for one in at.running.admin.seen(at.desk.id).events] == [6, 5, 4, 3, 2, 1]
    forged.receipted(report)
    forged.write()
    at.tell(forged)
    assert at.linked() == 7, "it is verified again from there, and the sign stays"
    assert at.signs() == {"journal-chain"}


def test_row_100_what_is_masked_here_is_verified_as_it_came(at: At) -> None:
    told = Told()
    told.journal.commit([record(1, "incident.reported")], {})
    report = told.report()
    written = msgspec.structs.replace(
        report.events[0], text="Call +49 30 12345678, 4556737586899855"
    )
    at.desk.receipt(at.send(msgspec.structs.replace(report, events=(written,))))
    assert at.signs() == set()
    assert at.linked() == 1
    assert "4556737586899855" not in str(at.running.admin.seen(at.desk.id).events)


def lost(folder: Path) -> Store:
    """Open a store whose database vanished."""
    (folder / "journal.db").unlink()
    return open_store(folder, _Standing())


def garbage(folder: Path) -> Store:
    """Open a store of whose database nothing can be read."""
    for name in ("journal.db-wal", "journal.db-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "journal.db").write_bytes(b"no database" * 4096)
    return open_store(folder, _Standing())


def unwritable(folder: Path) -> Store:
    """Open a journal in memory, since nothing can be written."""
    return open_in_memory(folder)


class _Standing:
    """A clock that stands still."""

    def now(self) -> Moment:
        return AT


@pytest.mark.parametrize("again", [lost, garbage, unwritable])
def test_row_101_a_database_that_is_gone_is_a_sign_however_it_went(
    at: At, tmp_path: Path, again: Callable[[Path], Store]
) -> None:
    store = open_store(tmp_path)
    told = Told(journal=store.journal)
    told.write()
    at.tell(told)
    store.close()
    assert at.signs() == set()
    store = again(tmp_path)
    anew = Told(journal=store.journal, count=20)
    anew.write()
    at.tell(anew)
    assert at.signs() == {"journal-new"}
    store.close()


def test_events_of_entries_have_the_time_of_their_entries() -> None:
    told = Told()
    told.write(1)
    entry = told.journal.read(0, 1)[0]
    assert event(entry).at == entry.record.at.iso
