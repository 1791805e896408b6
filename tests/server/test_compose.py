"""The example of a large site: Compose reads it, and what it says is what the rest of us says."""

from __future__ import annotations

import argparse
import copy
import ipaddress
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from agentguard.base import translations
from agentguard.commands import serve
from agentguard.server.store.engine import open_database

FOLDER = Path(__file__).parents[2] / "installer" / "server"
FILE = FOLDER / "compose.yaml"
NGINX = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
RECIPE = {
    word: json.loads(rest)
    for word, _, rest in (
        line.partition(" ") for line in (FOLDER / "Containerfile").read_text().splitlines()
    )
    if word in {"ENTRYPOINT", "CMD", "VOLUME"}
}
INTERVAL = re.compile(r"\d+s")


@pytest.fixture(scope="module")
def given() -> Any:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def told(given: Any) -> argparse.Namespace:
    """The endpoint's command line, read by the endpoint's own command."""
    words = given["services"]["endpoint"]["command"]
    assert RECIPE["ENTRYPOINT"] == ["agentguard-server"]
    assert words[0] == "serve"
    parser = argparse.ArgumentParser(exit_on_error=False)
    serve._arguments(parser, translations.load())
    return parser.parse_args(words[1:])


def test_only_what_compose_knows_stands_at_the_top(given: Any) -> None:
    assert set(given) == {"services", "networks", "volumes", "secrets"}
    assert set(given["services"]) == {"db", "endpoint", "bus", "proxy"}


@pytest.mark.parametrize("kind", ["secrets", "volumes"])
def test_every_secret_and_volume_is_declared_and_used(given: Any, kind: str) -> None:
    used = {
        str(one).split(":")[0]
        for service in given["services"].values()
        for one in service.get(kind, [])
        if not str(one).startswith(".")
    }
    assert used == set(given[kind])


