"""New recovery keys: every file of the vault is sealed to them, and never lost on the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from pyrage import x25519

from agentguard import cli
from agentguard.base.errors import VaultError
from agentguard.base.paths import HOME_VARIABLE
from agentguard.model.custody import VaultRules
from agentguard.platforms.simulated import FakeClock
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.policy.last_good import Keeper
from agentguard.policy.parser import parse
from agentguard.ports.clock import Stop
from agentguard.ports.secrets import SecretPlace
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import Store
from agentguard.vault import age_header
from agentguard.vault.keys import KEY
from agentguard.vault.renewal_job import AGAIN, LOCKED, LOOK, SETTLED, Renewing
from agentguard.vault.vault import Vault

PLAIN = parse(b"policy: p\nversion: 1\n", "p", shapes())
OLD, NEW, THIRD = (x25519.Identity.generate() for _ in range(3))


class Hurrying(FakeClock):
    """A clock on which waiting takes no time."""

    def wait(self, stop: Stop, seconds: float) -> bool:
        self.advance(seconds)
        return stop.is_set()


class Desk:
    """A vault whose policy changes; `kept` are the files that were put, by item."""

    def __init__(self, folder: Path, store: Store, clock: FakeClock) -> None:
        self.folder, self.store, self.clock = folder / "data" / "vault", store, clock
        self.home = folder / "home"
        self.keys: tuple[x25519.Identity, ...] = (OLD,)
        self.kept: dict[str, bytes] = {}
        self.stop = threading.Event()
        self.places: tuple[SecretPlace, ...] = ()
        self.before: Callable[[str], None] = lambda _step: None
        self.vault = self.new_vault()
        self.renewing = self.new_renewing()

    def new_vault(self) -> Vault:
        return Vault(
            self.folder,
            self.store.journal,
            self.clock,
            recovery_keys=lambda: tuple(str(key.to_public()) for key in self.keys),
            places=self.places,
            at_step=lambda step: self.before(step),  # noqa: PLW0108 - it is set later
        )

    def new_renewing(self) -> Renewing:
        return Renewing(
            vault=self.vault,
            policy=lambda: replace(
                PLAIN, vault=VaultRules(recovery=tuple(str(k.to_public()) for k in self.keys))
            ),
            clock=self.clock,
        )

    def put(self, size: int = 10) -> str:
        content = f"made-up {len(self.kept)} ".encode() * size
        (self.home / "a.csv").write_bytes(content)
        item = self.vault.put(self.home / "a.csv").id
        self.kept[item] = content
        return item

    def sealed(self, item: str) -> Path:
        return self.folder / "items" / f"{item}.age"

    def payload(self, item: str) -> bytes:
        with self.sealed(item).open("rb") as file:
            age_header.read(file)
            return file.read()

    def opens(self, item: str, key: x25519.Identity) -> bool:
        try:
            whole = pyrage.decrypt(self.sealed(item).read_bytes(), [key])
        except pyrage.DecryptError:
            return False
        assert whole.partition(b"\n")[2] == self.kept[item]
        return True

    def own(self) -> x25519.Identity:
        return x25519.Identity.from_str((self.folder / KEY).read_text("ascii").strip())

    def after(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.renewing.look(self.stop)

    def settle(self) -> None:
        """Let the policy's keys stand until they count."""
        self.renewing.look(self.stop)
        self.after(SETTLED)

    def kinds(self) -> list[str]:
        return [entry.record.kind for entry in self.store.journal.read(0, 1000)]


@pytest.fixture
def clock() -> FakeClock:
    return Hurrying()


@pytest.fixture
def desk(tmp_path: Path, home: Path, store: Store, clock: FakeClock) -> Desk:
    assert home.is_dir()
    return Desk(tmp_path, store, clock)


