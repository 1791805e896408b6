"""What was backed up comes back whole on either database, or nothing of it does."""

from __future__ import annotations

import io
import shutil
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pyrage
import pytest
import zstandard
from pyrage import x25519
from sqlalchemy import select

from agentguard.base.errors import StoreError, UsageError
from agentguard.base.translations import load
from agentguard.cli import main
from agentguard.server.admin import doctor
from agentguard.server.admin.accounts import Admin
from agentguard.server.backup import creation, line_format, restoration, streams
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.open_database import connect
from agentguard.server.store.engine.times import to_the_second
from agentguard.server.store.records import audit
from agentguard.server.store.schema.tables import METADATA, session
from agentguard.wire.inventory import INVENTORY, Inventory, Program
from tests.server.placed import kept

KEY = x25519.Identity.generate()
LEFT_OUT = creation.PASSING


@pytest.fixture
def filled(running: Any, desk: Any, event: Any, control: Any) -> Any:
    """An endpoint that holds something of everything."""
    desk.send(
        event(1, check="firewall", severity="high", place="Straße \u2028 \U0001f600"),
        event(2, "incident.reported", text='a "quoted"\n\\u0000 line'),
        controls=[control(state="fail")],
        overall="act",
    )
    for name in ("Zoom", "Zoom Workplace"):  # what it had and what it has
        told = Program(name=name, version="7.1.5")
        one = Inventory(
            device=desk.id, sent_at="", digest=name, programs=1, full=True, added=(told,)
        )
        assert desk.put(INVENTORY, one).status_code == 200
    running.time.at += 40 * 86400.0  # another month's events
    desk.send(event(3))
    running.admin.desk_totp("maria")
    running.admin.add_user("sam", "a long enough one", teams=["Billing"])
    return running


@pytest.fixture
def file(filled: Any, tmp_path: Path) -> Path:
    made = tmp_path / "backup.age"
    filled.admin.keeping.backup(made, [KEY.to_public()])
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, running: Any, tmp_path: Path) -> ServerSettings:
    """A new data folder with a database of either kind; PostgreSQL's in its half of the tests."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'new.db'}"
    elif running.settings.database:
        address = request.getfixturevalue("postgresql").empty()
    else:
        address = ""
    return ServerSettings(data=tmp_path / "new", database=address, jobs=False)


def bring_back(settings: ServerSettings, file: Path) -> tuple[int, int]:
    database = connect(settings)
    try:
        return restoration.restore(database, settings, file, KEY)
    finally:
        database.close()


def everything(admin: Admin) -> dict[str, list[str]]:
    def read(connection: Any) -> dict[str, list[str]]:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in METADATA.sorted_tables
            if table.name not in LEFT_OUT and table.name not in {"audit_log", "audit_head"}
        }

    return admin._database.run(read)


def test_everything_comes_back_with_the_keys_and_nobody_signed_in(
    filled: Any, file: Path, empty: ServerSettings
) -> None:
    rows, tables = bring_back(empty, file)
    assert rows > 10
    assert tables == len(METADATA.sorted_tables) - len(LEFT_OUT & set(METADATA.tables))
    with Admin(empty, filled.time) as back:
        assert everything(back) == everything(filled.admin)
        assert back._database.run(kept) == filled.admin._database.run(kept) != {}
        assert back._database.run(lambda c: c.execute(select(session)).all()) == []
        back.enrol_code("A new team")  # whose number must be a new one
        back.desk_totp("maria")
    for name in ("server.key", "ca.pem", "endpoint.pem", "endpoint-key.pem"):
        assert (empty.data / name).read_bytes() == (filled.settings.data / name).read_bytes()
        assert (empty.data / name).stat().st_mode & 0o077 == 0


def test_row_460_after_a_restore_the_doctor_names_the_backup_that_it_came_from(
    filled: Any, file: Path, empty: ServerSettings
) -> None:
    bring_back(empty, file)
    late = filled.time() + 30 * 86400
    with Admin(empty, lambda: late) as back:
        assert back.lived() > late - 86400, "a backup is old, and the endpoint not behind"
    found = {one.name: one.what for one in doctor.examine(empty, filled.time)}
    assert found["backup"].id == "server.doctor.backup-restored"
    assert found["backup"].params["time"] == to_the_second(filled.time())
    assert found["work"].id == "server.doctor.work-never"
    with Admin(empty, lambda: filled.time() + 1) as back:
        back._database.run(lambda c: audit.note(c, filled.time() + 1, "x", "backup.made"))
    found = {one.name: one.what for one in doctor.examine(empty, filled.time)}
    assert found["backup"].id == "server.doctor.backup"


def test_a_backup_is_checked_in_memory(file: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    rows, tables = restoration.check(file, KEY)
    assert rows > 10
    assert tables > 10
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_stands_in_plain_text_on_the_disk(filled: Any, file: Path) -> None:
    data = file.read_bytes()
    assert data.startswith(b"age-encryption.org/v1")
    assert b"desk-1" not in data
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir() if ".part" in path.name] == []


def plain(file: Path) -> bytes:
    packed = pyrage.decrypt(file.read_bytes(), [KEY])
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed)


def sealed(text: bytes, file: Path) -> Path:
    packed = io.BytesIO(zstandard.ZstdCompressor().compress(text))
    sink = io.BytesIO()
    pyrage.encrypt_io(packed, sink, [KEY.to_public()])
    file.write_bytes(sink.getvalue())
    return file


def without_last(text: bytes) -> bytes:
    return text[: text.rindex(b'{"tables"')]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The plain lines of a small backup."""
    folder = tmp_path_factory.mktemp("small")
    with Admin(ServerSettings(data=folder / "server"), lambda: 1_790_000_000.0) as admin:
        admin.enrol_code("Billing")
        admin.desk_totp("maria")
        admin.keeping.backup(folder / "small.age", [KEY.to_public()])
    return plain(folder / "small.age")


