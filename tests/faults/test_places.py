"""Row 68: other alphabets, other locales, names with quotes and emoji, very long paths."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from agentguard.store.agent_store import open_for_reading
from tests.cli.typed import ran
from tests.desktop.harness import eventually
from tests.desktop.test_whole_agent import LETTER, Seat
from tests.faults.seated import CARD, seated

NAMES = {
    "quotes": 'O\'Brien "the desk" `$HOME`',
    "emoji": "Zoë 🙂 İıŞğ",
    "spaces": "  two  spaces ",
    "bytes": os.fsdecode(b"home-\xff\xfe"),
    "long": "/".join(["a folder with a long name " + "x" * 60] * 4),
}
LOCALES = {
    "turkish": {"LC_ALL": "tr_TR.UTF-8"},
    "turkish-latin-5": {"LC_ALL": "tr_TR.ISO-8859-9", "PYTHONUTF8": "0"},
    "c": {"LC_ALL": "C"},
    "posix": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
SOON = 60.0


@pytest.fixture(scope="session")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make Turkish locales, in which an I has a lower case of its own."""
    folder = tmp_path_factory.mktemp("locales")
    for charset in ("UTF-8", "ISO-8859-9"):
        made = ("localedef", "-i", "tr_TR", "-f", charset, str(folder / f"tr_TR.{charset}"))
        subprocess.run(made, check=True, timeout=60)
    return folder


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("name", "locale"),
    [
        ("quotes", "c"),
        ("emoji", "turkish"),
        ("emoji", "posix"),
        ("spaces", "turkish-latin-5"),
        ("bytes", "turkish"),
        ("bytes", "posix"),
        ("long", "posix"),
    ],
)
def test_row_68_a_desk_of_any_name_in_any_locale_is_guarded(
    name: str, locale: str, tmp_path: Path, locales: Path
) -> None:
    home = tmp_path / NAMES[name]
    home.mkdir(parents=True)
    assert name != "long" or len(str(home)) > 300
    with seated(home, env={**LOCALES[locale], "LOCPATH": str(locales)}) as desk:
        file = desk.folder / f"{'INFO ıİ' if name == 'emoji' else 'export'}.CSV"
        file.write_text(f"name,card\nA,{CARD}\n", encoding="utf-8")
        finding = f"pii-files: {file}"
        eventually(lambda: finding in map(plain, desk.ask("state")["findings"]), within=SOON)
        desk.ask("copy", f"card {CARD}")
        eventually(lambda: desk.ask("state")["paste"] == "")
        desk.end()
        assert "Traceback" not in desk.log()
    store = open_for_reading(home / "agent")
    assert store.journal.verify()[1]
    opened = [e.record for e in store.journal.read(0, 1000) if e.record.kind == "finding.opened"]
    store.close()
    assert str(file) in [plain(str(record.payload["subject"])) for record in opened]


def plain(name: str) -> str:
    """Give a name of another locale as it is in this one's UTF-8: the bytes are the same."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


@pytest.mark.heavy
@pytest.mark.parametrize("locale", LOCALES)
def test_row_68_a_path_of_any_bytes_on_the_command_line_is_read(
    locale: str, tmp_path: Path, locales: Path
) -> None:
    odd = os.fsencode(tmp_path) + b"/caf\xe9 \xf0\x9f\x99\x82 '\"\xff.txt"
    Path(os.fsdecode(odd)).write_text(f"card {CARD}")
    env = {**LOCALES[locale], "LOCPATH": str(locales)}
    said = ran(tmp_path / "home", "scan", odd, "--format", "jsonl", env=env)
    assert said.code == 1, said
    (line,) = said.out.splitlines()
    assert json.loads(line)["entity"] == "PAN"


@pytest.mark.heavy
@pytest.mark.timeout(240)
def test_row_68_the_tray_of_a_user_with_such_a_name_is_there_in_turkish(
    lockable, tmp_path: Path, locales: Path
) -> None:
    lockable.env |= {**LOCALES["turkish"], "LANG": "tr_TR.UTF-8", "LOCPATH": str(locales)}
    home = tmp_path / "O'Brien" / NAMES["emoji"]
    home.mkdir(parents=True)
    seat = Seat(lockable, home)
    agent = seat.start("tray")
    file = seat.folder / "INFO.csv"
    file.write_text(LETTER)
    eventually(lambda: seat.has("finding.opened", check="pii-files", subject=str(file)))
    seat.copy(LETTER)
    eventually(lambda: not seat.paste())
    seat.end(agent)
    assert "Traceback" not in seat.log.read_text()
