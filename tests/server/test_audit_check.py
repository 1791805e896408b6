"""The endpoint verifies its own audit log each day, and says so when it does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from agentguard.base import translations
from agentguard.cli import main
from agentguard.server.admin import doctor, overview
from agentguard.server.feeds import metrics
from agentguard.server.feeds.outbox import Outbox
from agentguard.server.jobs.audit_check import AGAIN, AT_START, EVERY, AuditCheck, last_head
from agentguard.server.jobs.retention import Retention
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.settings import HEAD_FILE, ServerSettings
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.engine.causes import Named, logged
from agentguard.server.store.records import audit_check, audit_standing
from agentguard.server.store.records.audit_check import Place, StoppedError, Why
from agentguard.server.store.records.audit_standing import OLD, State
from agentguard.server.store.schema.audit_tables import audit_checkpoint, audit_head
from agentguard.server.store.schema.feed_tables import feed_outbox
from agentguard.server.store.schema.identity_tables import endpoint_sign
from agentguard.server.store.schema.tables import audit_log, incident
from agentguard.server.tamper import strangers
from agentguard.server.tamper.kinds import AUDIT_BROKEN
from tests.server.conftest import PASSWORD
from tests.server.migrated import migrated
from tests.server.test_audit_chain import DAY, House
from tests.server.test_unruly import until

WORDS = translations.load()
CUT_BACK = (
    "DELETE FROM audit_log WHERE seq > 4",
    "DELETE FROM audit_checkpoint WHERE seq > 4",
    "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit_log WHERE seq = 4)",
)
TAMPERED = {
    "changed": (Why.CHANGED, "UPDATE audit_log SET actor = 'nobody' WHERE seq = 3"),
    "changed-time": (Why.CHANGED, "UPDATE audit_log SET at = at - 60 WHERE seq = 3"),
    "cut-out": (Why.CHANGED, "DELETE FROM audit_log WHERE seq = 3"),
    "reordered": (
        Why.CHANGED,
        "UPDATE audit_log SET seq = -3 WHERE seq = 3",
        "UPDATE audit_log SET seq = 3 WHERE seq = 2",
        "UPDATE audit_log SET seq = 2 WHERE seq = -3",
    ),
    "words-changed-places": (
        Why.CHANGED,
        "UPDATE audit_log SET actor = 'cem' WHERE seq = 3",
        "UPDATE audit_log SET actor = 'bea' WHERE seq = 4",
    ),
    "tail-removed": (Why.CUT, "DELETE FROM audit_log WHERE seq > 4"),
    "tail-and-head-removed": (Why.CUT, CUT_BACK[0], CUT_BACK[2]),
    "truncated-to-a-checkpoint": (Why.FORGOTTEN, *CUT_BACK),
    "head-changed": (
        Why.CHANGED,
        "UPDATE audit_head SET hash = (SELECT hash FROM audit_log WHERE seq = 2)",
    ),
    "emptied": (
        Why.ERASED,
        "UPDATE audit_log SET actor = '', subject = '', salt = NULL WHERE seq = 3",
    ),
    "no-signatures": (Why.UNSIGNED, "DELETE FROM audit_checkpoint"),
    "one-signature-less": (Why.UNSIGNED, "DELETE FROM audit_checkpoint WHERE seq > 4"),
    "forged-signature": (
        Why.UNSIGNED, "UPDATE audit_checkpoint SET receipt = replace(receipt, '2026', '2027')",
    ),
    "other-header": (Why.CHANGED, "UPDATE audit_head SET header = replace(header, '365', '1')"),
    "no-chain": (Why.EXPORT, "UPDATE audit_log SET commitment = NULL WHERE seq = 3"),
    "no-header": (Why.EXPORT, "UPDATE audit_head SET header = ''"),
}  # fmt: skip


class Endpoint(House):
    """An endpoint's database, and its job of auditing itself."""

    def job(self, stopped: Event | None = None) -> AuditCheck:
        return AuditCheck(
            database=self.database,
            settings=self.settings,
            keys=self.admin._keys,
            now=self.time,
            stopped=stopped or Event(),
            listener=Outbox(),
        )

    def check(self) -> None:
        """Check as a process does that has just started, later than any other one."""
        self.time.at += AT_START
        self.job().run()

    def acts(self) -> list[tuple[str, str]]:
        asked = select(audit_log.c.act, audit_log.c.subject).where(
            audit_log.c.act.in_(["audit.verified", "audit.broken", "audit.unread"])
        )
        return [
            (row.act.removeprefix("audit."), row.subject)
            for row in self.database.run(lambda c: c.execute(asked.order_by(audit_log.c.id)).all())
        ]

    def standing(self) -> tuple[State, str]:
        found = self.database.run(lambda c: audit_standing.read(c, self.time()))
        return found.state, found.why

    def signs(self) -> list[tuple[int, bool]]:
        asked = select(endpoint_sign).where(endpoint_sign.c.kind == AUDIT_BROKEN.id)
        rows = self.database.run(lambda c: c.execute(asked.order_by(endpoint_sign.c.id)).all())
        return [(row.times, row.signed_at is not None) for row in rows]

    def sign_off(self) -> None:
        by = Visitor(name="olga", role="officer", token="", scope=None)
        (one,) = self.database.run(lambda c: strangers.waiting(c, None))
        assert one.stays
        self.database.run(lambda c: strangers.sign_off(c, one.id, by, self.time(), "restored"))

    def incidents(self) -> list[tuple[str, str, str]]:
        asked = select(incident.c.about, incident.c.severity, incident.c.state)
        return [tuple(row) for row in self.database.run(lambda c: c.execute(asked).all())]

    def examined(self) -> str:
        found = doctor.examine(self.settings, self.time)
        (one,) = [each for each in found if each.name == "audit"]
        return f"{one.health} {WORDS.render(one.what)}"


