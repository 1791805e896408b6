"""The demonstration's supervisor sees the desk: its console has something to show."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from agentguard.commands import demo
from agentguard.commands._policy_reader import READING
from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.people import account
from agentguard.server.store.schema.tables import team, user_team


def test_the_supervisor_is_given_the_team_of_the_desk(tmp_path: Path) -> None:
    settings = ServerSettings(data=tmp_path / "server", reading=READING)
    with Admin(settings, lambda: 1_790_000_000.0) as admin:
        admin.enrol_code(demo.TEAM)
        password, codes = demo._supervisor(admin)
        assert password
        assert len(codes) == demo.CODES
        named = select(team.c.name).join(user_team, user_team.c.team == team.c.id)
        of_hers = named.where(user_team.c.user == demo.SUPERVISOR)
        teams = admin._database.run(lambda c: c.execute(of_hers).scalars().all())
        assert teams == [demo.TEAM]
        found = admin._database.run(lambda c: account(c, demo.SUPERVISOR))
        assert found is not None
