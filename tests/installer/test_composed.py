"""The compose file's services, started together: each by what the file says, without a daemon."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import nats
import pytest

from agentguard.server.listener.certificate import make_certificate
from tests.installer import composed
from tests.installer.images import Image, stand_ins
from tests.installer.started import Started, started
from tests.installer.test_image import image, made
from tests.installer.test_server_packages import built
from tests.server.clients import Desk, event
from tests.server.receivers import until

TEXT = composed.FILE.read_text(encoding="utf-8")
HEAD = TEXT.partition("services:")[0]
PASSWORD = "a long word for the first one"
DATA = "/var/lib/agentguard-server"
MANY = 20
OPENED, CLOSED = "finding.opened", "finding.closed"
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b")
FEED = f"""[[nats]]
name = "bus"
url = "tls://bus:4222"
ca_file = "{DATA}/bus-ca.pem"
"""

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.xdist_group("server-packages"),
              pytest.mark.timeout(1500)]  # fmt: skip
__all__ = ["built", "image", "made"]


def lay_secrets(folder: Path) -> None:
    """Lay what the file's head asks for into `secrets`, owned and closed as it says there."""
    secrets, tls, bus = folder / "secrets", folder / "tls", folder / "bus"
    secrets.mkdir()
    pem, key = make_certificate(tls, ("guard.example.org", "127.0.0.1"), time.time)
    bus_pem, bus_key = make_certificate(bus, ("bus",), time.time)
    for name, source in (("tls.pem", pem), ("tls.key", key), ("ca.pem", tls / "ca.pem"),
                         ("bus.pem", bus_pem), ("bus.key", bus_key)):  # fmt: skip
        shutil.copy(source, secrets / name)
    (secrets / "postgres-password").write_text("only-for-this-test\n", encoding="ascii")
    address = "postgresql://agentguard:only-for-this-test@db/agentguard\n"
    (secrets / "database").write_text(address, encoding="ascii")
    told = re.search(r"chown (\d+)(?::(\d+))?, mode (0\d+)", HEAD)
    assert told is not None
    for file in secrets.iterdir():
        shutil.chown(file, int(told[1]), int(told[2] or told[1]))
        file.chmod(int(told[3], 8))


@pytest.fixture(scope="module")
def centre(image: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    folder = tmp_path_factory.mktemp("composed")
    beside, layers = folder / "beside", folder / "layers"
    beside.mkdir()
    lay_secrets(beside)
    shutil.copy(composed.FILE.with_name("nginx.conf"), beside)
    endpoint = Image(
        layers=(Path(image.machine._root),),
        entrypoint=tuple(image.words["ENTRYPOINT"]),
        command=tuple(image.words["CMD"]),
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **image.env},
        user=f"{image.user}:{image.user}",
        computer=image.machine._enter[1:],
    )
    images = {**stand_ins(layers), "agentguard-server:latest": endpoint}
    with started(composed.read(TEXT), images, folder, beside) as project:
        keys = folder / "volumes" / "keys"
        shutil.copy(beside / "bus" / "ca.pem", keys / "bus-ca.pem")
        (keys / "bus-ca.pem").chmod(0o644)
        (keys / "feeds.toml").write_text(FEED, encoding="utf-8")
        project.up()
        on_the_bus(project, stream)
        yield project


def typed(centre: Started, *words: str, given: str = "") -> str:
    """Type a command at the first endpoint, as `compose exec` does."""
    return centre.containers["endpoint"][0].says("agentguard-server", *words, given=given)


@pytest.fixture(scope="module")
def desk(centre: Started) -> Iterator[Desk]:
    """A desk, taken in by the port that the proxy publishes, after the first administrator."""
    typed(centre, "add-user", "anna", "--role", "admin", "--password-stdin", given=f"{PASSWORD}\n")
    code = CODE.search(typed(centre, "enrol-code", "--team", "Billing"))
    assert code is not None
    here = SimpleNamespace(address=f"https://127.0.0.1:{centre.port('proxy')}",
                           ca=centre.beside / "secrets" / "ca.pem", time=time.time)  # fmt: skip
    one = Desk.enrol(here, code[0], label="desk-1")
    yield one
    one.http.close()


def on_the_bus(centre: Started, do: Callable[[Any], Any]) -> Any:
    """Ask the bus something, as whoever reads it does."""
    (bus,) = centre.containers["bus"]
    trust = ssl.create_default_context(cafile=str(centre.beside / "bus" / "ca.pem"))
    port = centre.wires.published(bus.address, 4222)

    async def ask() -> Any:
        client = await nats.connect(f"tls://127.0.0.1:{port}", tls=trust, tls_hostname="bus")
        try:
            return await do(client.jetstream())
        finally:
            await client.close()

    return asyncio.run(ask())


