"""`agentguard serve`: the central endpoint with the console, in one process."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import socket
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

from agentguard.base import logs, named_files, translations
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _number_arguments, _server_place
from agentguard.commands._policy_reader import READING
from agentguard.commands.base import FINE, Command
from agentguard.platforms import system_clock
from agentguard.server import company_settings
from agentguard.server.admin.accounts import Admin
from agentguard.server.listener import origin
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import serve
from agentguard.server.settings import Limits, Now, ServerSettings
from agentguard.server.store.engine import causes, open_database
from agentguard.server.store.engine.times import to_the_second

LOG = logging.getLogger(__name__)
PORT = 8443


def _arguments(parser: argparse.ArgumentParser, said: Texts) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=said.say("cli.serve.host"))
    parser.add_argument("--port", type=int, default=PORT, help=said.say("cli.serve.port"))
    for name in ("data", "cert", "key"):
        parser.add_argument(f"--{name}", type=Path, help=said.say(f"cli.serve.{name}"))
    parser.add_argument("--database", default="", help=said.say("cli.serve.database"))
    parser.add_argument("--origin", default="", help=said.say("cli.serve.origin"))
    parser.add_argument("--confirm-desks", action="store_true", help=said.say("cli.serve.confirm"))
    parser.add_argument("--log-json", action="store_true", help=said.say("cli.serve.log-json"))
    parser.add_argument("--proxy", action="append", default=[], help=said.say("cli.serve.proxy"))
    parser.add_argument("--company", type=Path, help=said.say("cli.serve.company"))


def _run(given: argparse.Namespace) -> int:
    said = translations.load()
    _judge(given, said)
    clock = system_clock()

    def now() -> float:
        return clock.now().wall

    data = _server_place.folder(given.data, os.environ)
    named = given.origin or origin.read(data)
    settings = ServerSettings(
        data=data,
        database=open_database.chosen(given.database, os.environ, said),
        origin=named,
        proxies=tuple(given.proxy),
        limits=Limits(confirm_all=given.confirm_desks),
        reading=READING,
        company=company_settings.read(given.company, os.environ) if given.company else None,
    )
    with causes.told(), Admin(settings, now) as admin:
        nobody = not admin.users()
        lived = admin.lived()  # a clock that leapt makes no new authority, which no desk would know
    logs.set_up(data, seconds=lambda: clock.now().boot, as_json=given.log_json)
    _tell_of_origin(given, data, said)
    if given.cert is None:
        trusted = _authority(data)
        tls = make_certificate(data, _names(given.host, origin.host_of(named)), now, lived)
        _say(said.say("cli.serve.ca", file=str(data / CA_FILE)))
        if trusted not in {b"", _authority(data)}:
            _warn(said.say("cli.serve.other-ca"))
    else:
        tls = (given.cert, given.key)

    def ready(address: str) -> None:
        if nobody:
            _say(_first(settings, now, named or address, said))
        _say(said.say("cli.serve.begun", address=address))

    serve(settings, now, host=given.host, port=given.port, tls=tls, ready=ready)
    return FINE


def _first(settings: ServerSettings, now: Now, address: str, said: Texts) -> str:
    """Return how the first administrator is made, now that somebody can be.

    A code that somebody was given stays: other starts, or `server setup` before this one, made it.
    """
    with Admin(settings, now) as admin:
        until = admin.first_code_until()
        if until is None:
            return said.say("cli.serve.first", address=address, code=admin.first_code())
    return said.say("cli.serve.first-waits", address=address, time=to_the_second(until))


def _tell_of_origin(given: argparse.Namespace, data: Path, said: Texts) -> None:
    """Say that the address that is kept cannot be read, where it would count."""
    if not given.origin and origin.is_damaged(data):
        _warn(said.say("cli.serve.origin-damaged", file=str(data / origin.FILE)))


def _authority(data: Path) -> bytes:
    """Return what desks are told to trust; empty before the first start."""
    try:
        return (data / CA_FILE).read_bytes()
    except OSError:
        return b""


def _judge(given: argparse.Namespace, said: Texts) -> None:
    """Refuse what cannot work before anything is made."""
    _number_arguments.port(given.port, said)
    if given.origin and not (
        company_settings.safe(given.origin) and urlsplit(given.origin).path == ""
    ):
        raise UsageError(said.say("cli.serve.origin-wrong"))
    for proxy in given.proxy:
        if not _is_network(proxy):
            raise UsageError(
                said.say("cli.serve.proxy-wrong", given=proxy),
                said.say("cli.serve.proxy-wrong-advice"),
            )
    if (given.cert is None) != (given.key is None):
        raise UsageError(said.say("cli.serve.both"))
    if given.cert is not None:
        _judge_tls(given, said)


def _judge_tls(given: argparse.Namespace, said: Texts) -> None:
    """Refuse a certificate and a key that cannot be read, or do not belong together."""
    for file in (given.cert, given.key):
        named_files.must_end(file)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(given.cert, given.key, _nobody)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            raise UsageError(
                said.say("server.cause.other-key"), said.say("server.cause.other-key-advice")
            ) from error
        raise UsageError(
            said.say("cli.serve.no-tls", cert=str(given.cert), key=str(given.key)),
            said.say("cli.serve.no-tls-advice"),
        ) from error


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _nobody() -> str:
    """Answer for the person who would be asked for the key's password."""
    return ""


def _names(host: str, known: str) -> tuple[str, ...]:
    """Return the names under which this machine is reached; by `known` desks and browsers come."""
    everywhere = host in {"", "0.0.0.0", "::"}  # noqa: S104 - only compared
    own = (socket.gethostname(), socket.getfqdn()) if everywhere else (host,)
    also = (known,) if known else ()
    return tuple(dict.fromkeys((*own, "localhost", "127.0.0.1", *also)))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _warn(text: str) -> None:
    """Say it where somebody may look now, and where somebody may look later."""
    LOG.warning("%s", text)
    _say(text)


COMMAND = Command(arguments=_arguments, run=_run)
