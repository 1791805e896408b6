"""The first day of an endpoint: gone through by command, resumed, refused where it is wrong."""

from __future__ import annotations

import io
import json
import random
import ssl
import stat
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.cli import main
from agentguard.commands import _server_setup, _server_setup_keys
from agentguard.server.admin.accounts import Admin
from agentguard.server.first_day import first_steps, places_file
from agentguard.server.first_day.first_steps import State
from agentguard.server.listener import certificate, origin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import batch_codes
from agentguard.server.store.floor import places
from agentguard.server.store.schema.identity_tables import batch_code
from agentguard.trust import bundles, roots
from tests.server.migrated import migrated

WORDS = translations.load()
ADDRESS = "https://guard.example.org:8443"
SHEET = (
    "team,site,zone,shift,begins,ends\n"
    "Billing,Lisbon,Europe/Lisbon,Early,06:00,14:00\n"
    "Claims,Lisbon,Europe/Lisbon,Late,14:00,22:00\n"
    "Sales,,,,,\n"
)
NEEDED = ("address", "administrator", "places", "root", "policy", "backup", "desk")


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServerSettings:
    monkeypatch.setenv("AGENTGUARD_SERVER_DATA", str(tmp_path / "data"))
    return migrated(ServerSettings(data=tmp_path / "data", jobs=False))


