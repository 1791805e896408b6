"""Twilio: the current recording of each live call is paused, and read back by its own id."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs

import pytest

from agentguard.base.errors import UplinkError
from agentguard.engine.action_runner import NotTold
from agentguard.runtime.recorder_hand import RecorderHand
from tests.unit.uplink.recorders.fake import SECRET, Fake, Seen
from tests.unit.uplink.recorders.test_genesys_cloud import PAUSE, RESUME, action

ACCOUNT = "AC" + "0" * 32
HERE = f"/2010-04-01/Accounts/{ACCOUNT}"
CALLS = f"{HERE}/Calls.json?To=agent-7&Status=in-progress"
RECORDINGS = f"{HERE}/Calls/CA1/Recordings"


class Twilio:
    """Answers as the published interface does."""

    def __init__(self, *calls: dict[str, object], obeys: bool = True) -> None:
        self.calls, self.obeys, self.status = calls, obeys, "in-progress"

    def __call__(self, seen: Seen) -> tuple[int, object]:
        if seen.path == CALLS:
            return 200, {"calls": list(self.calls)}
        if seen.method == "POST":
            wanted = parse_qs(seen.body.decode())["Status"][0]
            self.status = wanted if self.obeys else self.status
            return 200, {"sid": "RE9", "call_sid": "CA1", "status": wanted}
        return 200, {"sid": "RE9", "status": self.status}


@pytest.fixture
def hand(fake: Fake) -> RecorderHand:
    return fake.hand("twilio", account=ACCOUNT)


def test_row_237_it_pauses_confirms_resumes_and_confirms(fake, hand) -> None:
    fake.answer = Twilio({"sid": "CA2", "parent_call_sid": "CA1"})
    assert hand(action(PAUSE)).id == "action.recorder-paused"
    assert fake.lines == [
        f"GET {CALLS}",
        f"POST {RECORDINGS}/Twilio.CURRENT.json",
        f"GET {RECORDINGS}/RE9.json",
    ]
    assert fake.seen[1].body == b"Status=paused&PauseBehavior=silence"
    assert fake.seen[1].headers["Content-Type"] == "application/x-www-form-urlencoded"
    login = base64.b64encode(f"id-of-the-desk:{SECRET}".encode()).decode()
    assert {one.headers["Authorization"] for one in fake.seen} == {f"Basic {login}"}
    del fake.seen[:]
    assert hand(action(RESUME)).id == "action.recorder-resumed"
    assert fake.lines[0] == f"POST {RECORDINGS}/Twilio.CURRENT.json"
    assert fake.seen[0].body == b"Status=in-progress"


def test_row_238_an_answer_that_is_not_confirmed_is_no_pause(fake, hand) -> None:
    fake.answer = Twilio({"sid": "CA1"}, obeys=False)
    with pytest.raises(NotTold):
        hand(action(PAUSE))


@pytest.mark.parametrize("said", [b"", b"<html>", [1], {"sid": 3}])
def test_row_238_an_answer_that_cannot_be_read_is_no_pause(fake, hand, said) -> None:
    live = Twilio({"sid": "CA1"})
    fake.answer = lambda seen: (200, said) if seen.method == "POST" else live(seen)
    with pytest.raises(NotTold):
        hand(action(PAUSE))


def test_without_a_live_call_a_pause_is_not_known_and_a_resume_is_done(fake, hand) -> None:
    fake.answer = Twilio()
    with pytest.raises(NotTold):
        hand(action(PAUSE))
    assert hand(action(RESUME)).id == "action.recorder-resumed"


@pytest.mark.parametrize("where", [CALLS, f"{RECORDINGS}/Twilio.CURRENT.json"])
def test_a_refusal_is_an_error(fake, hand, where) -> None:
    live = Twilio({"sid": "CA1"})
    fake.answer = lambda seen: (404, {}) if seen.path == where else live(seen)
    with pytest.raises(UplinkError) as error:
        hand(action(PAUSE))
    assert SECRET not in str(error.value)
