"""NICE CXone: the person's call is masked, and only a 200 says that it is."""

from __future__ import annotations

import pytest

from agentguard.base.errors import UplinkError
from agentguard.engine.action_runner import NotTold
from agentguard.runtime.recorder_hand import RecorderHand
from tests.unit.uplink.recorders.fake import SECRET, Fake, Seen
from tests.unit.uplink.recorders.test_genesys_cloud import PAUSE, RESUME, action

TOKEN = "/authentication/v1/token/access-key"
MASKS = "/interaction-recording-management-service/v1/interactions"


class Cxone:
    """Answers as the published interface does, with these statuses, the last for ever."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)

    def __call__(self, seen: Seen) -> tuple[int, object]:
        if seen.path == TOKEN:
            return 200, {"access_token": "t-2", "token_type": "Bearer"}
        if seen.headers.get("Authorization") != "Bearer t-2":
            return 401, {}
        return (self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]), b""


@pytest.fixture
def hand(fake: Fake) -> RecorderHand:
    return fake.hand("nice-cxone", login=fake.url)


def test_row_237_it_masks_and_unmasks(fake, hand) -> None:
    fake.answer = Cxone(200)
    assert hand(action(PAUSE)).id == "action.recorder-paused"
    assert fake.lines == [f"POST {TOKEN}", f"POST {MASKS}/mask?userId=agent-7"]
    assert fake.seen[0].json == {"accessKeyId": "id-of-the-desk", "accessKeySecret": SECRET}
    assert fake.seen[0].headers["Content-Type"] == "application/json"
    del fake.seen[:]
    assert hand(action(RESUME)).id == "action.recorder-resumed"
    assert fake.lines[1] == f"POST {MASKS}/unmask?userId=agent-7"


def test_what_is_accepted_is_asked_again_until_it_is_done(fake, hand) -> None:
    fake.answer = Cxone(202, 425, 200)
    assert hand(action(PAUSE)).id == "action.recorder-paused"
    assert sum("/mask?" in line for line in fake.lines) == 3


@pytest.mark.parametrize("status", [202, 425, 204, 404])
def test_row_238_whatever_is_no_200_is_not_known_to_be_masked(fake, hand, status) -> None:
    fake.answer = Cxone(status)
    with pytest.raises(NotTold):
        hand(action(PAUSE))


def test_a_call_that_is_over_needs_no_unmasking(fake, hand) -> None:
    fake.answer = Cxone(404)
    assert hand(action(RESUME)).id == "action.recorder-resumed"


@pytest.mark.parametrize("status", [401, 403, 422, 500])
def test_a_refusal_is_an_error(fake, hand, status) -> None:
    fake.answer = Cxone(status)
    with pytest.raises(UplinkError) as error:
        hand(action(PAUSE))
    assert SECRET not in str(error.value)


def test_without_a_token_nothing_is_asked(fake, hand) -> None:
    fake.answer = lambda _seen: (200, {})
    with pytest.raises(UplinkError):
        hand(action(PAUSE))
    assert set(fake.lines) == {f"POST {TOKEN}"}