Change = Callable[[bytes], bytes]
CHANGES: dict[str, Change] = {
    "a value": lambda t: t.replace(b'"Billing"]', b'"Selling"]', 1),
    "a row less": lambda t: b"\n".join(x for x in t.split(b"\n") if b'"maria"' not in x),
    "a sum": lambda t: t.replace(b'"sum":"', b'"sum":"0', 1),
    "the end": without_last,
    "more after the end": lambda t: t + b'{"tables":1}\n',
    "a table of no release": lambda t: t.replace(b'{"table":"team"', b'{"table":"teams"', 1),
    "a column of no release": lambda t: t.replace(b'"columns":["', b'"columns":["x', 1),
    "no JSON": lambda t: t.replace(b'{"table"', b'{"table', 1),
    "cut in a line": lambda t: t[: len(t) // 2],
    "a database that would not take it": lambda t: t.replace(b'"Billing"]', b"null]", 1),
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda name: name.replace(" ", "-"))
def test_what_was_changed_is_seen(text: bytes, tmp_path: Path, change: str) -> None:
    changed = CHANGES[change](text)
    assert changed != text
    with pytest.raises(StoreError, match="damaged"):
        restoration.check(sealed(changed, tmp_path / "changed.age"), KEY)


def test_a_backup_that_was_changed_restores_nothing(
    filled: Any, file: Path, empty: ServerSettings
) -> None:
    changed = without_last(plain(file))
    with pytest.raises(StoreError, match="damaged"):
        bring_back(empty, sealed(changed, file))
    nothing_was_restored(empty, filled)


def nothing_was_restored(settings: ServerSettings, filled: Any) -> None:
    assert not (settings.data / "server.key").exists()
    with Admin(settings, filled.time) as back:
        assert not any(everything(back).values())


def test_a_file_that_was_cut_or_changed_restores_nothing(text: bytes, tmp_path: Path) -> None:
    file = sealed(text, tmp_path / "small.age")
    data = file.read_bytes()
    for place in range(0, len(data), 97):
        changed = bytearray(data)
        changed[place] ^= 1
        for bad in (bytes(changed), data[:place]):
            file.write_bytes(bad)
            with pytest.raises(StoreError, match=r"opened|damaged"):
                restoration.check(file, KEY)


def test_a_backup_that_unpacks_to_more_than_is_free_restores_nothing(
    filled: Any, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(plain(file))

    def restored(free: int) -> ServerSettings:
        settings = ServerSettings(data=tmp_path / f"free-{free}", jobs=False)
        usage = SimpleNamespace(free=free)
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda _path: usage)
            if free >= size:
                assert bring_back(settings, file)[0] > 10
            else:
                with pytest.raises(StoreError, match="unpacks to more than"):
                    bring_back(settings, file)
        return settings

    restored(size)
    nothing_was_restored(restored(size - 1), filled)


def crowded(text: bytes, teams: int) -> bytes:
    """Give a whole backup of so many teams: more in a database than in the file."""
    begin = text.index(b'{"table":"team"')
    first = text.index(b"\n", begin) + 1
    end = text.index(b'{"rows"', first)
    rows = [b'[%d,"%d"]' % (n, n) for n in range(1_000_000, 1_000_000 + teams)]
    assert text.count(b"\n", first, end) == 1
    total = line_format.Sum()
    for row in (text[first : end - 1], *rows):
        total.add(row)
    after = text.index(b"\n", end)
    body = b"".join(row + b"\n" for row in rows)
    return text[:end] + body + line_format.line(total.end) + text[after:]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("postgresql")


class Restored:
    """A restore into an empty PostgreSQL, and how its database has grown."""

    def __init__(self, server: Any, folder: Path, file: Path) -> None:
        self.settings = ServerSettings(data=folder, database=server.empty(), jobs=False)
        self.file = file

    def size(self) -> int:
        database = connect(self.settings)
        try:
            return database.run(lambda c: c.execute(restoration._SIZE).scalar_one())
        finally:
            database.close()

    def tidied(self) -> int:
        """Have the server let go of what it noted of rows that were taken back; give the size."""
        address = self.settings.database.replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("VACUUM")
        return self.size()

    def run(self, most: int | None) -> tuple[int, int]:
        database = connect(self.settings)
        try:
            return restoration.restore(database, self.settings, self.file, KEY, most=most)
        finally:
            database.close()


@pytest.mark.heavy
@pytest.mark.posix
class TestRoomOfPostgreSQL:
    def grown(self, server: Any, folder: Path, file: Path) -> int:
        one = Restored(server, folder, file)
        before = one.size()
        one.run(None)
        return one.size() - before

    def test_a_database_grows_by_no_more_than_there_is_room(
        self, text: bytes, server: Any, tmp_path: Path
    ) -> None:
        small = sealed(text, tmp_path / "small.age")
        large = sealed(crowded(text, 60_000), tmp_path / "large.age")
        needs = self.grown(server, tmp_path / "small", small)
        assert len(plain(large)) < 2 << 20, "it is not the file that is large"
        one = Restored(server, tmp_path / "large", large)
        before = one.size()
        with pytest.raises(StoreError, match=r"more than the \d+ MiB that there") as refused:
            one.run(needs + (3 << 20))
        assert "--room" in str(refused.value.advice)
        assert one.tidied() - before < 1 << 20, "nothing of it stays on the disk"
        assert not (one.settings.data / "server.key").exists()
        assert one.run(needs + (64 << 20))[0] > 60_000

    def test_a_file_unpacks_to_no_more_than_there_is_room(
        self, text: bytes, server: Any, tmp_path: Path
    ) -> None:
        one = Restored(server, tmp_path / "new", sealed(text, tmp_path / "small.age"))
        with pytest.raises(StoreError, match="more than the 0 MiB that there are"):
            one.run(len(text) - 1)

    def test_what_its_disk_has_free_is_seen_when_it_is_near(
        self, text: bytes, server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[str] = []

        def usage(path: str) -> object:
            seen.append(str(path))
            return SimpleNamespace(free=1 << 20)

        one = Restored(server, tmp_path / "new", sealed(text, tmp_path / "small.age"))
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", usage)
            with pytest.raises(StoreError, match="more than the 1 MiB that there are"):
                one.run(64 << 20)
        (folder,) = seen
        assert Path(folder).is_dir()
        assert Path(folder, "base").is_dir()

    def test_what_cannot_be_seen_is_ten_gibibytes_or_what_is_told(
        self, server: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def blind(_path: str) -> object:
            raise FileNotFoundError

        monkeypatch.setattr(shutil, "disk_usage", blind)
        database = connect(ServerSettings(data=Path("/nowhere"), database=server.empty()))
        try:
            assert database.run(lambda c: restoration.Room(c).most) == 10 << 30
            assert database.run(lambda c: restoration.Room(c, 40 << 30).most) == 40 << 30
        finally:
            database.close()

    def test_a_database_that_goes_away_is_not_called_damage(
        self, text: bytes, server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = Restored(server, tmp_path / "new", sealed(text, tmp_path / "small.age"))
        real, seen = line_format.values, []

        def while_it_ends(*given: Any) -> Any:
            if not seen:
                seen.append(1)
                with server.connect() as beside:
                    beside.execute(
                        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                        "WHERE datname LIKE 'empty%' AND pid <> pg_backend_pid()"
                    )
            return real(*given)

        monkeypatch.setattr(line_format, "values", while_it_ends)
        with pytest.raises(StoreError, match="The database stopped taking the backup"):
            one.run(None)
        assert seen


def test_a_statement_holds_few_rows_when_they_are_long(
    text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of long lines is not gathered in memory, five hundred of them at once."""
    waiting: list[int] = []
    real = restoration._Rows._write

    def write(self: Any, table: Any) -> None:
        waiting.append(len(self._waiting))
        real(self, table)

    monkeypatch.setattr(restoration, "WEIGHT", 1000)
    monkeypatch.setattr(restoration._Rows, "_write", write)
    restoration.check(sealed(crowded(text, 2000), tmp_path / "many.age"), KEY)
    assert sum(waiting) > 2000
    assert max(waiting) < 100


@pytest.mark.parametrize("room_", ["0", "-1", "x"])
def test_a_room_that_is_none_is_refused(room_: str, capsys: pytest.CaptureFixture[str]) -> None:
    with suppress(SystemExit):
        assert main(["server", "restore", "b.age", "--identity", "k", "--room", room_]) == 2
    assert "room" in capsys.readouterr().err


def test_a_few_bytes_that_unpack_without_an_end_are_refused_at_little_cost(
    text: bytes, tmp_path: Path
) -> None:
    """A thousand million bytes of nothing are a few kilobytes in the file."""
    head = text[: text.index(b"\n") + 1]
    packer = zstandard.ZstdCompressor().compressobj()
    nothing = bytes(1 << 20)
    packed = packer.compress(head) + b"".join(packer.compress(nothing) for _ in range(1000))
    sink = io.BytesIO()
    pyrage.encrypt_io(io.BytesIO(packed + packer.flush()), sink, [KEY.to_public()])
    file = tmp_path / "bomb.age"
    file.write_bytes(sink.getvalue())
    assert file.stat().st_size < 200_000
    tracemalloc.start()
    try:
        with pytest.raises(StoreError, match="a line of more than 64 MiB"):
            restoration.check(file, KEY)
        assert tracemalloc.get_traced_memory()[1] < 2 * streams.LONGEST
        with pytest.raises(StoreError, match="more than the 3 MiB that are free"):
            streams.read(file, KEY, lambda _line: None, load(), most=3 << 20)
    finally:
        tracemalloc.stop()


def test_a_line_that_came_in_many_pieces_is_whole(tmp_path: Path) -> None:
    written = [b"x" * 3_000_000, b"", b"y" * 131_072, b"z"]
    file = tmp_path / "pieces.age"
    streams.write(file, iter(written), [KEY.to_public()], load())
    found: list[bytes] = []
    streams.read(file, KEY, found.append, load())
    assert found == written


def test_another_identity_opens_nothing(filled: Any, file: Path, empty: ServerSettings) -> None:
    with pytest.raises(StoreError, match="could not be opened"):
        restoration.check(file, x25519.Identity.generate())
    with pytest.raises(StoreError, match="could not be opened"):
        restoration.check(file.with_name("nowhere"), KEY)


def test_a_backup_of_a_newer_release_is_refused(
    filled: Any, file: Path, empty: ServerSettings
) -> None:
    text = plain(file)
    revision = text.partition(b'"revision":"')[2][:4]
    with pytest.raises(StoreError, match="newer"):
        bring_back(empty, sealed(text.replace(revision, b"9999", 1), file))


@pytest.mark.parametrize("revision", [b"0001", b"0020"])
def test_row_125_a_backup_from_before_the_first_release_is_refused_with_the_way_on(
    filled: Any, file: Path, empty: ServerSettings, revision: bytes
) -> None:
    text = plain(file)
    of_today = text.partition(b'"revision":"')[2][:4]
    with pytest.raises(StoreError, match="before the first release") as refused:
        bring_back(empty, sealed(text.replace(of_today, revision, 1), file))
    assert "make a backup there" in refused.value.advice


def test_a_database_that_holds_something_is_left_alone(
    filled: Any, file: Path, empty: ServerSettings
) -> None:
    with Admin(empty, filled.time) as there:
        there.enrol_code("Billing")
        before = everything(there)
    with pytest.raises(StoreError, match="not empty"):
        bring_back(empty, file)
    with Admin(empty, filled.time) as there:
        assert everything(there) == before


def test_the_keys_of_another_endpoint_are_left_alone(
    filled: Any, file: Path, empty: ServerSettings
) -> None:
    empty.data.mkdir()
    (empty.data / "server.key").write_bytes(b"x" * 32)
    with pytest.raises(StoreError, match="keys of another endpoint"):
        bring_back(empty, file)
    assert (empty.data / "server.key").read_bytes() == b"x" * 32
    (empty.data / "server.key").unlink()
    bring_back(empty, file)


def test_a_backup_overwrites_nothing_and_leaves_nothing_when_it_fails(
    filled: Any, file: Path, tmp_path: Path
) -> None:
    before = file.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        filled.admin.keeping.backup(file, [KEY.to_public()])
    assert file.read_bytes() == before
    with pytest.raises(StoreError, match="could not be written"):
        filled.admin.keeping.backup(tmp_path / "no folder" / "b.age", [KEY.to_public()])


def test_an_age_program_opens_it_with_any_of_its_recipients(filled: Any, tmp_path: Path) -> None:
    other = x25519.Identity.generate()
    made = tmp_path / "two.age"
    filled.admin.keeping.backup(made, [KEY.to_public(), other.to_public()])
    assert restoration.check(made, KEY) == restoration.check(made, other)


def test_wrong_recipients_and_identities_are_told_plainly(tmp_path: Path) -> None:
    words = load()
    with pytest.raises(UsageError, match="no age recipient"):
        streams.recipient("age1nonsense", words)
    for text in ("", "AGE-SECRET-KEY-1NONSENSE"):
        (tmp_path / "key").write_text(text)
        with pytest.raises(UsageError, match="no age identity"):
            streams.identity(tmp_path / "key", words)
    (tmp_path / "key").write_text(f"# created: now\n{KEY}\n")
    assert str(streams.identity(tmp_path / "key", words)) == str(KEY)


def test_it_is_one_moment_that_is_backed_up(
    filled: Any, desk: Any, event: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = creation.line_format.rows
    sent: list[int] = []

    def while_it_goes_on(*given: Any) -> Any:
        if not sent:
            sent.append(desk.receipt(desk.send(event(4, "incident.reported"))).seq)
        return real(*given)

    monkeypatch.setattr(creation.line_format, "rows", while_it_goes_on)
    file = tmp_path / "moving.age"
    filled.admin.keeping.backup(file, [KEY.to_public()])
    assert sent == [4]
    monkeypatch.undo()
    text = plain(file)
    assert text.count(b'"incident.reported"') == 1


def test_settings_of_the_backup_need_no_running_endpoint(filled: Any, tmp_path: Path) -> None:
    with Admin(replace(filled.settings), filled.time) as beside:
        rows, _ = beside.keeping.backup(tmp_path / "beside.age", [KEY.to_public()])
    assert rows > 10
