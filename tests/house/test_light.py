"""What the agent's own process must not carry: it runs eight hours a day on every desk."""

from __future__ import annotations

import subprocess
import sys

import pytest
import shtab

from agentguard import cli, start
from agentguard.uplink import enrolment

HEAVY = (
    "alembic", "jinja2", "litestar", "pypdfium2", "segno", "shtab", "sqlalchemy", "tqdm", "uvicorn",
)  # fmt: skip


@pytest.mark.parametrize("command", ["run", "tray"])
def test_the_agent_carries_neither_the_endpoint_nor_the_readers_of_files(command: str) -> None:
    show = (
        "import sys\n"
        "from agentguard import cli, platforms, start\n"
        f"cli._parser([{command!r}])\n"
        "platforms.load()\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ended.stdout.split())
    assert "agentguard" in loaded
    assert not loaded & set(HEAVY)
    assert "PySide6" not in loaded, "windows are for the tray alone"
    assert "cryptography" not in loaded, "only an enrolled agent signs"


def test_an_enrolment_is_looked_for_where_it_is_written() -> None:
    assert start.ENROLMENT == enrolment.FILE


def test_every_shell_that_can_be_completed_is_offered() -> None:
    assert list(cli.SHELLS) == list(shtab.SUPPORTED_SHELLS)


def test_completion_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--print-completion", "bash"])
    assert not ended.value.code
    assert "agentguard" in capsys.readouterr().out
