"""What stands in our compose file: a key or a value that is not understood is refused.

So nothing of it can be passed over by whoever starts its services without a daemon.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

FILE = Path(__file__).parents[2] / "installer" / "server" / "compose.yaml"
Seconds = Annotated[str, msgspec.Meta(pattern=r"^\d+s$")]
Place = Annotated[str, msgspec.Meta(pattern=r"^/[\w./-]+$")]
Number = Annotated[str, msgspec.Meta(pattern=r"^\d+(:\d+)?$")]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Takes the keys that are named, and no other."""


class Health(Strict):
    """How a service is asked whether it is well: words, without a shell."""

    test: Annotated[list[str], msgspec.Meta(min_length=2)]
    interval: Seconds
    start_period: Seconds

    @property
    def words(self) -> list[str]:
        assert self.test[0] == "CMD", self.test
        return self.test[1:]

    @property
    def patience(self) -> int:
        """Return the seconds after which a daemon would hold it for ill: it asks three times."""
        return int(self.start_period[:-1]) + 3 * int(self.interval[:-1])


class Condition(Strict):
    """What is waited for."""

    condition: Literal["service_healthy"]


class Deploy(Strict):
    """How many there are."""

    replicas: int


class Service(Strict):
    """One service."""

    image: str
    command: list[str] = []
    environment: dict[str, str] = {}
    secrets: list[str] = []
    volumes: list[str] = []
    healthcheck: Health | None = None
    depends_on: dict[str, Condition] = {}
    deploy: Deploy = Deploy(replicas=1)
    ports: list[Annotated[str, msgspec.Meta(pattern=r"^\d+:\d+$")]] = []
    user: Number = ""
    read_only: bool = False
    tmpfs: list[Place] = []
    cap_drop: list[Literal["ALL"]] = []
    cap_add: list[Annotated[str, msgspec.Meta(pattern="^[A-Z_]+$")]] = []
    security_opt: list[Literal["no-new-privileges:true"]] = []
    restart: Literal["no", "unless-stopped"] = "no"

    def mounts(self) -> Iterator[Mount]:
        for one in self.volumes:
            found = re.fullmatch(r"(\.?/?[\w.-]+):(/[\w./-]+)(:ro)?", one)
            assert found, one
            yield Mount(source=found[1], target=found[2], read_only=bool(found[3]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A named volume, or a file that lies beside the compose file (`./`)."""

    source: str
    target: str
    read_only: bool

    @property
    def is_named(self) -> bool:
        return "/" not in self.source


class Secret(Strict):
    """A file of the host."""

    file: Annotated[str, msgspec.Meta(pattern=r"^\./secrets/[\w.-]+$")]


class Subnet(Strict):
    """A network's addresses."""

    subnet: str


class Addresses(Strict):
    """Where a network's addresses come from."""

    config: Annotated[list[Subnet], msgspec.Meta(min_length=1, max_length=1)]


class Net(Strict):
    """A network."""

    ipam: Addresses


class Networks(Strict):
    """The one network in which all services are."""

    default: Net


class Nothing(Strict):
    """A named volume of which nothing is said."""


class Project(Strict):
    """The whole file."""

    services: dict[str, Service]
    networks: Networks
    volumes: dict[str, Nothing]
    secrets: dict[str, Secret]

    @property
    def subnet(self) -> ipaddress.IPv4Network:
        return ipaddress.IPv4Network(self.networks.default.ipam.config[0].subnet)

    def in_order(self) -> list[str]:
        """Return the services, each behind those that it waits for."""
        told: list[str] = []
        while len(told) < len(self.services):
            ready = [name for name, one in self.services.items()
                     if name not in told and set(one.depends_on) <= set(told)]  # fmt: skip
            assert ready, "they wait for each other"
            told += ready
        return told


def read(text: str) -> Project:
    """Return what a compose file says.

    Raises:
        msgspec.ValidationError: something in it is not understood.
        AssertionError: it names what is not there, or something has to be put into it.

    """
    assert "$" not in text, "Compose puts variables there"
    return understood(yaml.safe_load(text))


def understood(told: Mapping[str, Any]) -> Project:
    """Return what such a file says, as `read`."""
    project = msgspec.convert(told, Project)
    for service in project.services.values():
        assert set(service.secrets) <= set(project.secrets), service.secrets
        named = {one.source for one in service.mounts() if one.is_named}
        assert named <= set(project.volumes), named
        for other in service.depends_on:
            assert project.services[other].healthcheck is not None, other
    return project
