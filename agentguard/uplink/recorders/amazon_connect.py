"""Amazon Connect: suspends the recording of the person's live contacts.

Published at https://docs.aws.amazon.com/connect/latest/APIReference/:

- `POST /metrics/userdata/{InstanceId}` (GetCurrentUserData) finds the person's contacts.
- `GET /contacts/{InstanceId}/{ContactId}` (DescribeContact) tells the initial contact.
- `POST /contact/suspend-recording` and `/contact/resume-recording` with ContactId,
  InitialContactId, InstanceId; the answer is 200 and empty.

Requests are signed (Signature Version 4). No request of this interface tells whether a recording
is suspended now: the 200 is all the confirmation there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

from agentguard.uplink.recorders import web
from agentguard.uplink.recorders.platform import Asked, Ended
from agentguard.uplink.recorders.sigv4 import Key, Request, signed

SERVICE = "connect"
LIVE = ("CONNECTED", "CONNECTED_ONHOLD")
VOICE = "VOICE"


def adapter(asked: Asked) -> Ended:
    """Suspend every live contact of the person, or resume those that were suspended."""
    contacts = asked.paused.known() if not asked.pause else ()
    contacts = contacts or _live(asked)
    if not contacts:
        return Ended.NOT_TOLD if asked.pause else Ended.DONE
    if asked.pause:
        asked.paused.remember(*contacts)
    for contact in contacts:
        _set(asked, contact)
    if not asked.pause:
        asked.paused.forget()
    return Ended.DONE


def _live(asked: Asked) -> tuple[str, ...]:
    filters = {"Agents": [asked.login.agent], "ContactFilter": {"ContactStates": list(LIVE)}}
    path = f"/metrics/userdata/{quote(asked.rules.account, safe='')}"
    said = _ask(asked, "POST", path, {"Filters": filters})
    found = [one for row in said.rows("UserDataList") for one in _contacts(row)]
    return tuple(found)


def _contacts(row: Mapping[str, object]) -> list[str]:
    found = row.get("Contacts")
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    ids = (one.get("ContactId") for one in rows if one.get("Channel", VOICE) == VOICE)
    return [one for one in ids if isinstance(one, str) and one]


def _set(asked: Asked, contact: str) -> None:
    verb = "suspend" if asked.pause else "resume"
    body = {
        "ContactId": contact,
        "InitialContactId": _first(asked, contact),
        "InstanceId": asked.rules.account,
    }
    _ask(asked, "POST", f"/contact/{verb}-recording", body)


def _first(asked: Asked, contact: str) -> str:
    """Return the contact with which the customer's matter began, which may be this one."""
    account, one = quote(asked.rules.account, safe=""), quote(contact, safe="")
    said = _ask(asked, "GET", f"/contacts/{account}/{one}", None)
    told = said.told.get("Contact")
    first = told.get("InitialContactId") if isinstance(told, dict) else None
    return first if isinstance(first, str) and first else contact


def _ask(asked: Asked, method: str, path: str, body: object) -> web.Said:
    sent = web.json(body) if body is not None else b""
    headers = {"Content-Type": web.JSON} if sent else {}
    sign = partial(_signed, asked)
    said = asked.web.ask(method, asked.rules.address, path, headers, sent, sign=sign)
    if not said.well:
        raise web.refused(said, asked.rules.address)
    return said


def _signed(asked: Asked, method: str, host: str, path: str, body: bytes) -> Mapping[str, str]:
    login = asked.login
    key = Key(id=login.user, secret=login.secret, region=asked.rules.region, service=SERVICE)
    headers = {"content-type": web.JSON} if body else {}
    request = Request(method=method, host=host, path=path, headers=headers, body=body)
    return signed(request, key, asked.web.clock.now().wall)
