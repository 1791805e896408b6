"""Twilio Programmable Voice: pauses the recording of the person's live calls.

Published at https://www.twilio.com/docs/voice/api/recording (update a Recording resource) and
https://www.twilio.com/docs/voice/api/call-resource (read multiple Call resources).

- `GET /2010-04-01/Accounts/{AccountSid}/Calls.json?To=...&Status=in-progress` finds the calls to
  the person's client or number. A recording belongs to the parent leg of a two-leg call.
- `POST .../Calls/{CallSid}/Recordings/Twilio.CURRENT.json` with `Status` paused or in-progress;
  `PauseBehavior=silence` puts silence in place of what is said.
- `GET .../Recordings/{Sid}.json` tells `status`, which confirms it.

HTTP basic authentication with an API key and its secret. What records a conference, as Flex does
by itself, is another resource and is not paused here.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from agentguard.uplink.recorders import web
from agentguard.uplink.recorders.platform import Asked, Ended


def adapter(asked: Asked) -> Ended:
    """Pause every live call of the person, or let those that were paused go on."""
    calls = asked.paused.known() if not asked.pause else ()
    calls = calls or _live(asked)
    if not calls:
        return Ended.NOT_TOLD if asked.pause else Ended.DONE
    if asked.pause:
        asked.paused.remember(*calls)
    wanted = "paused" if asked.pause else "in-progress"
    told = [_set(asked, call, wanted) for call in calls]
    if not all(told):
        return Ended.NOT_TOLD
    if not asked.pause:
        asked.paused.forget()
    return Ended.DONE


def _account(asked: Asked) -> str:
    return f"/2010-04-01/Accounts/{quote(asked.rules.account, safe='')}"


def _live(asked: Asked) -> tuple[str, ...]:
    query = urlencode({"To": asked.login.agent, "Status": "in-progress"})
    path = f"{_account(asked)}/Calls.json?{query}"
    said = asked.web.ask("GET", asked.rules.address, path, _signed(asked))
    if not said.well:
        raise web.refused(said, asked.rules.address)
    found = (one.get("parent_call_sid") or one.get("sid") for one in said.rows("calls"))
    return tuple(one for one in found if isinstance(one, str) and one)


def _set(asked: Asked, call: str, wanted: str) -> bool:
    """Set the state of one call's recording, and read it back; a call that is over goes on."""
    url, folder = asked.rules.address, f"{_account(asked)}/Calls/{quote(call, safe='')}/Recordings"
    behaviour = {"PauseBehavior": "silence"} if asked.pause else {}
    said = asked.web.ask(
        "POST",
        url,
        f"{folder}/Twilio.CURRENT.json",
        {"Content-Type": web.FORM, **_signed(asked)},
        web.form(Status=wanted, **behaviour),
    )
    if not said.well:
        raise web.refused(said, url)
    sid = said.text("sid")
    if not sid:
        return False
    read = asked.web.ask("GET", url, f"{folder}/{quote(sid, safe='')}.json", _signed(asked))
    return read.well and read.text("status") == wanted


def _signed(asked: Asked) -> dict[str, str]:
    return web.basic(asked.login.user, asked.login.secret)
