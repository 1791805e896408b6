"""Genesys Cloud: token, live calls, secure pause, and what the conversation itself says."""

from __future__ import annotations

import base64

import pytest

from agentguard.base.errors import UplinkError
from agentguard.engine.action_runner import NotTold
from agentguard.model.actions import Action, ActionKind
from agentguard.runtime.recorder_hand import RecorderHand
from tests.unit.uplink.recorders.fake import SECRET, Fake, Seen

PAUSE, RESUME = ActionKind.PAUSE_RECORDER, ActionKind.RESUME_RECORDER
QUERY = "/api/v2/analytics/conversations/details/query"
CALL = "/api/v2/conversations/calls/c-1"


def action(kind: ActionKind) -> Action:
    return Action(id="1", kind=kind, check="payment", subject="")


class Genesys:
    """Answers as the published interface does; `state` is that of the one call's recording."""

    def __init__(self, *calls: str, obeys: bool = True) -> None:
        self.calls, self.obeys, self.state = calls, obeys, "ACTIVE"

    def __call__(self, seen: Seen) -> tuple[int, object]:
        if seen.path == "/oauth/token":
            return 200, {"access_token": "t-1", "token_type": "bearer", "expires_in": 86399}
        if seen.headers.get("Authorization") != "Bearer t-1":
            return 401, {}
        if seen.path == QUERY:
            return 200, {"conversations": [{"conversationId": c} for c in self.calls]}
        if seen.method == "PUT":
            self.state = seen.json["recordingState"] if self.obeys else self.state
            return 202, {}
        return 200, {"id": "c-1", "recordingState": self.state}


@pytest.fixture
def hand(fake: Fake) -> RecorderHand:
    return fake.hand("genesys-cloud", login=fake.url)


def test_row_237_it_pauses_confirms_resumes_and_confirms(fake, hand) -> None:
    fake.answer = Genesys("c-1")
    assert hand(action(PAUSE)).id == "action.recorder-paused"
    assert fake.lines == [
        "POST /oauth/token",
        f"POST {QUERY}",
        f"PUT {CALL}/recordingstate",
        f"GET {CALL}",
    ]
    token, query, put, read = fake.seen
    assert token.body == b"grant_type=client_credentials"
    assert token.headers["Content-Type"] == "application/x-www-form-urlencoded"
    login = base64.b64encode(f"id-of-the-desk:{SECRET}".encode()).decode()
    assert token.headers["Authorization"] == f"Basic {login}"
    assert query.headers["Content-Type"] == put.headers["Content-Type"] == "application/json"
    (segments,) = query.json["segmentFilters"]
    assert {"type": "dimension", "dimension": "userId", "value": "agent-7"} in segments[
        "predicates"
    ]
    assert put.json == {"recordingState": "PAUSED"}
    assert read.body == b""
    del fake.seen[:]
    assert hand(action(RESUME)).id == "action.recorder-resumed"
    assert fake.lines == ["POST /oauth/token", f"PUT {CALL}/recordingstate", f"GET {CALL}"]
    assert fake.seen[1].json == {"recordingState": "ACTIVE"}


def test_row_238_an_answer_that_is_not_confirmed_is_no_pause(fake, hand) -> None:
    fake.answer = Genesys("c-1", obeys=False)
    with pytest.raises(NotTold) as told:
        hand(action(PAUSE))
    assert told.value.said.id == "action.recorder-unknown"
    assert fake.lines.count(f"PUT {CALL}/recordingstate") == 3


def test_where_no_call_is_live_nobody_can_tell_that_a_recording_was_paused(fake, hand) -> None:
    fake.answer = Genesys()
    with pytest.raises(NotTold):
        hand(action(PAUSE))
    del fake.seen[:]
    assert hand(action(RESUME)).id == "action.recorder-resumed"
    assert not any("recordingstate" in line for line in fake.lines)


def test_every_live_call_is_paused(fake, hand) -> None:
    fake.answer = Genesys("c-1", "c-2")
    hand(action(PAUSE))
    puts = [line for line in fake.lines if line.startswith("PUT")]
    assert [line.split("/")[5] for line in puts] == ["c-1", "c-2"]


@pytest.mark.parametrize("where", ["/oauth/token", QUERY, f"{CALL}/recordingstate"])
def test_row_238_a_refusal_is_an_error_that_holds_no_secret(fake, hand, where, caplog) -> None:
    well = Genesys("c-1")
    fake.answer = lambda seen: (403, {"message": "no"}) if seen.path == where else well(seen)
    with pytest.raises(UplinkError) as error:
        hand(action(PAUSE))
    told = f"{error.value} {error.value.why} {caplog.text}"
    assert SECRET not in told
    assert "t-1" not in told
    assert fake.lines.count(f"POST {where}") + fake.lines.count(f"PUT {where}") == 3