@pytest.fixture
def endpoint(tmp_path: Path, address: str) -> Iterator[Endpoint]:
    made = Endpoint(migrated(ServerSettings(data=tmp_path / "data", database=address)), tmp_path)
    for name in ("ann", "bea", "cem"):
        made.note(name)
    made.sign()
    made.note("dan")
    yield made
    made.admin.close()


def test_row_342_an_audit_log_that_holds_is_an_act_each_day_and_at_each_start(
    endpoint: Endpoint,
) -> None:
    assert endpoint.standing() == (State.UNKNOWN, "never")
    assert "never" not in endpoint.examined()
    assert "was not verified yet" in endpoint.examined()
    endpoint.check()
    assert endpoint.acts() == [("verified", "5:first")]
    assert endpoint.standing() == (State.HELD, "")
    running = endpoint.job()
    running.run()
    assert len(endpoint.acts()) == 1, "another process has just done it"
    endpoint.time.at += EVERY - 1
    running.run()
    assert len(endpoint.acts()) == 1
    endpoint.time.at += 1
    running.run()
    assert endpoint.acts()[1:] == [("verified", "6")]
    endpoint.check()
    assert endpoint.acts()[2:] == [("verified", "7")]
    assert endpoint.incidents() == []
    assert "good The audit log holds" in endpoint.examined()
    endpoint.time.at += OLD + 1
    assert endpoint.standing() == (State.UNKNOWN, "old")
    assert "nobody can tell" in endpoint.examined()
    assert endpoint.verified().review == (), "its acts are in the chain"


def test_row_342_an_endpoint_that_has_just_begun_has_a_log_that_holds(
    tmp_path: Path, address: str
) -> None:
    """Nobody did anything yet: that is no break, and no incident of the first day."""
    settings = migrated(ServerSettings(data=tmp_path / "data", database=address))
    made = Endpoint(settings, tmp_path)
    try:
        made.check()
        assert made.acts() == [("verified", "1:first")]
        assert made.standing() == (State.HELD, "")
        assert (made.signs(), made.incidents()) == ([], [])
        made.note("ann")
        made.check()
        for table in (audit_log, audit_checkpoint, audit_head):
            made.database.run(lambda c, table=table: c.execute(table.delete()))
        made.check()
        assert made.standing()[0] is State.BROKEN
        assert made.incidents() != []
    finally:
        made.admin.close()