def test_the_new_key_opens_every_file_and_the_old_one_none(desk: Desk) -> None:
    items = [desk.put(size) for size in (1, 10, 30_000)]
    payloads = {item: desk.payload(item) for item in items}
    desk.keys = (NEW, THIRD)
    assert desk.vault.behind() == tuple(sorted(items))
    desk.settle()
    assert desk.vault.behind() == ()
    for item in items:
        assert [desk.opens(item, key) for key in (NEW, THIRD, desk.own())] == [True] * 3
        assert not desk.opens(item, OLD), "a withdrawn key opens nothing more"
        assert desk.payload(item) == payloads[item], "only the header is new"
    assert [kind for kind in desk.kinds() if "renew" in kind] == [
        "vault.renewing",
        *["vault.renewed"] * 3,
        "vault.all-renewed",
    ]
    last = desk.store.journal.read(0, 1000)[-1].record
    assert (last.payload["count"], last.payload["left"]) == (3, 0)
    for item in items:
        assert desk.vault.restore(item).read_bytes() == desk.kept[item]


def test_nothing_is_done_for_the_keys_that_there_are(desk: Desk) -> None:
    item = desk.put()
    was = desk.sealed(item).read_bytes()
    desk.settle()
    assert desk.sealed(item).read_bytes() == was
    assert "vault.renewing" not in desk.kinds()


def test_a_policy_without_keys_takes_nothing_away(desk: Desk) -> None:
    """The baseline of an agent that lost its policy names none: the organisation keeps its way."""
    item = desk.put()
    desk.keys = ()
    desk.settle()
    assert desk.opens(item, OLD)
    assert desk.vault.behind() == ()
    assert not desk.vault.renew(item)


def test_keys_that_a_trial_takes_back_are_never_used(desk: Desk) -> None:
    item = desk.put()
    was = desk.sealed(item).read_bytes()
    desk.keys = (NEW,)
    desk.renewing.look(desk.stop)
    desk.after(SETTLED - 1)
    assert desk.sealed(item).read_bytes() == was
    desk.keys = (OLD,)
    desk.settle()
    assert desk.sealed(item).read_bytes() == was


def test_the_first_recovery_key_is_given_to_files_that_had_none(desk: Desk) -> None:
    desk.keys = ()
    item = desk.put()
    desk.keys = (NEW,)
    desk.settle()
    assert desk.opens(item, NEW)


def test_a_file_that_came_back_from_a_copy_is_done_the_next_day(desk: Desk) -> None:
    item = desk.put()
    was = desk.sealed(item).read_bytes()
    desk.keys = (NEW,)
    desk.settle()
    desk.sealed(item).write_bytes(was)
    assert desk.vault.behind() == (item,)
    desk.after(LOOK)
    assert not desk.opens(item, NEW)
    desk.after(AGAIN)
    assert desk.opens(item, NEW)


def test_what_is_remembered_ends_with_the_file(desk: Desk) -> None:
    for end in (lambda item: desk.vault.purge(item, "asked"), desk.vault.restore):
        item = desk.put()
        assert desk.store.journal.memory("sealed-for.")
        end(item)
        assert not desk.store.journal.memory("sealed-for.")


def test_a_damaged_file_stays_as_it_is_and_the_others_are_done(desk: Desk) -> None:
    spoilt, whole, foreign = desk.put(30_000), desk.put(), desk.put()
    data = desk.sealed(spoilt).read_bytes()
    desk.sealed(spoilt).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    desk.sealed(foreign).write_bytes(pyrage.encrypt(b"x", [THIRD.to_public()]))
    before = {item: desk.sealed(item).read_bytes() for item in (spoilt, foreign)}
    desk.keys = (NEW,)
    desk.settle()
    assert desk.opens(whole, NEW)
    assert {item: desk.sealed(item).read_bytes() for item in before} == before
    assert sorted(desk.vault.behind()) == sorted(before)
    assert desk.store.journal.read(0, 1000)[-1].record.payload["left"] == 2
    assert not list(desk.folder.rglob("*.tmp"))
    with pytest.raises(VaultError, match="could not be sealed to the new recovery keys"):
        desk.vault.renew(spoilt)


