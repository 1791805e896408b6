"""Amazon Connect: suspends the recording of the person's live contacts.

Published at https://docs.aws.amazon.com/connect/latest/APIReference/:

- `POST /metrics/userdata/{InstanceId}` (GetCurrentUserData) finds the person's contacts.
- `GET /contacts/{InstanceId}/{ContactId}` (DescribeContact) tells the initial contact.
- `POST /contact/suspend-recording` and `/contact/resume-recording` with ContactId,
  InitialContactId, InstanceId; the answer is 200 and empty.

No request of this interface tells whether a recording is suspended now: the 200 is all the
confirmation there is. Requests are signed (AWS Signature Version 4), with a path, a sorted query
and a small body, and held to the vectors of AWS's own test suite:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
Paths are taken as they are sent: what stands in them is percent-encoded already and holds no `..`
or doubled slash.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

from agentguard.uplink.recorders import web
from agentguard.uplink.recorders.platform import Asked, Ended

SERVICE = "connect"
LIVE = ("CONNECTED", "CONNECTED_ONHOLD")
VOICE = "VOICE"
ALGORITHM = "AWS4-HMAC-SHA256"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An access key for one region and service; `token` is that of a session, if it is of one."""

    id: str
    secret: str = field(repr=False)
    region: str
    service: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is signed; the names of `headers` are in small letters."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def signed(request: Request, key: Key, wall: float) -> dict[str, str]:
    """Return the headers to add: the date, the session's token, and the signature."""
    at = datetime.fromtimestamp(wall, UTC)
    stamp, day = f"{at:%Y%m%dT%H%M%SZ}", f"{at:%Y%m%d}"
    given = {"host": request.host, "x-amz-date": stamp, **request.headers}
    if key.token:
        given["x-amz-security-token"] = key.token
    names = ";".join(sorted(given))
    scope = f"{day}/{key.region}/{key.service}/aws4_request"
    to_sign = "\n".join((ALGORITHM, stamp, scope, _hash(_canonical(request, given, names))))
    signature = hmac.digest(_signing_key(key, day), to_sign.encode(), "sha256").hex()
    token = {"X-Amz-Security-Token": key.token} if key.token else {}
    return {
        "X-Amz-Date": stamp,
        **token,
        "Authorization": f"{ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}",
    }


def _canonical(request: Request, given: Mapping[str, str], names: str) -> bytes:
    path, _, query = request.path.partition("?")
    headers = "".join(f"{name}:{' '.join(given[name].split())}\n" for name in sorted(given))
    parts = (
        request.method,
        quote(path, safe="/"),
        "&".join(sorted(query.split("&"))),
        headers,
        names,
        _hash(request.body),
    )
    return "\n".join(parts).encode()


def _signing_key(key: Key, day: str) -> bytes:
    made = f"AWS4{key.secret}".encode()
    for part in (day, key.region, key.service, "aws4_request"):
        made = hmac.digest(made, part.encode(), "sha256")
    return made


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
