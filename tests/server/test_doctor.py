"""What `agentguard server doctor` finds, each thing broken on purpose."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from agentguard.base import translations
from agentguard.cli import main
from agentguard.server import keys
from agentguard.server.admin import doctor
from agentguard.server.admin.doctor import Health
from agentguard.server.listener.certificate import make_certificate
from agentguard.server.settings import ServerSettings
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.records import audit, audit_standing
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from agentguard.server.store.schema.history_tables import job
from agentguard.server.store.schema.tables import device_seen
from tests.server.migrated import migrated
from tests.server.test_outside import certified, curve

DAY = 86400
WORDS = translations.load()


class House:
    """An endpoint's folder in which all is well."""

    def __init__(self, folder: Path) -> None:
        self.settings = ServerSettings(data=folder)
        self.now = time.time()
        self.database: Database = open_database(migrated(self.settings))
        keys.load_or_make(self.settings.key_file)
        make_certificate(folder, ("localhost",), time.time)

        def well(connection: Any) -> None:
            connection.execute(job.insert().values(name="tamper", ran_at=self.now))
            audit.note(connection, self.now, "administrator", "backup.made")
            audit_standing.note(connection, audit_standing.State.HELD, self.now)

        self.database.run(well)

    def found(self) -> dict[str, str]:
        """Give by name what is not good, by the id of its words."""
        every = doctor.examine(self.settings, lambda: self.now)
        for one in every:
            assert not WORDS.render(one.what).startswith("server.doctor"), one
        return {
            one.name: one.what.id.removeprefix("server.doctor.")
            for one in every
            if one.health is not Health.GOOD
        }

    def sql(self, statement: str) -> None:
        self.database.run(lambda c: c.execute(text(statement)))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path / "server")
    yield one
    one.database.close()


def test_all_is_well(house: House) -> None:
    assert house.found() == {}
    named = [one.name for one in doctor.examine(house.settings, lambda: house.now)]
    assert named == [
        "database", "schema", "work", "counts", "clock", "backup", "audit", "disk", "keys",
        "playbooks", "certificate",
    ]  # fmt: skip


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    gone = ServerSettings(data=tmp_path / "gone")
    found = doctor.examine(gone, time.time)
    assert {one.health for one in found if one.name != "certificate"} == {Health.BAD}
    assert not gone.data.exists()


def test_a_database_that_does_not_answer(house: House) -> None:
    away = ServerSettings(
        data=house.settings.data, database="postgresql+psycopg://nobody@127.0.0.1:9/none"
    )
    found = {one.name: one for one in doctor.examine(away, time.time)}
    assert found["database"].what.id == "server.doctor.database-away"


def test_a_schema_that_is_older_or_newer_than_the_program(house: House) -> None:
    house.sql("UPDATE alembic_version SET version_num = '0001'")
    assert house.found() == {"schema": "schema-replaced"}
    house.sql("DELETE FROM alembic_version")
    assert house.found() == {"schema": "schema-old"}
    house.sql("INSERT INTO alembic_version VALUES ('9999')")
    assert house.found() == {"schema": "schema-newer"}
    house.sql("UPDATE schema_least SET revision = '9999'")
    assert house.found() == {"schema": "schema-new"}


def test_work_that_has_stopped(house: House) -> None:
    house.now += 10 * 60
    assert house.found() == {"work": "work-stopped"}


def test_a_backup_that_is_old_or_was_never_made(house: House) -> None:
    house.sql("UPDATE audit_log SET at = at - 20 * 86400")
    assert house.found() == {"backup": "backup-old"}
    house.sql("DELETE FROM audit_log")
    assert house.found() == {"backup": "backup-never"}


def test_a_certificate_that_ends_soon_has_ended_or_is_none(house: House) -> None:
    """The work has stopped as well by then, which is another finding."""
    begin = house.now
    house.now += 340 * DAY
    assert house.found()["certificate"] == "certificate-next"
    certified(house.settings.data / "bought", curve(), begin, begin + 365 * DAY)
    bought = house.settings.data / "bought" / "cert.pem"
    (found,) = (
        one
        for one in doctor.examine(house.settings, lambda: house.now, bought)
        if one.name == "certificate"
    )
    assert found.what.id == "server.doctor.certificate-soon"
    house.now += 40 * DAY
    assert house.found()["certificate"] == "certificate-over"
    (house.settings.data / "endpoint.pem").write_text("nothing")
    assert house.found()["certificate"] == "certificate-none"


@pytest.mark.posix
def test_keys_that_others_can_read(house: House) -> None:
    house.settings.key_file.chmod(0o644)
    assert house.found() == {"keys": "keys-open"}


def test_keys_that_are_gone(house: House) -> None:
    house.settings.key_file.unlink()
    assert house.found() == {"keys": "keys-none"}


def test_a_full_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    used = shutil.disk_usage(house.settings.data)
    monkeypatch.setattr(doctor, "LEAST_FREE", used.total * 2)
    assert house.found() == {"disk": "disk-full"}


