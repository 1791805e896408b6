"""Two real processes on one database, and a real proxy that buffers as nginx does by itself."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts import people
from tests.server import test_proxy
from tests.server.streamed import KIND, stream, until

pytestmark = [pytest.mark.heavy, pytest.mark.posix]
HOST = test_proxy.HOST
PROXY = """worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen {host}:{port} ssl;
    ssl_certificate {data}/endpoint.pem; ssl_certificate_key {data}/endpoint-key.pem;
    location / {{
      proxy_pass https://{host}:{endpoint};
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
      proxy_http_version 1.1; proxy_set_header Connection "";
      {more}
    }}
  }}
}}
"""
"""What somebody writes who knows nothing of us: buffering is what nginx does unless it is told."""
DEAF = "proxy_ignore_headers X-Accel-Buffering;"
SILENCE = 4.0
"""Seconds in which the endpoint says a sign of life for sure."""


@dataclass
class Two:
    """Two processes on one database, and whose session a page has."""

    data: Path
    ports: list[int]
    admin: Admin
    cookie: str
    stack: ExitStack

    def at(self, port: int) -> SimpleNamespace:
        context = ssl.create_default_context(cafile=str(self.data / "ca.pem"))
        http = httpx.Client(
            base_url=f"https://{HOST}:{port}", verify=context, timeout=test_proxy.PATIENCE
        )
        self.stack.callback(http.close)
        http.headers["cookie"] = f"__Host-agentguard={self.cookie}"
        return SimpleNamespace(http=http)

    def fail(self, enrol: Any, control: Any, port: int, label: str) -> None:
        """Have a new desk report to one process that it is failing."""
        running = SimpleNamespace(
            address=f"https://{HOST}:{port}", ca=self.data / "ca.pem", time=time.time
        )
        one = enrol(running, self.admin.enrol_code("Billing"), label=label)
        lock = control("screen-lock", "fail", detail="screen-lock.off")
        assert one.send(controls=[lock], overall="act").status_code == 200
        one.http.close()


@pytest.fixture
def two(tmp_path: Path, postgresql: Any, serving: Any) -> Iterator[Two]:
    data, address = tmp_path / "server", postgresql.empty()
    with ExitStack() as stack:
        every = [stack.enter_context(serving(data, address, "--proxy", HOST)) for _ in range(2)]
        settings = ServerSettings(data=data, database=address)
        admin = stack.enter_context(Admin(settings, time.time))

        def begin(connection: Any) -> str:
            people.put(connection, "sam", "", "admin", time.time())
            return people.begin(connection, "sam", time.time(), settings.limits, browser="Browser")

        cookie = admin._database.run(begin)
        ports = [port for _, port in every]
        yield Two(data=data, ports=ports, admin=admin, cookie=cookie, stack=stack)


def proxied(two: Two, folder: Path, stack: ExitStack, more: str = "") -> int:
    """Put nginx with what it does by itself before the first process; give its port."""
    port = test_proxy.free_port()
    text = PROXY.format(
        folder=folder, data=two.data, host=HOST, port=port, endpoint=two.ports[0], more=more
    )
    return stack.enter_context(test_proxy.begun(folder, text, port))


def test_row_456_what_one_process_writes_comes_to_a_page_at_the_other_also_through_a_buffer(
    two: Two, tmp_path: Path, enrol: Any, control: Any
) -> None:
    with ExitStack() as stack:
        there = two.at(proxied(two, tmp_path, stack))
        with stream(two.at(two.ports[0])) as plain, stream(there) as buffered:
            two.fail(enrol, control, two.ports[1], "at-the-other")
            assert until(plain, "news") == "1"
            assert until(buffered, "news") == "1"


def test_row_456_through_a_proxy_that_holds_everything_back_no_sign_of_life_comes(
    two: Two, tmp_path: Path
) -> None:
    """By that a page knows, and asks by time (tests/browser/test_live_pages.py)."""
    with ExitStack() as stack:
        there = two.at(proxied(two, tmp_path, stack, DEAF))
        patience = httpx.Timeout(test_proxy.PATIENCE, read=SILENCE)
        with pytest.raises(httpx.ReadTimeout):  # not even that the stream is open
            there.http.get("/live", headers=KIND, timeout=patience)
        assert there.http.get("/floor/part").status_code == 200, "asking by time goes through"
