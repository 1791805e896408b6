"""Reports of a scan, which are kept and sent on: a file named after a value is told masked."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.cli import main
from tests.flow.canary import drawn

CORPUS = drawn(9)
FORMS = {
    "table": (),
    "lines": ("--format", "jsonl"),
    "explain": ("--explain",),
    "explain lines": ("--explain", "--format", "jsonl"),
    "sheet": ("--report", "csv"),
    "page": ("--report", "html"),
}


@pytest.mark.parametrize("form", FORMS)
def test_no_report_tells_a_value_by_a_name(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / CORPUS.cards[0] / CORPUS.mails[0]
    folder.mkdir(parents=True)
    (folder / f"{CORPUS.cards[1]}.txt").write_text(CORPUS.letter())
    (folder / f"{CORPUS.ibans[1]}.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 99)
    (folder / f"{CORPUS.cards[2].replace(' ', '_')}_Smith.txt").write_text("hello")
    assert main(["scan", *FORMS[form], str(tmp_path / CORPUS.cards[0])]) == 1
    told = capsys.readouterr()
    assert "..." in told.out
    assert CORPUS.found_in((told.out + told.err).encode()) == set()