@pytest.mark.parametrize("name", TAMPERED)
def test_row_342_what_was_done_to_the_audit_log_is_found_and_told_to_the_officer(
    name: str, endpoint: Endpoint
) -> None:
    why, *statements = TAMPERED[name]
    endpoint.check()
    assert endpoint.acts() == [("verified", "5:first")]
    for one in statements:
        endpoint.sql(one)
    endpoint.time.at += AT_START
    found = endpoint.database.snapshot(
        lambda c: audit_check.check(c, endpoint.key, last_head(endpoint.settings.data) or Place())
    )
    assert found.why is why
    if name in {"no-header", "head-changed"}:
        return  # nothing can be written into what has no head: the database itself refuses it
    endpoint.check()
    assert endpoint.acts()[-1][0] == "broken"
    assert endpoint.acts()[-1][1].partition(":")[0] == why
    assert endpoint.standing() == (State.BROKEN, "")
    assert endpoint.signs() == [(1, False)]
    assert endpoint.incidents() == [("tamper:audit-broken", "critical", "open")]
    kinds = endpoint.database.run(lambda c: c.scalars(select(feed_outbox.c.body)).all())
    assert sum("audit-broken" in body for body in kinds) == 1, "feeds tell of the sign"
    assert "bad The audit log does not hold" in endpoint.examined()


def test_row_342_what_was_forgotten_is_still_missed_when_much_has_come_since(
    endpoint: Endpoint,
) -> None:
    endpoint.check()
    for one in CUT_BACK:
        endpoint.sql(one)
    for _ in range(5):
        endpoint.note("eve")
    endpoint.sign()
    assert endpoint.open() == [], "the database alone shows nothing of it"
    endpoint.check()
    assert endpoint.acts()[-1] == ("broken", "forgotten:5")


def test_row_342_a_break_that_was_signed_off_is_no_new_sign_and_another_one_is(
    endpoint: Endpoint,
) -> None:
    endpoint.check()
    endpoint.sql("UPDATE audit_log SET actor = 'nobody' WHERE seq = 3")
    endpoint.check()
    endpoint.check()
    assert endpoint.signs() == [(2, False)]
    endpoint.sign_off()
    for _ in range(8):
        endpoint.check()
    assert endpoint.signs() == [(2, True)]
    assert endpoint.standing() == (State.BROKEN, ""), "it is said all the same"
    endpoint.sql("UPDATE audit_log SET actor = 'nobody' WHERE seq = 2")
    endpoint.check()
    assert endpoint.signs() == [(2, True), (1, False)]
    assert len(endpoint.incidents()) == 1


def test_row_342_what_retention_has_blanked_with_proof_is_no_break(endpoint: Endpoint) -> None:
    endpoint.check()
    for _ in range(3):
        endpoint.time.at += 200 * DAY
        endpoint.note("eve")
        endpoint.sign()
        endpoint.check()
    Retention(endpoint.database, endpoint.time()).run()
    kept = endpoint.database.run(lambda c: list(c.scalars(select(audit_log.c.actor))))
    assert "ann" not in kept
    endpoint.check()
    assert endpoint.acts()[-1][0] == "verified"


def test_row_342_a_clock_that_was_set_back_is_no_break(endpoint: Endpoint) -> None:
    endpoint.note("ann")
    endpoint.time.at -= 3600
    endpoint.note("bea")
    endpoint.check()
    assert endpoint.standing() == (State.HELD, "")


def test_row_343_what_could_not_be_read_is_said_to_be_unknown_and_tried_again_soon(
    endpoint: Endpoint,
) -> None:
    endpoint.check()
    kept = endpoint.settings.data / HEAD_FILE
    kept.write_bytes(b"{")
    with pytest.raises(Named) as named:
        endpoint.check()
    assert "audit-head.json" in logged(named.value)
    assert "report it" not in logged(named.value), "it is no mistake of the program"
    assert endpoint.acts()[-1] == ("unread", "")
    assert endpoint.standing() == (State.UNKNOWN, "unread")
    assert f"care The file {kept}, against which" in endpoint.examined()
    running = endpoint.job()
    endpoint.time.at += AGAIN - 1
    running._begun = True
    running.run()
    assert len(endpoint.acts()) == 2
    kept.unlink()
    endpoint.time.at += 1
    running.run()
    assert endpoint.standing() == (State.HELD, "")
    assert endpoint.acts()[-1][1].endswith(":first")


