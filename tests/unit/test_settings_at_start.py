"""An agent's settings, whatever stands in their file."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from agentguard.base import settings
from agentguard.base.settings import AtStart, Layers, MachineSettings, at_start

WHOLE = MachineSettings(
    endpoint="https://guard.example", policy_root="/etc/roots", label="Desk 7", auto_start=False
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings.save(tmp_path, WHOLE)
    assert at_start(tmp_path) == AtStart(settings=WHOLE)
    return tmp_path


def test_a_whole_file_is_kept_for_when_it_is_not(folder: Path) -> None:
    assert (folder / settings.LAST_GOOD).read_bytes() == (folder / settings.FILE).read_bytes()
    if os.name == "posix":  # Windows keeps rights in access lists
        assert (folder / settings.LAST_GOOD).stat().st_mode & 0o777 == 0o600
    settings.save(folder, MachineSettings(label="Desk 8"))
    assert at_start(folder).settings == MachineSettings(label="Desk 8"), "what is whole counts"
    (folder / settings.FILE).unlink()
    assert at_start(folder) == AtStart(settings=MachineSettings()), "a file may be taken away"


@pytest.mark.parametrize(
    ("raw", "id_", "line"),
    [
        (b'label = "x"\nendpoint = \n', "settings-broken", 2),
        (b'label = "x"\nlabel = "y"\n', "settings-broken", 2),
        (b"a = " + b"[" * 20_000, "settings-broken", 1),
        (b"\xff\xfe\x00", "settings-encoding", None),
        (b"#" * (settings.MOST + 1), "settings-unread", None),
    ],
)
def test_of_a_broken_file_all_is_as_it_was_last(
    raw: bytes, id_: str, line: int | None, folder: Path
) -> None:
    (folder / settings.FILE).write_bytes(raw)
    begun = at_start(folder)
    assert begun.settings == WHOLE
    (fault,) = begun.faults
    assert fault.id == f"starting.{id_}"
    assert fault.params["file"] == str(folder / settings.FILE)
    assert fault.params.get("line") == line
    assert settings.told(folder, Layers())[0].value == WHOLE.endpoint, "as windows show it"


NOT_ON_WINDOWS = [pytest.param(kind, marks=pytest.mark.posix) for kind in ("pipe", "loop")]


@pytest.mark.parametrize("kind", ["folder", *NOT_ON_WINDOWS])
def test_what_is_no_file_is_told_and_waited_for_by_nobody(kind: str, folder: Path) -> None:
    file = folder / settings.FILE
    file.unlink()
    {"folder": file.mkdir, "pipe": lambda: os.mkfifo(file), "loop": lambda: file.symlink_to(file)}[
        kind
    ]()
    begun = at_start(folder)
    assert begun.settings == WHOLE
    assert [fault.id for fault in begun.faults] == ["starting.settings-unread"]


@pytest.mark.parametrize(
    ("text", "id_", "line", "name"),
    [
        ('label = "x"\nendpoit = "y"\n', "settings-unknown", 2, "endpoit"),
        ('label = "x"\n[endpoint]\nurl = 1\n', "settings-value", 2, "endpoint"),
        ('label = "x"\nendpoint = 7\n', "settings-value", 2, "endpoint"),
        ('label = "x"\nauto_start = "yes"\n', "settings-value", 2, "auto_start"),
        ('label = "x"\n"4556 7375 8689 9855" = 1\n', "settings-unknown", 2, "?"),
        ('label = "x"\na = 1\nb = 2\n', "settings-several", 2, None),
    ],
)
def test_what_is_right_counts_and_the_rest_is_as_it_was_last(
    text: str, id_: str, line: int, name: str | None, folder: Path
) -> None:
    (folder / settings.FILE).write_text(text)
    begun = at_start(folder)
    assert begun.settings.label == "x"
    assert (begun.settings.endpoint, begun.settings.policy_root) == (
        WHOLE.endpoint,
        WHOLE.policy_root,
    )
    (fault,) = begun.faults
    assert (fault.id, fault.params["line"]) == (f"starting.{id_}", line)
    assert fault.params.get("name") == name, "a name, never a value"
    assert (folder / settings.LAST_GOOD).read_text() != text, "what is wrong is not kept"


def test_without_a_last_good_one_it_is_the_usual_and_what_is_managed(tmp_path: Path) -> None:
    (tmp_path / settings.FILE).write_text("endpoint =")
    layers = Layers(managed={"label": "Desk 9"}, installed={"team": "blue"})
    begun = at_start(tmp_path, layers)
    assert begun.settings == MachineSettings(label="Desk 9", team="blue")
    assert len(begun.faults) == 1


def test_no_damage_of_any_byte_raises_or_moves_the_endpoint(folder: Path) -> None:
    """A file that one byte has damaged is told, or is another whole file."""
    file, rng = folder / settings.FILE, random.Random(5)
    raw = file.read_bytes()
    for _ in range(400):
        file.write_bytes(raw)
        assert at_start(folder) == AtStart(settings=WHOLE)
        place, byte = rng.randrange(len(raw)), rng.randrange(256)
        file.write_bytes(raw[:place] + bytes([byte]) + raw[place + 1 :])
        begun = at_start(folder)
        if begun.faults:
            assert begun.settings.endpoint
            assert begun.settings.policy_root
