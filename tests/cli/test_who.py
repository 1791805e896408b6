"""Whose name the agent reports under: that of the account, whatever the environment says."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys

import pytest

from agentguard.platforms import user_name

pytestmark = pytest.mark.posix
SAY = "from agentguard.platforms import user_name; print(user_name())"


@pytest.mark.parametrize("name", ["LOGNAME", "USER", "LNAME", "USERNAME"])
def test_nobody_reports_under_the_name_of_a_colleague(name: str) -> None:
    told = subprocess.run(
        (sys.executable, "-c", SAY), env={**os.environ, name: "maria"}, stdout=subprocess.PIPE,
        text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == pwd.getpwuid(os.getuid()).pw_name != "maria"


def test_an_account_that_the_system_does_not_know_has_no_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    monkeypatch.setenv("LOGNAME", "maria")
    assert user_name() == ""