def test_row_343_a_database_that_refuses_the_reading_leaves_it_unknown(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise SQLAlchemyError("away")

    endpoint.check()
    monkeypatch.setattr(audit_check, "check", refuse)
    with pytest.raises(SQLAlchemyError):
        endpoint.check()
    assert endpoint.standing() == (State.UNKNOWN, "unread")


def test_row_343_an_endpoint_that_ends_meanwhile_says_nothing_and_checks_again(
    endpoint: Endpoint,
) -> None:
    stopped = Event()
    stopped.set()
    endpoint.time.at += AT_START
    endpoint.job(stopped).run()
    assert endpoint.acts() == []
    with pytest.raises(StoppedError):
        endpoint.database.snapshot(
            lambda c: audit_check.check(c, endpoint.key, Place(), stopped.is_set)
        )
    endpoint.time.at += AGAIN
    running = endpoint.job()
    running._begun = True
    running.run()
    assert [act for act, _ in endpoint.acts()] == ["verified"]


def test_row_342_it_is_told_in_readiness_figures_status_and_console(
    running: Any, connect: Any, browse: Any, add_known: Any
) -> None:
    jobs = Jobs(running.admin._database, running.settings, running.time)
    data = str(running.settings.data)
    add_known(running, "olga", PASSWORD, "officer")

    def seen() -> Any:
        olga = browse(running)
        olga.sign_in("olga", PASSWORD)
        return olga

    def told() -> tuple[dict[str, str], str]:
        running.time.at += 2
        assert main(["server", "metrics-token", "--data", data]) == 0
        token = (running.settings.data / metrics.FILE).read_text().strip()
        with connect(running) as http:
            answer = http.get("/readyz")
            figures = http.get(metrics.PATH, headers={"authorization": f"Bearer {token}"}).text
        assert answer.status_code == 200
        return answer.json().get("degraded", {}) if answer.content else {}, figures

    degraded, figures = told()
    assert degraded == {}, "what was not looked at yet is no alarm"
    assert 'agentguard_audit_log{state="unknown"} 1.0' in figures
    assert "agentguard_audit_check_age_seconds" not in figures
    jobs.do()
    degraded, figures = told()
    assert degraded == {}
    assert 'agentguard_audit_log{state="held"} 1.0' in figures
    assert "agentguard_audit_check_age_seconds 2.0" in figures
    running.admin._database.run(
        lambda c: c.execute(text("UPDATE audit_log SET actor = 'nobody' WHERE seq = 2"))
    )
    running.time.at += EVERY
    jobs.do()
    until(lambda: told()[0])
    degraded, figures = told()
    assert degraded == {"audit-check": WORDS.say("server.doctor.audit-broken", hours=0)}
    assert 'agentguard_audit_log{state="broken"} 1.0' in figures
    assert 'agentguard_tamper_open{kind="audit-broken"} 1.0' in figures
    shown = overview.read(
        running.settings, lambda c: overview.status(c, running.settings, running.time())
    )
    assert shown["audit_log"] == "broken"
    assert shown["audit_checked"]
    page = seen().get("/tamper").text
    assert WORDS.say("tamper.audit-broken.title") in page.replace("&#39;", "'")
    running.time.at += 2 * AT_START
    over = f">{WORDS.say('console.tamper.over')}<"
    assert over not in seen().get("/tamper").text, "it is not over by itself"


def test_row_342_after_a_restore_the_last_head_of_before_counts_no_more(
    endpoint: Endpoint,
) -> None:
    from agentguard.server.backup import restoration  # noqa: PLC0415 - only here

    endpoint.check()
    kept = endpoint.settings.data / HEAD_FILE
    assert json.loads(kept.read_bytes())["seq"] == 5
    assert kept.stat().st_mode & 0o777 == 0o600
    restoration._put_keys(endpoint.settings.data, {}, WORDS)
    assert not kept.exists()
