"""Whether the person may be disturbed, by Windows' own answers and by recorded ones."""

from __future__ import annotations

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._win32.probes import busy

AT = Moment(boot=1.0, wall=1.0)


def test_windows_tells_that_nobody_presents_here() -> None:
    assert busy.PROBE.name == "busy"
    told = busy.PROBE.read(AT, None)
    assert told.at == AT
    assert told.presenting is False
    assert told.do_not_disturb in {True, False, None}
    assert busy.notification_state() == 5


@pytest.mark.parametrize(
    ("state", "quiet", "wanted"),
    [
        (4, 0, (True, False)),
        (5, 2, (False, True)),
        (None, None, (None, None)),
        (9, 7, (None, None)),
    ],
)
def test_what_is_not_told_is_not_known_and_never_busy(state, quiet, wanted) -> None:
    told = busy.BusyProbe(lambda: state, lambda: quiet).read(AT, None)
    assert (told.presenting, told.do_not_disturb) == wanted
