"""Genesys Cloud: secure pause of the person's live calls.

Published at https://developer.genesys.cloud/ (API Explorer), and in the maker's own SDK:
https://github.com/MyPureCloud/platform-client-sdk-java, build/docs/ConversationsApi.md and
SetRecordingState.md.

- `POST https://login.<region>/oauth/token` (client credentials, HTTP basic) gives a token.
- `POST /api/v2/analytics/conversations/details/query` finds the live voice conversations of a user.
- `PUT /api/v2/conversations/calls/{id}/recordingstate` with `recordingState` PAUSED or ACTIVE:
  "'paused' initiates a secure pause, 'active' resumes any paused recordings".
- `GET /api/v2/conversations/calls/{id}` tells `recordingState`, which confirms it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from agentguard.uplink.recorders import web
from agentguard.uplink.recorders.platform import Asked, Ended

CALLS = "/api/v2/conversations/calls"
QUERY = "/api/v2/analytics/conversations/details/query"
LONGEST_CALL = timedelta(hours=24)
MOST = 10  # live calls of one person that are looked at


def adapter(asked: Asked) -> Ended:
    """Pause every live call of the person, or let those that were paused go on."""
    token = _token(asked)
    calls = asked.paused.known() if not asked.pause else ()
    calls = calls or _live(asked, token)
    if not calls:
        return Ended.NOT_TOLD if asked.pause else Ended.DONE
    wanted = "PAUSED" if asked.pause else "ACTIVE"
    if asked.pause:
        asked.paused.remember(*calls)
    told = [_set(asked, token, call, wanted) for call in calls]
    if not all(told):
        return Ended.NOT_TOLD
    if not asked.pause:
        asked.paused.forget()
    return Ended.DONE


def _token(asked: Asked) -> str:
    headers = {"Content-Type": web.FORM, **web.basic(asked.login.user, asked.login.secret)}
    body = web.form(grant_type="client_credentials")
    said = asked.web.ask("POST", asked.rules.login, "/oauth/token", headers, body)
    token = said.text("access_token")
    if not said.well or not token:
        raise web.refused(said, asked.rules.login)
    return token


def _live(asked: Asked, token: str) -> tuple[str, ...]:
    now = datetime.fromtimestamp(asked.web.clock.now().wall, UTC)
    said = asked.web.ask(
        "POST",
        asked.rules.address,
        QUERY,
        {"Content-Type": web.JSON, **web.bearer(token)},
        web.json(_query(asked.login.agent, now)),
    )
    if not said.well:
        raise web.refused(said, asked.rules.address)
    found = (one.get("conversationId") for one in said.rows("conversations"))
    return tuple(one for one in found if isinstance(one, str) and one)


def _query(agent: str, now: datetime) -> dict[str, object]:
    """Ask for the person's voice conversations that have not ended."""
    begin, end = now - LONGEST_CALL, now + timedelta(minutes=1)
    return {
        "interval": f"{_time(begin)}/{_time(end)}",
        "order": "desc",
        "orderBy": "conversationStart",
        "paging": {"pageSize": MOST, "pageNumber": 1},
        "conversationFilters": [
            {
                "type": "and",
                "predicates": [
                    {"type": "dimension", "dimension": "conversationEnd", "operator": "notExists"}
                ],
            }
        ],
        "segmentFilters": [
            {
                "type": "and",
                "predicates": [
                    {"type": "dimension", "dimension": "userId", "value": agent},
                    {"type": "dimension", "dimension": "mediaType", "value": "voice"},
                    {"type": "dimension", "dimension": "segmentEnd", "operator": "notExists"},
                ],
            }
        ],
    }


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"


def _set(asked: Asked, token: str, call: str, wanted: str) -> bool:
    """Set the state of one call's recording, and read it back."""
    path, url = f"{CALLS}/{quote(call, safe='')}", asked.rules.address
    headers = {"Content-Type": web.JSON, **web.bearer(token)}
    body = web.json({"recordingState": wanted})
    said = asked.web.ask("PUT", url, f"{path}/recordingstate", headers, body)
    if not said.well:
        raise web.refused(said, url)
    read = asked.web.ask("GET", url, path, web.bearer(token))
    return read.well and read.text("recordingState").upper() == wanted
