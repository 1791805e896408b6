"""NICE CXone: masks the recordings of the person's call, voice and screen.

Published at https://help.nicecxone.com/Content/recording/publicmaskapi.htm (Mask and Unmask APIs,
for Engagement Hub), with the access key's token of
https://developer.niceincontact.com/Documentation/AuthenticationAPI.

- `POST <login>/authentication/v1/token/access-key` with `accessKeyId`, `accessKeySecret`.
- `POST <address>/interaction-recording-management-service/v1/interactions/mask?userId=...`, and
  `/unmask` likewise. 200: done. 202: accepted, being done. 404: the agent has no active call.
  425: locked by an earlier request.

It tells the state of masking nowhere, so that what is not answered by 200 is not known to be done.
With CXone ACD alone another interface (the Agent API) is needed, which wants the agent's own
session and is not spoken here.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from agentguard.uplink.recorders import web
from agentguard.uplink.recorders.platform import Asked, Ended

MASKS = "/interaction-recording-management-service/v1/interactions"
NOT_YET = frozenset({HTTPStatus.ACCEPTED, HTTPStatus.TOO_EARLY})


def adapter(asked: Asked) -> Ended:
    """Mask the person's call, or unmask it."""
    verb = "mask" if asked.pause else "unmask"
    path = f"{MASKS}/{verb}?{urlencode({'userId': asked.login.agent})}"
    said = asked.web.ask("POST", asked.rules.address, path, web.bearer(_token(asked)))
    if said.status == HTTPStatus.OK:
        return Ended.DONE
    if said.status == HTTPStatus.NOT_FOUND:
        return Ended.NOT_TOLD if asked.pause else Ended.DONE
    if said.status in NOT_YET or said.well:
        return Ended.NOT_TOLD
    raise web.refused(said, asked.rules.address)


def _token(asked: Asked) -> str:
    body = web.json({"accessKeyId": asked.login.user, "accessKeySecret": asked.login.secret})
    headers, path = {"Content-Type": web.JSON}, "/authentication/v1/token/access-key"
    said = asked.web.ask("POST", asked.rules.login, path, headers, body)
    token = said.text("access_token")
    if not said.well or not token:
        raise web.refused(said, asked.rules.login)
    return token