def test_most_desks_see_another_time(house: House) -> None:
    house.sql("INSERT INTO team (id, name) VALUES (1, 'x')")
    seen = {
        "seq": 0, "hash": "", "last_seen": house.now, "locked": False, "in_call": False,
        "waiting": 0, "agent": "", "policy": "", "policy_digest": "",
    }  # fmt: skip

    def fill(connection: Any) -> None:
        for number in range(7):
            id_, about = f"d{number}", devices.About(team=1, label="", system="")
            devices.put(connection, id_, bytes([number]) * 32, about, 0.0)
            skew = -600.0 if number < 5 else 0.0
            connection.execute(device_seen.insert().values(device=id_, skew=skew, **seen))

    house.database.run(fill)
    assert house.found() == {"clock": "clock-wrong"}
    house.sql("UPDATE device_seen SET skew = 0 WHERE device IN ('d0', 'd1')")
    assert house.found() == {}


def feed(house: House, **more: Any) -> None:
    """Set a feed, and let it stand as it is told."""
    secret = house.settings.data / "secret"
    secret.write_text("x")
    (house.settings.data / "feeds.toml").write_text(
        f"""[[webhook]]
name = "x"
url = "https://x.example"
secret_file = "{secret.as_posix()}"
"""
    )
    values = {"feed": "webhook:x", "sent": 0, **more}
    house.database.run(lambda c: c.execute(feed_state.insert().values(**values)))


def wait(house: House, seconds: float, count: int) -> None:
    """Let things wait for the feeds."""
    kept = house.now - seconds
    rows = [{"source": f"d:{n}", "at": kept, "kept_at": kept, "body": "{}"} for n in range(count)]
    house.database.run(lambda c: c.execute(feed_outbox.insert(), rows))


def said(house: House, capsys: pytest.CaptureFixture[str]) -> str:
    main(["server", "doctor", "--data", str(house.settings.data)])
    return capsys.readouterr().out


def test_a_feed_that_nobody_takes(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    since = datetime.fromtimestamp(house.now - 600, UTC).isoformat(timespec="seconds")
    feed(house, failing_since=house.now - 600, problem="refused 503", dropped=2)
    wait(house, 700, 3)
    assert house.found() == {"feed": "feed-failing"}
    told = said(house, capsys)
    assert f"The feed webhook:x is behind since {since}, for 10 min; 3 things wait." in told
    assert "The receiver did not take it. They are kept for 30 days; 2 were let go" in told


@pytest.mark.parametrize(("seconds", "behind"), [(doctor.BEHIND - 60, False), (3600, True)])
def test_a_feed_whose_receiver_is_slow(
    house: House, capsys: pytest.CaptureFixture[str], seconds: float, behind: bool
) -> None:
    feed(house)
    wait(house, seconds, 7)
    assert house.found() == ({"feed": "feed-behind"} if behind else {})
    assert ("for 1 h 00 min; 7 things wait" in said(house, capsys)) is behind


def test_a_feed_that_has_told_everything(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    feed(house)
    assert house.found() == {}
    assert "The feed webhook:x has told all" in said(house, capsys)


def test_a_feed_that_was_taken_out_of_the_file_is_not_missed(house: House) -> None:
    feed(house, failing_since=house.now - 600, problem="tls")
    (house.settings.data / "feeds.toml").unlink()
    assert house.found() == {}


def test_feeds_that_cannot_be_read(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (house.settings.data / "feeds.toml").write_text("[[webhok]]")
    assert house.found() == {"feed": "feed-unset"}
    assert "the endpoint will not start: The feeds in " in said(house, capsys)


def test_the_command_says_it_by_its_exit_code(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(house.settings.data)
    assert main(["server", "doctor", "--data", data]) == 0
    assert "sqlite answers" in capsys.readouterr().out
    house.settings.key_file.unlink()
    assert main(["server", "doctor", "--data", data]) == 1
    assert "BAD" in capsys.readouterr().out


def test_a_script_is_told_the_same_as_a_person(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["server", "doctor", "--data", str(house.settings.data)]
    for good in (True, False):
        assert main(words) == main([*words, "--json"]) == (0 if good else 1)
        said = capsys.readouterr().out
        at = said.index("[\n")
        lines, found = said[:at].splitlines(), json.loads(said[at:])
        assert {one["health"] for one in found} <= {"good", "care", "bad"}
        assert any(one["health"] == "bad" for one in found) is not good
        assert len(lines) == len(found)
        for line, one in zip(lines, found, strict=True):
            assert line.split()[1] == one["name"]
            said, also = (re.sub(r"\d", "", text) for text in (line, one["what"]))
            assert said.endswith(also), "but for the second in which it was asked"
        house.settings.key_file.unlink(missing_ok=True)


def test_codes_for_many_are_made_on_the_command_line(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, tags = str(house.settings.data), tmp_path / "tags"
    tags.write_text("PC-1\nPC-2\n")
    asked = ["server", "enrol-code", "--data", data, "--team", "A"]
    assert main([*asked, "--count", "2", "--asset-file", str(tags), "--confirm"]) == 0
    assert "for up to 2 computers" in capsys.readouterr().out
    assert main([*asked, "--count", "0"]) == 2
    assert main([*asked, "--hours", "0"]) == 2
    assert main([*asked, "--asset-file", str(tmp_path / "none")]) == 2
    assert main([*asked[:-1], " "]) == 2
