"""What `dev.py` itself does: one run of tests beside another."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = """
import sys, time
from pathlib import Path
here = Path(__file__).parent
(here / "begun").touch()
end = time.monotonic() + 60
while not (here / "seen").exists() and time.monotonic() < end:
    time.sleep(0.02)
print("said", *sys.argv[1:], flush=True)
sys.exit(7 if (here / "seen").exists() else 1)
"""


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give `dev.py`, whose folder is a test's own with a stand-in for what it starts."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "dev.py").write_text(STAND_IN, encoding="utf-8")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "TOOLS", tmp_path / ".tools")
    return module


WAITS = """
import sys, time
from pathlib import Path
end = time.monotonic() + 60
while not Path(sys.argv[1]).exists() and time.monotonic() < end:
    time.sleep(0.02)
sys.exit(not Path(sys.argv[1]).exists())
"""


@pytest.mark.posix
@pytest.mark.parametrize("first", [(), ("nice",)])
def test_a_run_goes_beside_another_and_tells_how_it_ended(
    dev: ModuleType, tmp_path: Path, first: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    with dev._beside("--freeze", first=first) as other:
        begun = subprocess.run((sys.executable, "-c", WAITS, tmp_path / "begun"), check=False)
        assert begun.returncode == 0, "it has begun while this goes on"
        (tmp_path / "seen").touch()
    assert other.returncode == 7
    assert "said test --freeze" in capfd.readouterr().out


@pytest.mark.posix
def test_what_runs_beside_has_ended_before_a_failure_is_told(
    dev: ModuleType, tmp_path: Path
) -> None:
    begun = []

    def fail() -> None:
        with dev._beside("--freeze") as other:
            begun.append(other)
            (tmp_path / "seen").touch()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert begun[0].returncode == 7


@pytest.mark.posix
@pytest.mark.parametrize(("linux", "wine", "ended"), [(0, 0, 7), (0, 2, 2), (5, 0, 5)])
def test_all_ends_with_what_failed_first(
    dev: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    linux: int,
    wine: int,
    ended: int,
) -> None:
    """The stand-in for what goes beside the tests, a freeze and then the installer, ends with 7."""
    (tmp_path / "seen").touch()
    for name, code in (("system_packages", 0), ("environment", 0), ("_under_wine", wine)):
        monkeypatch.setattr(dev, name, lambda *_words, code=code: code)
    monkeypatch.setattr(dev, "_tests", lambda _rest, *, everything: linux if everything else 1)
    assert dev.test(["--all"]) == ended
    told = capfd.readouterr().out
    assert "said test --freeze" in told
    assert ("said test --installer" in told) == (linux == 0)


def test_help_of_a_command_tells_what_it_does_and_does_nothing(
    dev: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = set(tmp_path.iterdir())
    for name, do in dev.COMMANDS.items():
        monkeypatch.setattr(sys, "argv", ["dev.py", name, "--help"])
        assert dev.main() == 0, name
        assert (do.__doc__ or "").strip().splitlines()[0] in capsys.readouterr().out, name
    assert set(tmp_path.iterdir()) == before
