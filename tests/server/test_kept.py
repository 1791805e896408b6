"""What the tests keep for all endpoints of a process is that of one which works."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from agentguard.server.store.engine import dialects
from tests.server.kept import Statements

AWAY = "postgresql+psycopg://nobody@127.0.0.1:9/none"


@pytest.mark.heavy
@pytest.mark.posix
def test_a_database_that_was_never_reached_teaches_no_other(
    postgresql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "make", Statements())
    with pytest.raises(OperationalError):
        dialects.make(AWAY).connect()
    for _ in range(2):
        engine = dialects.make(postgresql.new())
        with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()
