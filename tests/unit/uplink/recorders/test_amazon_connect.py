"""Amazon Connect: each live contact is suspended, signed as AWS's own vectors are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agentguard.base.errors import UplinkError
from agentguard.engine.action_runner import NotTold
from agentguard.runtime.recorder_hand import RecorderHand
from agentguard.uplink.recorders.amazon_connect import Key, Request, signed
from tests.unit.uplink.recorders.fake import SECRET, Fake, Seen
from tests.unit.uplink.recorders.test_genesys_cloud import PAUSE, RESUME, action

INSTANCE = "11111111-2222-3333-4444-555555555555"
USERS = f"/metrics/userdata/{INSTANCE}"
SUITE = Key(
    id="AKIDEXAMPLE",
    secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",  # AWS's own example
    region="us-east-1",
    service="service",
)
AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()
FORM = {"content-type": "application/x-www-form-urlencoded"}
VECTORS = {
    "get-vanilla": (
        "GET",
        "/",
        {},
        b"",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "post-vanilla": (
        "POST",
        "/",
        {},
        b"",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "get-vanilla-query-order-key-case": (
        "GET",
        "/?Param2=value2&Param1=value1",
        {},
        b"",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "post-vanilla-query": (
        "POST",
        "/?Param1=value1",
        {},
        b"",
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
    ),
    "post-x-www-form-urlencoded": (
        "POST",
        "/",
        FORM,
        b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    "get-header-key-duplicate": (
        "GET",
        "/",
        {"my-header1": "value2,value2,value1"},
        b"",
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    "get-header-value-multiline": (
        "GET",
        "/",
        {"my-header1": "value1,value2,value3"},
        b"",
        "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_row_239_signatures_are_those_of_awss_own_test_suite(name) -> None:
    method, path, headers, body, wanted = VECTORS[name]
    request = Request(
        method=method, host="example.amazonaws.com", path=path, headers=headers, body=body
    )
    given = signed(request, SUITE, AT)
    assert given["X-Amz-Date"] == "20150830T123600Z"
    names = ";".join(sorted({"host", "x-amz-date", *headers}))
    assert given["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={wanted}"
    )


def test_the_token_of_a_session_is_sent_and_signed() -> None:
    key = Key(id="A", secret="s", region="eu-west-2", service="connect", token="t")
    given = signed(Request(method="GET", host="h", path="/"), key, AT)
    assert given["X-Amz-Security-Token"] == "t"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in given["Authorization"]


class Connect:
    """Answers as the published interface does, and refuses what is not signed as it came."""

    def __init__(self, *contacts: dict[str, object], first: str = "k-0") -> None:
        self.contacts, self.first = contacts, first

    def __call__(self, seen: Seen) -> tuple[int, object]:
        if not _is_signed(seen):
            return 403, {"message": "signature"}
        if seen.path == USERS:
            return 200, {"UserDataList": [{"User": {}, "Contacts": list(self.contacts)}]}
        if seen.method == "GET":
            return 200, {"Contact": {"Id": "k-1", "InitialContactId": self.first}}
        return 200, {}


def _is_signed(seen: Seen) -> bool:
    """Sign what came once more, with the date that came, and compare."""
    stamp = seen.headers["X-Amz-Date"]
    at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    key = Key(id="id-of-the-desk", secret=SECRET, region="eu-west-2", service="connect")
    headers = {"content-type": "application/json"} if seen.body else {}
    again = Request(
        method=seen.method,
        host=seen.headers["Host"],
        path=seen.path,
        headers=headers,
        body=seen.body,
    )
    return signed(again, key, at)["Authorization"] == seen.headers["Authorization"]


VOICE = {"ContactId": "k-1", "Channel": "VOICE", "AgentContactState": "CONNECTED"}


@pytest.fixture
def hand(fake: Fake) -> RecorderHand:
    return fake.hand("amazon-connect", account=INSTANCE, region="eu-west-2")


def test_row_237_it_suspends_and_resumes_with_the_initial_contact(fake, hand) -> None:
    fake.answer = Connect(VOICE, {"ContactId": "k-2", "Channel": "CHAT"})
    assert hand(action(PAUSE)).id == "action.recorder-paused"
    assert fake.lines == [
        f"POST {USERS}",
        f"GET /contacts/{INSTANCE}/k-1",
        "POST /contact/suspend-recording",
    ]
    assert fake.seen[0].json["Filters"] == {
        "Agents": ["agent-7"],
        "ContactFilter": {"ContactStates": ["CONNECTED", "CONNECTED_ONHOLD"]},
    }
    ids = {"ContactId": "k-1", "InitialContactId": "k-0", "InstanceId": INSTANCE}
    assert fake.seen[2].json == ids
    del fake.seen[:]
    assert hand(action(RESUME)).id == "action.recorder-resumed"
    assert fake.lines[-1] == "POST /contact/resume-recording"
    assert fake.seen[-1].json == ids


def test_a_contact_that_is_the_first_is_its_own_initial_contact(fake, hand) -> None:
    fake.answer = Connect(VOICE, first="")
    hand(action(PAUSE))
    assert fake.seen[2].json["InitialContactId"] == "k-1"


def test_without_a_live_contact_a_pause_is_not_known_and_a_resume_is_done(fake, hand) -> None:
    fake.answer = Connect()
    with pytest.raises(NotTold):
        hand(action(PAUSE))
    assert hand(action(RESUME)).id == "action.recorder-resumed"


def test_a_refusal_is_an_error(fake, hand) -> None:
    live = Connect(VOICE)
    fake.answer = lambda seen: (404, {}) if "suspend" in seen.path else live(seen)
    with pytest.raises(UplinkError) as error:
        hand(action(PAUSE))
    assert SECRET not in str(error.value)
