"""Speaks to the agent of this user through its local door."""

from __future__ import annotations

import json
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from agentguard.base import paths, translations
from agentguard.base.errors import CannotError
from agentguard.base.translations import Texts
from agentguard.platforms import agent_runs

FILE = "local.json"  # as agentguard.sensors.local_door names it
HOST = "127.0.0.1"
SECONDS = 5.0
MOST = 1 << 20
"""Bytes of an answer that are read; one has some ten thousand."""


def tell(path: str, **body: str) -> None:
    """Tell the agent something.

    Raises:
        CannotError: no agent runs for this user, or it refuses.

    """
    words = translations.load()
    try:
        told = json.loads(_where(paths.data_folder()))
        port, token = int(told["port"]), str(told["token"])
        status, _ = _sent("POST", port, token, path, json.dumps(body))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise (_doorless(words) or _nobody(words)) from error
    except (OSError, ValueError, LookupError, TypeError, HTTPException) as error:
        raise _nobody(words) from error
    if status != HTTPStatus.NO_CONTENT:
        raise CannotError(words.say("cli.local.refused", status=status))


def ask(path: str) -> dict[str, Any] | None:
    """Return what the agent tells of itself; None where no agent runs for this user.

    Raises:
        CannotError: an agent runs and does not answer as it should.

    """
    try:
        where = json.loads(_where(paths.wanted_folder()))
        status, body = _sent("GET", int(where["port"]), str(where["token"]), path)
        told = json.loads(body) if status == HTTPStatus.OK else None
    except (FileNotFoundError, ConnectionRefusedError) as error:
        if there := _doorless(translations.load()):
            raise there from error
        return None
    except (OSError, ValueError, LookupError, TypeError, HTTPException) as error:
        raise _silent() from error
    if not isinstance(told, dict):
        raise _silent()
    return told


def _where(folder: Path) -> bytes:
    """Return what tells where to knock.

    That of the session comes first: on a disk that takes nothing, one of an agent of the past may
    have been left.

    Raises:
        OSError: none is there.

    """
    beside = paths.runtime_folder(folder)
    if beside is not None:
        with suppress(FileNotFoundError):
            return (beside / FILE).read_bytes()
    return (folder / FILE).read_bytes()


def _nobody(words: Texts) -> CannotError:
    return CannotError(words.say("cli.local.none"), words.say("cli.local.none-advice"))


def _doorless(words: Texts) -> CannotError | None:
    """Return what to say of an agent that guards and cannot be asked; None where there is none.

    It begins, or it cannot write where to ask it.
    """
    folder = paths.wanted_folder()
    if not agent_runs(folder):
        return None
    said = words.say("cli.local.doorless", folder=str(folder))
    return CannotError(said, words.say("cli.local.doorless-advice"))


def _silent() -> CannotError:
    words = translations.load()
    return CannotError(words.say("cli.local.silent"), words.say("cli.local.silent-advice"))


def _sent(
    method: str, port: int, token: str, path: str, body: str | None = None
) -> tuple[int, bytes]:
    connection = HTTPConnection(HOST, port, timeout=SECONDS)
    try:
        connection.request(
            method,
            f"/v1/{path}",
            body=body,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        answer = connection.getresponse()
        return answer.status, answer.read(MOST)
    finally:
        connection.close()
