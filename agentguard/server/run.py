"""Runs the endpoint under uvicorn: in the foreground, or in a thread that the caller gives."""

from __future__ import annotations

import asyncio
import errno
import gc
import importlib.util
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import uvicorn

from agentguard.base.errors import CannotError
from agentguard.base.translations import load
from agentguard.server.compose import create
from agentguard.server.http_messages import App
from agentguard.server.listener.certificate import Renewal
from agentguard.server.listener.greeting import Certificate, Greeting
from agentguard.server.listener.path_to_endpoint import Outside, judged
from agentguard.server.listener.slow_clients import Crowd, believed, patient
from agentguard.server.settings import Now, ServerSettings

LOG = logging.getLogger(__name__)

BACKLOG = 2048
AT_ONCE = 64  # connections accepted before those are judged; each has a descriptor
KEEP_ALIVE = 75  # seconds; more than a report's interval, since handshakes are the dearest part
LINGER = 0.3  # seconds for a connection to close by itself at a stop
DRAIN = 5  # seconds that open requests get at a stop
LONGEST_START = 30.0
COLLECT_AFTER = 20_000  # objects; the usual 700 are made by a few reports
LONGEST_STOP = DRAIN + 10.0

_REFUSED = {
    errno.EACCES: "server.cause.no-rights",
    errno.EPERM: "server.cause.no-rights",
    errno.EADDRNOTAVAIL: "server.cause.no-host",
}
"""Why the system lets nobody listen, by its error number; else the port is taken."""

StartThread = Callable[[str, Callable[[], None]], None]
"""Runs a function in a named thread."""


class _Server(uvicorn.Server):
    """Tells when it serves, and when it has ended."""

    def __init__(
        self,
        config: uvicorn.Config,
        certificate: Certificate | None,
        crowd: Crowd,
        outside: Outside,
    ) -> None:
        super().__init__(config)
        self._certificate = certificate
        self._crowd = crowd
        self._leaving = outside.leaving
        self.serving = threading.Event()
        self.ready: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell it."""
        await super().startup(sockets=sockets)
        for one in sockets or ():
            one.listen(BACKLOG)  # the loop has set what it accepts at once
        self._hear_reloads()
        self.serving.set()
        self.ready()

    def _hear_reloads(self) -> None:
        """Read the certificate again at SIGHUP, where there is one and this is the main thread."""
        if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
            return
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.reload)

    def reload(self) -> None:
        """Use the certificate that is in its file now; open connections keep the one before."""
        if self._certificate is None:
            return
        try:
            self._certificate.again()
        except (OSError, ValueError):  # so are the errors of ssl
            LOG.error("the certificate could not be read again; the one before is used")  # noqa: TRY400 - no values
            return
        LOG.info("the certificate was read again")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is being asked; hang up on kept connections, whose TLS would linger."""
        self._crowd.empty()
        for end in self._leaving:
            end()
        hanging_up = asyncio.create_task(self._hang_up())
        await super().shutdown(sockets=sockets)
        hanging_up.cancel()
        self._abort(idle_only=False)
        await asyncio.sleep(0)

    async def _hang_up(self) -> None:
        while True:
            await asyncio.sleep(LINGER)
            self._abort(idle_only=True)

    def _abort(self, *, idle_only: bool) -> None:
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            transport = getattr(connection, "transport", None)
            idle = cycle is None or cycle.response_complete
            if transport is not None and (idle or not idle_only):
                transport.abort()


class LocalServer:
    """The endpoint inside another program; `port` is known from the beginning."""

    def __init__(
        self,
        settings: ServerSettings,
        now: Now,
        start_thread: StartThread,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        self._start_thread = start_thread
        self._language = settings.language
        self._socket = _bound(host, port, settings.language)
        self._ended = threading.Event()
        self._server = _server(settings, now, tls)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.address = _address(host, self._socket, tls)

    def start(self) -> None:
        """Start and return once it serves.

        Raises:
            CannotError: it did not start.

        """
        self._start_thread("server", self._run)
        if not self._server.serving.wait(LONGEST_START):
            words = load(self._language)
            raise CannotError(
                words.say("server.run.not-started"), words.say("server.run.not-started-advice")
            )

    def stop(self) -> None:
        """Stop; open requests are answered before."""
        self._server.should_exit = True
        self._ended.wait(LONGEST_STOP)

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
            self._ended.set()


def serve(
    settings: ServerSettings,
    now: Now,
    *,
    host: str,
    port: int,
    tls: tuple[Path, Path] | None = None,
    ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve until SIGINT or SIGTERM; `ready(address)` is called once it answers.

    Raises:
        CannotError: the address is taken, or the database could not be opened.

    """
    bound = _bound(host, port, settings.language)
    with suppress(KeyboardInterrupt), bound:
        server = _server(settings, now, tls)

        def begun() -> None:
            collect_seldom()
            ready(_address(host, bound, tls))

        server.ready = begun
        server.run(sockets=[bound])


def collect_seldom() -> None:
    """Let the garbage collector look seldom, and never at what is there from the beginning.

    Reports leave no circles behind; looking for some costs a fifth of a report's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def _address(host: str, bound: socket.socket, tls: tuple[Path, Path] | None) -> str:
    """Return the address that agents and browsers are given."""
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{bound.getsockname()[1]}"


def _server(settings: ServerSettings, now: Now, tls: tuple[Path, Path] | None) -> _Server:
    certificate = Certificate(*tls) if tls else None
    crowd = Crowd(settings.limits, believed(settings.proxies))
    outside = Outside(hung_up=crowd.hung_up)
    if tls and certificate is not None:
        _say_of(certificate, settings, now)
        renew = Renewal(certificate, tls[0]).look
        outside = replace(outside, valid=lambda: certificate.valid, renew=renew)
    app = create(settings, now, outside)
    return _Server(_config(app, settings, certificate, crowd), certificate, crowd, outside)


def _say_of(certificate: Certificate, settings: ServerSettings, now: Now) -> None:
    """Tell of a certificate that no desk takes now."""
    wrong, words = judged(certificate.valid, now()), load(settings.language)
    if wrong:
        advice = words.say(f"server.cause.{wrong}-advice")
        LOG.error("%s %s", words.say(f"server.cause.{wrong}"), advice)


def _config(
    app: App, settings: ServerSettings, certificate: Certificate | None, crowd: Crowd
) -> uvicorn.Config:
    proxies, limits = believed(settings.proxies), settings.limits
    answering: Any = patient(limits, crowd)

    def greeted(**given: Any) -> asyncio.Protocol:
        assert certificate is not None  # noqa: S101 - else it is not asked
        return Greeting(lambda: answering(**given), certificate, crowd, limits)

    return uvicorn.Config(
        app,
        loop="uvloop" if importlib.util.find_spec("uvloop") else "asyncio",
        http=cast("Any", greeted) if certificate else answering,
        backlog=AT_ONCE,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=DRAIN,
    )


def _bound(host: str, port: int, language: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let a second program take the port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        words = load(language)
        why = _REFUSED.get(error.errno or 0, "server.run.taken")
        said = words.say("server.run.unbound", host=host, port=port)
        raise CannotError(f"{said} {words.say(why)}", words.say(f"{why}-advice")) from error
    return made