async def stream(bus: Any) -> None:
    await bus.add_stream(name="AGENTGUARD", subjects=["agentguard.>"])


async def told(bus: Any) -> list[str]:
    """What the bus has been told, by subject, in order."""
    last = (await bus.stream_info("AGENTGUARD")).state.last_seq
    return [(await bus.get_msg("AGENTGUARD", seq=one)).subject for one in range(1, last + 1)]


def held(centre: Started) -> list[int]:
    """Which reports the database has."""
    (db,) = centre.containers["db"]
    asked = "SELECT seq FROM event ORDER BY seq"
    said = db.says("psql", "-U", "agentguard", "-Atc", asked)
    return [int(one) for one in said.split()]


def report(desk: Desk, what: str) -> None:
    """Report many times, an event with each; each has its receipt."""
    for seq in range(desk.seq + 1, desk.seq + 1 + MANY):
        assert desk.receipt(desk.send(event(seq, what), seq=seq)).seq == seq


def test_row_573_every_service_is_well_and_a_desk_is_heard_from_proxy_to_bus(
    centre: Started, desk: Desk
) -> None:
    for every in centre.containers.values():
        for one in every:
            assert one.is_well(), one.said()
    report(desk, OPENED)
    assert held(centre) == list(range(1, MANY + 1))
    until(lambda: f"agentguard.{OPENED}" in on_the_bus(centre, told))


def test_row_573_when_an_endpoint_is_killed_reports_are_taken_and_it_comes_again(
    centre: Started, desk: Desk
) -> None:
    for one in centre.containers["endpoint"]:
        centre.kill(one)
        report(desk, OPENED)
        centre.again()
        one.wait()
    assert held(centre) == list(range(1, desk.seq + 1))


def test_row_573_all_is_ended_and_started_anew_and_nothing_is_lost(
    centre: Started, desk: Desk
) -> None:
    before, heard = held(centre), on_the_bus(centre, told)
    centre.down()
    assert not any(one.runs for every in centre.containers.values() for one in every)
    centre.up()
    assert [one["name"] for one in json.loads(typed(centre, "users", "--json"))] == ["anna"]
    assert [one["label"] for one in json.loads(typed(centre, "desks", "--json"))] == ["desk-1"]
    assert held(centre) == before
    assert on_the_bus(centre, told) == heard
    desk.http.close()
    known = desk.moved(desk.running)
    report(known, CLOSED)
    known.http.close()
    assert held(centre) == list(range(1, known.seq + 1))
    until(lambda: f"agentguard.{CLOSED}" in on_the_bus(centre, told))


def test_row_573_nothing_is_written_outside_of_the_volumes(centre: Started) -> None:
    tried = "touch /x /usr/x /run/x; id -u; grep -E '^(CapEff|CapBnd|NoNew)' /proc/self/status"
    for name, bound in (("endpoint", 0), ("proxy", 1 << 0 | 1 << 6 | 1 << 7), ("bus", 0)):
        seen = centre.containers[name][0].run("sh", "-c", tried)
        assert seen.stderr.count("Read-only file system") == 3, seen
        user, *rights = seen.stdout.splitlines()
        assert user == ("65532" if name == "endpoint" else "0")
        given = dict(one.split(":\t") for one in rights)
        assert (int(given["CapBnd"], 16), given["NoNewPrivs"]) == (bound, "1")


@pytest.mark.parametrize("name", ["bus", "proxy"])
def test_row_573_root_without_rights_does_not_read_a_secret_of_another(
    name: str, tmp_path: Path
) -> None:
    """So the file's head has to say more than that the endpoint's user owns them."""
    lay_secrets(tmp_path)
    shutil.copy(composed.FILE.with_name("nginx.conf"), tmp_path)
    for file in (tmp_path / "secrets").iterdir():
        file.chmod(0o400)
    project = composed.read(TEXT)
    alone = msgspec.structs.replace(project.services[name], depends_on={})
    project = msgspec.structs.replace(project, services={name: alone})
    with started(project, stand_ins(tmp_path / "layers"), tmp_path, tmp_path) as one:
        one.up()
        (container,) = one.containers[name]
        assert container.process is not None
        assert container.process.wait(60) != 0
        assert "ermission denied" in container.said()
