"""Speaks to the agent of this user through its local door."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from agentguard.base import paths, translations
from agentguard.base.errors import CannotError

FILE = "local.json"  # as agentguard.sensors.local_door names it
HOST = "127.0.0.1"
SECONDS = 5.0


def tell(path: str, **body: str) -> None:
    """Tell the agent something.

    Raises:
        CannotError: no agent runs for this user, or it refuses.

    """
    words = translations.load()
    try:
        told = json.loads((paths.data_folder() / FILE).read_bytes())
        status = _post(int(told["port"]), str(told["token"]), path, json.dumps(body))
    except (OSError, ValueError, LookupError, TypeError, HTTPException) as error:
        raise CannotError(words.say("cli.local.none"), words.say("cli.local.none-advice")) from (
            error
        )
    if status != HTTPStatus.NO_CONTENT:
        raise CannotError(words.say("cli.local.refused", status=status))


def _post(port: int, token: str, path: str, body: str) -> int:
    connection = HTTPConnection(HOST, port, timeout=SECONDS)
    try:
        connection.request(
            "POST",
            f"/v1/{path}",
            body=body,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        return connection.getresponse().status
    finally:
        connection.close()