def test_every_secret_is_told_of_at_the_top(given: Any) -> None:
    head = FILE.read_text(encoding="utf-8").split("services:")[0]
    for name, secret in given["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert name in head


def test_every_path_of_a_secret_is_one_that_the_service_has(given: Any) -> None:
    for name, service in given["services"].items():
        text = repr(service) + (NGINX if name == "proxy" else "")
        asked = set(re.findall(r"/run/secrets/([a-z.-]+)", text))
        assert asked <= set(service["secrets"]), name


def test_who_waits_for_another_waits_until_it_is_well(given: Any) -> None:
    services = given["services"]
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            health = services[other]["healthcheck"]
            assert health["test"][0] == "CMD"
            assert INTERVAL.fullmatch(health["interval"])
            # Else a slow first start is an ill one.
            assert INTERVAL.fullmatch(health["start_period"])


def test_row_573_a_database_is_well_when_others_reach_it(given: Any) -> None:
    """By its socket it answers while it is being made, and then ends once more."""
    words = given["services"]["db"]["healthcheck"]["test"]
    assert words[words.index("-h") + 1] == "127.0.0.1"


def test_row_573_secrets_are_read_by_who_is_root_without_rights(given: Any) -> None:
    head = FILE.read_text(encoding="utf-8").split("services:")[0]
    assert "chown 65532:0, mode 0440" in head
    page = (FOLDER.parents[1] / "docs" / "install-server.md").read_text(encoding="utf-8")
    assert page.count("chown 65532:0 secrets/*") == page.count("chown 65532") == 2
    assert given["services"]["bus"]["cap_drop"] == ["ALL"]


def test_the_endpoint_understands_its_command(told: argparse.Namespace, given: Any) -> None:
    endpoint = given["services"]["endpoint"]
    assert told.data is None, "the image names its folder"
    assert {one.split(":")[1] for one in endpoint["volumes"]} == set(RECIPE["VOLUME"])
    assert set(endpoint["environment"]) <= {"AGENTGUARD_DATABASE_FILE"}
    assert "AGENTGUARD_DATABASE_FILE" in Path(open_database.__file__).read_text(encoding="utf-8")
    assert endpoint["deploy"] == {"replicas": 2}
    assert (endpoint["read_only"], endpoint["cap_drop"]) == (True, ["ALL"])


def test_the_endpoint_asks_itself_at_its_own_port(told: argparse.Namespace, given: Any) -> None:
    line = given["services"]["endpoint"]["healthcheck"]["test"][-1]
    compile(line, "healthcheck", "exec")
    assert f"https://127.0.0.1:{told.port}/healthz" in line
    assert f"server endpoint:{told.port} resolve" in NGINX


def test_the_endpoint_believes_its_own_network_and_no_other(
    told: argparse.Namespace, given: Any
) -> None:
    (subnet,) = given["networks"]["default"]["ipam"]["config"]
    assert told.proxy == [subnet["subnet"]]
    assert ipaddress.ip_network(subnet["subnet"]).is_private


def test_nobody_reaches_anything_but_the_proxy_and_no_password_stands_in_the_file(
    given: Any,
) -> None:
    services = given["services"]
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert services["proxy"]["ports"] == ["8443:8443"]
    assert "listen 8443 ssl;" in NGINX
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith("/run/secrets/")


def test_the_proxys_file_is_beside_it(given: Any) -> None:
    (volume,) = given["services"]["proxy"]["volumes"]
    here, there, way = volume.split(":")
    assert (FOLDER / here).is_file()
    assert (there, way) == ("/etc/nginx/nginx.conf", "ro")


def test_the_proxy_writes_over_what_a_client_says_of_itself() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert "$proxy_add_x_forwarded_for" not in NGINX
    assert "proxy_set_header Host $http_host;" in NGINX
    assert "proxy_ssl_verify on;" in NGINX


def test_row_373_no_service_has_more_rights_than_it_needs(given: Any) -> None:
    for name, service in given["services"].items():
        if name == "db":
            continue  # PostgreSQL's image gives its rights up by itself, and has to own its folder
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    assert "privileged" not in FILE.read_text(encoding="utf-8")


def test_row_373_who_reads_secrets_is_told_to_have_them() -> None:
    recipe = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    (user,) = re.findall(r"^USER (\d+):\1$", recipe, re.MULTILINE)
    head = FILE.read_text(encoding="utf-8").split("services:")[0]
    assert f"chown {user}" in head


def compose(file: Path) -> subprocess.CompletedProcess[str]:
    """Have Compose read a file by the schema of the Compose Specification that it carries."""
    words = ("docker-compose", "--file", str(file), "config", "--format", "json")
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.heavy
@pytest.mark.posix
def test_row_561_compose_reads_what_we_meant(given: Any) -> None:
    told = compose(FILE)
    assert (told.returncode, told.stderr) == (0, "")
    read = json.loads(told.stdout)
    for name, service in given["services"].items():
        seen = read["services"][name]
        assert {key for key, value in seen.items() if value} >= set(service), name
        assert seen["image"] == service["image"]
        assert [one["source"] for one in seen.get("secrets", [])] == service.get("secrets", [])
    assert read["services"]["endpoint"]["deploy"]["replicas"] == 2
    (subnet,) = read["networks"]["default"]["ipam"]["config"]
    assert [subnet] == given["networks"]["default"]["ipam"]["config"]


@pytest.mark.heavy
@pytest.mark.posix
def test_row_561_compose_refuses_a_slip_in_any_word_of_a_service(
    given: Any, tmp_path: Path
) -> None:
    for name, service in given["services"].items():
        changed = copy.deepcopy(given)
        for word in service:
            changed["services"][name][f"{word}s-"] = changed["services"][name].pop(word)
        file = tmp_path / f"{name}.yaml"
        file.write_text(yaml.safe_dump(changed), encoding="utf-8")
        told = compose(file)
        assert told.returncode != 0
        assert f"services.{name}" in told.stderr