@pytest.mark.parametrize("step", ["rewrap", "prove-new", "replace"])
def test_a_full_disk_leaves_the_old_file(desk: Desk, step: str) -> None:
    item = desk.put()
    was = desk.sealed(item).read_bytes()
    desk.keys = (NEW,)

    def full(at: str) -> None:
        if at == step:
            raise OSError(28, "No space left on device")

    desk.before = full
    desk.settle()
    assert desk.sealed(item).read_bytes() == was
    assert not list(desk.folder.rglob("*.tmp"))
    desk.before = lambda _step: None
    desk.after(AGAIN)
    assert desk.opens(item, NEW)


def test_a_vault_that_cannot_be_used_is_tried_again(desk: Desk) -> None:
    item = desk.put()
    desk.keys = (NEW,)
    items = desk.folder / "items"
    items.rename(desk.folder / "elsewhere")
    items.write_text("")
    desk.settle()
    items.unlink()
    (desk.folder / "elsewhere").rename(items)
    desk.after(AGAIN)
    assert desk.opens(item, NEW)


def test_it_ends_between_two_files_when_the_agent_ends_and_goes_on_with_the_next(
    desk: Desk,
) -> None:
    items = [desk.put() for _ in range(3)]
    desk.keys = (NEW,)
    desk.before = lambda step: desk.stop.set() if step == "renewed" else None
    desk.settle()
    assert sum(desk.opens(item, NEW) for item in items) == 1
    desk.before, desk.stop = (lambda _step: None), threading.Event()
    desk.renewing = desk.new_renewing()
    desk.settle()
    assert all(desk.opens(item, NEW) for item in items)


def test_a_key_that_is_locked_away_is_waited_for_quietly(desk: Desk, tmp_path: Path) -> None:
    place = SimulatedPlace()
    desk.places = (place,)
    desk.vault = desk.new_vault()
    item = desk.put()
    place.closed = "locked"
    desk.vault, desk.keys = desk.new_vault(), (NEW,)
    desk.renewing = desk.new_renewing()
    desk.settle()
    assert "vault.renewing" not in desk.kinds()
    place.closed = ""
    desk.after(LOCKED)
    assert desk.vault.behind() == ()
    assert pyrage.decrypt(desk.sealed(item).read_bytes(), [NEW])
    assert list(tmp_path.rglob("*.tmp")) == []


def test_other_keys_on_the_way_are_the_ones_that_count(desk: Desk) -> None:
    items = [desk.put() for _ in range(3)]
    desk.keys = (NEW,)

    def change(step: str) -> None:
        if step == "renewed":
            desk.keys = (THIRD,)

    desk.before = change
    desk.settle()
    assert "vault.all-renewed" not in desk.kinds()
    desk.settle()
    assert all(desk.opens(item, THIRD) and not desk.opens(item, NEW) for item in items)


def test_it_runs_by_time_until_it_is_stopped(desk: Desk) -> None:
    item = desk.put()
    desk.keys = (NEW,)
    done = threading.Event()
    desk.before = lambda step: done.set() if step == "renewed" else None
    runs = threading.Thread(target=desk.renewing.run, args=(desk.stop,))
    runs.start()
    assert done.wait(30)
    desk.stop.set()
    runs.join(10)
    assert not runs.is_alive()
    assert desk.opens(item, NEW)


def test_the_command_line_tells_how_many_files_wait(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "data"))
    item = desk.put()
    policy = tmp_path / "p.yaml"
    for version, (key, behind) in enumerate(((OLD, False), (NEW, True)), 1):
        said = f"policy: p\nversion: {version}\nvault: {{recovery: [{key.to_public()}]}}\n"
        policy.write_text(said)
        Keeper(tmp_path / "data", shapes(), desk.clock).offer(policy.read_bytes(), "p.yaml")
        assert cli.main(["vault", "list", "--json"]) == 0
        assert [row["behind"] for row in json.loads(capsys.readouterr().out)] == [behind]
    assert cli.main(["vault", "list"]) == 0
    row, told = capsys.readouterr().out.splitlines()
    assert row.startswith(item)
    assert told.startswith("1 of 1 files wait to be sealed to the recovery keys")