@pytest.fixture
def typed(endpoint: ServerSettings, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    def type_(*words: object, given: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        code = main(["server", "setup", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return type_


def states(typed: Any) -> dict[str, str]:
    return {one["step"]: one["state"] for one in json.loads(typed("--json")[1])}


def sheet(tmp_path: Path, text: str = SHEET) -> Path:
    file = tmp_path / "places.csv"
    file.write_text(text, encoding="utf-8")
    return file


def everything(tmp_path: Path) -> list[object]:
    return ["--address", ADDRESS, "--places", sheet(tmp_path), "--keys", tmp_path / "stick",
            "--backups", tmp_path / "kept", "--team", "Billing", "--passphrase-stdin"]  # fmt: skip


def test_row_374_one_line_goes_through_the_whole_day(
    typed: Any, endpoint: ServerSettings, tmp_path: Path
) -> None:
    code, said = typed(*everything(tmp_path), given="a passphrase\n")
    assert code == 1, "an administrator is made in a browser, and nowhere else"
    assert f"{ADDRESS}/sign-in/first" in said
    found = states(typed)
    assert {name for name, one in found.items() if one == State.OPEN} == {"administrator"}
    assert found["feeds"] == State.FREE
    with Admin(endpoint, lambda: 2e9) as admin:
        admin.add_user("anna", "a long enough one for all", "admin")
        assert [one.name for one in admin._database.run(places.list_placed)] == [
            "Billing", "Claims", "Sales",
        ]  # fmt: skip
        raw = (tmp_path / "stick" / "baseline.signed").read_bytes()
        root = roots.content(roots.read_chain((tmp_path / "stick" / "root.json").read_bytes())[-1])
        assert b"policy: baseline" in bundles.opened(raw, root)
    assert typed("--check")[0] == 0
    assert len(list((tmp_path / "kept").iterdir())) == 1
    for file in (tmp_path / "stick").glob("*.key"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert b"ENCRYPTED" in file.read_bytes()


def test_row_374_it_is_resumed_and_does_nothing_twice(
    typed: Any, endpoint: ServerSettings, tmp_path: Path
) -> None:
    """Whatever order the words come in, each step is done once and the end is the same."""
    words = everything(tmp_path)
    pairs = [words[at : at + 2] for at in range(0, 8, 2)] + [words[8:10]]
    random.Random(3).shuffle(pairs)
    for pair in pairs:
        typed(*pair, "--passphrase-stdin", "--keys", tmp_path / "stick", given="a passphrase\n")
    found = states(typed)
    assert {name for name, one in found.items() if one == State.OPEN} == {"administrator"}
    before = sorted((tmp_path / "stick").iterdir())
    made = [one.read_bytes() for one in before]
    typed(*everything(tmp_path), given="another\n")
    assert [one.read_bytes() for one in sorted((tmp_path / "stick").iterdir())] == made
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize(
    ("words", "step", "why"),
    [
        (("--address", "guard.example.org"), "address", "https"),
        (("--address", "https://guard.example.org/console"), "address", "https"),
        (("--places", "/nowhere.csv"), "places", "could not be read"),
        (("--keys", "DATA/keys", "--passphrase-stdin"), "root", "own folder"),
        (("--keys", "STICK"), "root", "passphrase"),
        (("--keys", "/proc/keys", "--passphrase-stdin"), "root", "/proc"),
        (("--backups", "near", "--recipient", "age1x"), "backup", "absolute"),
        (("--backups", "/tmp/x", "--recipient", "age1x"), "backup", "age recipient"),
        (("--team", "a\x07b"), "desk", "name"),
    ],
)
def test_row_374_each_refusal_is_said_at_its_step_and_the_day_goes_on(
    typed: Any,
    tmp_path: Path,
    endpoint: ServerSettings,
    words: tuple[str, ...],
    step: str,
    why: str,
) -> None:
    named = {"DATA": str(endpoint.data), "STICK": str(tmp_path / "stick")}
    line = [next((w.replace(n, place) for n, place in named.items() if n in w), w) for w in words]
    code, said = typed(*line, given="a passphrase\n")
    assert code == 1
    title = WORDS.say(f"cli.server-setup.title-{step}")
    at = said.index(title)
    told = said[at : at + 400].splitlines()[1]
    assert "Not done." in told, said
    assert why in told
    assert states(typed)[step] == State.OPEN
    assert said.count("Not done.") == 1, "no other step is touched by it"
    assert "Traceback" not in said


def test_nothing_is_asked_where_nobody_sits(typed: Any) -> None:
    code, said = typed()
    assert code == 1
    for name in NEEDED:
        assert WORDS.say(f"cli.server-setup.title-{name}") in said
    assert set(states(typed)) == {*NEEDED, "feeds"}
    assert states(typed)["administrator"] == State.OPEN


def test_every_step_has_an_act_and_its_words() -> None:
    assert set(_server_setup.ACTS) == {*NEEDED, "feeds"}


def test_row_374_the_certificate_names_the_address_that_desks_are_told(
    endpoint: ServerSettings,
) -> None:
    origin.write(endpoint.data, ADDRESS)
    certificate.make_certificate(endpoint.data, ("localhost",), lambda: 1.9e9)

    def step() -> Any:
        with Admin(endpoint, lambda: 1.9e9) as admin:
            return next(one for one in admin.first_steps() if one.name == "address")

    assert step().state is State.OPEN
    assert ADDRESS in WORDS.render(step().what)
    names = ("localhost", origin.host_of(ADDRESS))
    certificate.make_certificate(endpoint.data, names, lambda: 1.9e9)
    assert step().state is State.DONE
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
        endpoint.data / certificate.CERTIFICATE_FILE, endpoint.data / certificate.KEY_FILE
    )


@pytest.mark.parametrize(
    ("said", "good"),
    [("https://a.b", True), ("https://a.b:8443", True), ("https://[::1]:1", True),
     ("https://127.0.0.1", True), ("http://a.b", False), ("https://a.b/", False), ("", False),
     ("https://", False), ("https://a b", False), ("https://u@a.b", False),
     ("https://a.b:x", False), ("https://a.b?x", False), ("https://a.b:99999", False)],
)  # fmt: skip
def test_an_address_is_one(said: str, good: bool, tmp_path: Path) -> None:
    assert origin.fits(said) is good
    origin.write(tmp_path, said)
    assert origin.read(tmp_path) == (said if good else "")


class TestSheet:
    @pytest.mark.parametrize(
        ("text", "line", "how"),
        [
            ("name\nx\n", 1, "columns"),
            ("team,colour\nx,red\n", 1, "columns"),
            ("team\n", 1, "empty"),
            ("", 1, "columns"),
            ("team,site\nA,B\n,C\n", 3, "no-team"),
            ("team,site,zone\nA,B,Mars/Olympus\n", 2, "zone"),
            ("team,zone\nA,Europe/Lisbon\n", 2, "zone"),
            ("team,shift\nA,Early\n", 2, "hours"),
            ("team,shift,begins,ends\nA,Early,6,14:00\n", 2, "hours"),
            ("team,begins,ends\nA,06:00,14:00\n", 2, "hours"),
            ("team\nA,B\n", 2, "long"),
            (f"team\n{'x' * 101}\n", 2, "name"),
            ("team\nA\x07B\n", 2, "name"),
            ("team,site\nA,B\nA,B\nA,C\n", 4, "otherwise"),
            ("team,site,zone\nA,B,Europe/Rome\nC,B,Europe/Oslo\n", 3, "otherwise"),
            ("team,shift,begins,ends\nA,D,6:00,9:00\nC,D,7:00,9:00\n", 3, "otherwise"),
        ],
    )
    def test_what_is_wrong_is_named_by_its_line(
        self, tmp_path: Path, text: str, line: int, how: str
    ) -> None:
        file = sheet(tmp_path, text)
        said = WORDS.say(f"server.places.{how}", file=str(file), line=line)
        with pytest.raises(UsageError) as refused:
            places_file.read(file, WORDS)
        assert str(refused.value).startswith(said)

    def test_it_is_read_as_tables_write_it(self, tmp_path: Path) -> None:
        other = "\ufeff" + SHEET.replace(",", ";").replace("team", " Team ").replace("\n", "\r\n")
        assert places_file.read(sheet(tmp_path, other), WORDS) == places_file.read(
            sheet(tmp_path), WORDS
        )

    def test_what_is_there_stays_where_nothing_is_said(
        self, endpoint: ServerSettings, tmp_path: Path
    ) -> None:
        with Admin(endpoint, lambda: 2e9) as admin:
            first = places_file.read(sheet(tmp_path), WORDS)
            assert admin.put_places(first) == (1, 2, 3)
            assert admin.put_places(first) == (0, 0, 0)
            again = places_file.read(sheet(tmp_path, "team\nBilling\nNew\n"), WORDS)
            assert admin.put_places(again) == (0, 0, 1)
            placed = {one.name: one for one in admin._database.run(places.list_placed)}
            assert placed["Billing"].site is not None
            assert placed["New"].site is None


def test_keys_are_not_made_over_others(tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    _server_setup_keys.make(folder, tmp_path / "data", b"x", WORDS)
    with pytest.raises(UsageError):
        _server_setup_keys.make(folder, tmp_path / "data", b"x", WORDS)
    one = _server_setup_keys.backup_key(folder, WORDS)
    assert _server_setup_keys.backup_key(folder, WORDS) == one


def test_steps_are_seen_without_writing(endpoint: ServerSettings) -> None:
    with Admin(endpoint, lambda: 2e9) as admin:
        found = admin._database.snapshot(lambda c: first_steps.look(c, endpoint, 2e9))
    assert [one.name for one in found] == list(_server_setup.ACTS)


def test_a_code_that_takes_nobody_in_waits_for_no_desk(endpoint: ServerSettings) -> None:
    """Withdrawn, used up or expired: the day is not said to be ready for a desk."""
    with Admin(endpoint, lambda: 2e9) as admin:
        database = admin._database

        def stands(now: float = 2e9) -> State:
            found = database.snapshot(lambda c: first_steps.look(c, endpoint, now))
            return found[-1].state

        def give(hashed: bytes) -> int:
            wish = batch_codes.Wish(
                team=database.run(lambda c: team_id(c, "Billing")), most=2, hours=1, confirm=False
            )
            return database.run(lambda c: batch_codes.put(c, hashed, wish, "ann", 2e9))

        assert stands() is State.OPEN
        one = give(b"1" * 32)
        assert stands() is State.DONE
        assert stands(2e9 + 3601) is State.OPEN, "expired"
        assert database.run(lambda c: batch_codes.revoke(c, one, "ann", 2e9))
        assert stands() is State.OPEN, "withdrawn"
        two = give(b"2" * 32)
        used = batch_code.update().where(batch_code.c.id == two).values(used=2)
        database.run(lambda c: c.execute(used))
        assert stands() is State.OPEN, "used up"
