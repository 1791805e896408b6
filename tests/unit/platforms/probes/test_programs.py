"""Image names of running programs."""

from __future__ import annotations

from pathlib import Path

import psutil

from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes import programs

AT = Moment(boot=10.0, wall=1_790_000_000.0)


def test_names_are_told_in_lower_case_without_exe() -> None:
    running = [
        ("AnyDesk", "/usr/bin/anydesk"),
        ("TeamViewer.exe", "/opt/teamviewer/tv_bin/TeamViewer.exe"),
        ("softphone", "/opt/phone/softphone (deleted)"),
        ("", ""),
    ]
    seen = programs.read_from(running, AT)
    assert seen.images == {"anydesk", "teamviewer", "softphone"}
    assert seen.unread == ""


def test_no_program_at_all_is_no_answer() -> None:
    assert programs.read_from([], AT).unread == "no-answer"


def test_this_program_is_among_the_real_ones(any_policy: Policy) -> None:
    seen = programs.read(AT, any_policy)
    assert Path(psutil.Process().exe()).name.lower() in seen.images
    assert not any(image.startswith("kworker") for image in seen.images)
